#include "exam/mammogram_picture.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "core/text.h"
#include "exam/mammogram_fitness.h"
#include "exam/mammogram_header.h"
#include "exam/mammogram_name.h"
#include "exam/mammogram_values.h"
#include "exam/study_context.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "io/picture_read.h"

namespace lobule::exam {
namespace {

// Below these the pixels say so little that a person should look (docs/methods/density.md#one-form).
constexpr double kClearPolarity = 0.1, kClearChest = 0.15;
// A header that says where dense tissue is yields to pixels that contradict it as clearly as this.
constexpr double kOverrulesHeader = 0.25;
// Chest walls further from the edge than this share of the width have an empty margin, which is cut off.
constexpr double kLeastMargin = 0.01;
// Oblique views show muscle and armpit over a quarter of the breast's depth at the top; ours.
constexpr double kObliqueTop = 0.25;

void warn(MammogramPicture& picture, Severity severity, const std::string& where, std::string what,
          std::string why, std::string what_to_do = {}) {
  picture.findings.push_back({severity, where, std::move(what), std::move(why), std::move(what_to_do)});
}

void decide_polarity(MammogramPicture& picture, bool known, const std::string& name) {
  const measure::MammogramBreast& breast = picture.breast;
  picture.turned_over = breast.inverted;
  if (!known) {
    if (breast.inverted) picture.steps.push_back("air brighter than tissue: turned over");
    if (breast.inverted_margin < kClearPolarity)
      warn(picture, Severity::warning, name, "the pixels hardly tell air from tissue",
           "the grey scale may be upside down");
    return;
  }
  if (!breast.inverted) return;
  warn(picture, Severity::warning, name, "air is brighter than tissue, where the header says the opposite",
       "the pixels were believed and turned over", "Check PhotometricInterpretation (0028,0004)");
}

// Columns of the input between the edge at the chest wall and the breast.
int empty_columns(const measure::MammogramBreast& breast, int width) {
  const Grid& grid = breast.breast.grid;
  const auto empty = [&](int x) {
    for (int y = 0; y < grid.size[1]; ++y)
      if (breast.breast.at(breast.chest_at_right ? grid.size[0] - 1 - x : x, y, 0) != 0) return false;
    return true;
  };
  int columns = 0;
  while (columns < grid.size[0] && empty(columns)) ++columns;
  const double share = static_cast<double>(columns) / grid.size[0];
  return share < kLeastMargin ? 0 : static_cast<int>(share * width);
}

void decide_chest(MammogramPicture& picture, const std::string& name) {
  picture.mirrored = picture.breast.chest_at_right;
  if (picture.mirrored) picture.steps.push_back("chest wall at the right edge: mirrored");
  if (picture.breast.chest_margin < kClearChest)
    warn(picture, Severity::warning, name, "the pixels hardly tell at which edge the chest wall is",
         "the breast may be cropped or fill the picture");
  picture.cut_columns = empty_columns(picture.breast, picture.source_width);
  if (picture.cut_columns > 0)
    picture.steps.push_back(std::to_string(picture.cut_columns) + " empty columns at the chest wall cut off");
}

// Left breasts are presented with the chest wall at the left edge. Archives of film are often mirrored, so
// that the edge contradicts a side that was named, and names none itself.
void judge_side(MammogramPicture& picture, const std::string& name) {
  if (!picture.breast.found) return;
  if (picture.side.empty()) {
    warn(picture, Severity::note, name, "neither a header nor the name says which breast it is", "");
  } else if (picture.breast.chest_margin >= kClearChest && picture.side != (picture.mirrored ? "R" : "L")) {
    warn(picture, Severity::warning, name,
         std::string(picture.side == "R" ? "the right" : "the left") + " breast, as " + picture.side_source +
             " says, has its chest wall at the " + (picture.mirrored ? "right" : "left") + " edge",
         "the picture is mirrored, or the side is wrong", "Check side and markers");
  }
}

void judge_view(MammogramPicture& picture) {
  if (!picture.view.empty() || !picture.breast.found || picture.breast.chest_margin < kClearChest) return;
  const bool oblique = picture.breast.top_share >= kObliqueTop;
  picture.view = oblique ? "MLO" : "CC";
  picture.view_source = oblique ? "its outline: tissue leaves the picture at the top"
                                : "its outline: no tissue leaves the picture at the top";
}

void judge_pieces(MammogramPicture& picture, const std::string& name) {
  const std::size_t count = picture.breast.pieces.size();
  if (picture.breast.found && count > 0)
    warn(picture, Severity::note, name,
         count == 1 ? "a bright piece lies beside the breast"
                    : std::to_string(count) + " bright pieces lie beside the breast",
         "labels or markers; they count as background");
}

// Where a column of the standard picture lies on the input.
int source_column(const MammogramPicture& picture, int x) {
  return picture.mirrored ? picture.image.grid.size[0] - 1 - x : x + picture.cut_columns;
}

void standardize(MammogramPicture& picture, const Image<float>& image) {
  const int width = image.grid.size[0], height = image.grid.size[1], kept = width - picture.cut_columns;
  Grid grid = image.grid;
  grid.size[0] = kept;
  const double mm = picture.spacing_mm.value_or(1);
  grid.spacing_mm = {mm, mm, 1};
  picture.image = Image<float>(grid);
  const double air = picture.breast.air, range = picture.breast.brightest - air;
  const double sign = picture.turned_over ? -1 : 1;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < kept; ++x) {
      const double v = image.at(source_column(picture, x), y, 0);
      const double level = std::isfinite(v) && range > 0 ? (sign * v - air) / range : 0;
      picture.image.at(x, y, 0) = static_cast<float>(std::clamp(level, 0.0, 1.0));
    }
}

// A signal whose −ln is given on the input's pixels, in standard form.
Image<float> signal_of(const MammogramPicture& picture, const Image<float>& attenuation) {
  Image<float> signal(picture.image.grid);
  const int kept = signal.grid.size[0];
  for (int y = 0; y < picture.source_height; ++y)
    for (int x = 0; x < kept; ++x)
      signal.at(x, y, 0) = std::exp(-attenuation.at(source_column(picture, x), y, 0));
  return signal;
}

// Fills `picture` from pixels; what headers and names say of it stands there already.
void from_pixels(MammogramPicture& picture, const Image<float>& image, bool polarity_known,
                 const std::string& name) {
  picture.source_width = image.grid.size[0];
  picture.source_height = image.grid.size[1];
  picture.breast = measure::find_mammogram_breast(image);
  if (polarity_known && picture.breast.inverted && picture.breast.inverted_margin < kOverrulesHeader)
    picture.breast = measure::find_mammogram_breast(image, measure::MammogramPolarity::air_is_dark);
  if (picture.breast.found) {
    decide_polarity(picture, polarity_known, name);
    decide_chest(picture, name);
  }
  judge_side(picture, name);
  judge_view(picture);
  judge_pieces(picture, name);
  standardize(picture, image);
}

void from_name(MammogramPicture& picture, const std::string& name) {
  const NamedView named = view_of_name(name);
  const auto take = [&](const std::string& said, std::string& word, std::string& source, const char* what) {
    if (said.empty()) return;
    if (word.empty()) {
      word = said;
      source = "the file's name";
    } else if (word != said) {
      warn(picture, Severity::warning, name,
           std::string("the file's name says ") + what + " " + said + ", " + source + " says " + word,
           "the header was believed");
    }
  };
  take(named.side, picture.side, picture.side_source, "side");
  take(named.view, picture.view, picture.view_source, "view");
}

// "20190502", or "2019.05.02" as old files have it (PS3.5, value representation DA), as "2019-05-02".
std::string date_of(std::string date) {
  std::erase(date, '.');
  const bool digits = date.size() == 8 && std::all_of(date.begin(), date.end(),
                                                      [](unsigned char c) { return std::isdigit(c) != 0; });
  return digits ? date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2) : "";
}

// "052Y" (PS3.5, value representation AS); younger patients than a year have no mammogram.
std::optional<double> age_of(const io::DicomDataset& d) {
  const std::string age = d.text(io::Tag{0x0010, 0x1010});
  if (!age.ends_with('Y')) return {};
  return parse_number(age.substr(0, age.size() - 1));
}

MammogramPicture from_dicom(const io::InputFile& file) {
  const io::DicomHeader header = read_mammogram_dicom(file.path, file.name);
  const io::DicomDataset& d = header.dataset;
  MammogramPicture picture;
  picture.study = study_context(d);
  picture.series_uid = d.text(io::tag::SeriesInstanceUID);
  picture.frame_of_reference_uid = d.text(io::tag::FrameOfReferenceUID);
  picture.instance = {d.text(io::tag::SOPClassUID), d.text(io::tag::SOPInstanceUID), 0};
  picture.study_date = date_of(d.text(io::tag::StudyDate));
  picture.age_years = age_of(d);
  picture.beam = read_mammogram_beam(d);
  const MammogramHeader said = read_mammogram_header(d);
  picture.side = said.side;
  picture.side_source = said.side.empty() ? "" : "the header";
  picture.view = said.view;
  picture.view_source = said.view.empty() ? "" : "the header";
  picture.modifier = said.modifier;
  picture.for_processing = said.intent == "FOR PROCESSING";
  picture.spacing_mm = said.spacing_mm;
  picture.spacing_source = said.spacing_source;
  for (const std::string& conflict : said.conflicts)
    warn(picture, Severity::warning, file.name, conflict, "the first was believed");
  from_name(picture, file.name);
  picture.refusal = density_refusal(d, said, file.name);
  for (Finding& finding : density_warnings(d, said, file.name))
    picture.findings.push_back(std::move(finding));
  if (picture.refusal) return picture;
  MammogramValues values = read_mammogram_values(file.path, header, file.name);
  picture.steps = std::move(values.steps);
  from_pixels(picture, values.image, values.tells_polarity, file.name);
  if (values.linear_signal && !picture.turned_over) picture.signal = signal_of(picture, values.image);
  return picture;
}

MammogramPicture from_picture(const std::string& bytes, const std::string& name) {
  const io::PictureValues read =
      io::read_picture({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, name);
  MammogramPicture picture;
  from_name(picture, name);
  if (read.channels == 3 && coloured(read)) {
    picture.refusal = Finding{Severity::error, name, "it is in colour", "mammograms are grey", ""};
    return picture;
  }
  Image<float> image;
  image.grid.size = {read.width, read.height, 1};
  image.voxels = io::grey(read);
  from_pixels(picture, image, false, name);
  return picture;
}

template <class T>
Image<T> on_input(const MammogramPicture& picture, const Image<T>& image) {
  Grid grid = image.grid;
  grid.size = {picture.source_width, picture.source_height, 1};
  Image<T> result(grid);
  const int kept = picture.image.grid.size[0];
  for (int y = 0; y < picture.source_height; ++y)
    for (int x = 0; x < kept; ++x) result.at(source_column(picture, x), y, 0) = image.at(x, y, 0);
  return result;
}

}  // namespace

MammogramPicture read_mammogram_picture(const io::InputFile& file) {
  const std::string bytes = io::read_file(file.path);
  const std::span<const std::uint8_t> span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (io::is_picture(span)) return from_picture(bytes, file.name);
  try {
    return from_dicom(file);
  } catch (const io::NotDicom&) {
    if (bytes.empty()) throw;
    return from_picture(bytes, file.name);  // says what it is
  }
}

MammogramPicture standard_mammogram(const Image<float>& image, bool polarity_known, const std::string& name) {
  MammogramPicture picture;
  from_name(picture, name);
  from_pixels(picture, image, polarity_known, name);
  return picture;
}

Mask put_back(const MammogramPicture& picture, const Mask& mask) {
  return on_input(picture, mask);
}

Image<float> put_back(const MammogramPicture& picture, const Image<float>& image) {
  return on_input(picture, image);
}

PictureBox put_back(const MammogramPicture& picture, PictureBox box) {
  return put_back(frame_of(picture), box);
}

PictureFrame frame_of(const MammogramPicture& picture) {
  return {picture.image.grid.size[0], picture.source_height, picture.cut_columns, picture.mirrored};
}

PictureBox put_back(const PictureFrame& frame, PictureBox box) {
  const double columns = frame.columns, rows = frame.rows;
  const double left = std::clamp(box.x, 0.0, columns), right = std::clamp(box.x + box.width, 0.0, columns),
               top = std::clamp(box.y, 0.0, rows), bottom = std::clamp(box.y + box.height, 0.0, rows);
  return {frame.mirrored ? columns - right : left + frame.cut_columns, top, right - left, bottom - top};
}

Mask in_standard_form(const MammogramPicture& picture, const Mask& mask) {
  if (mask.grid.size[0] != picture.source_width || mask.grid.size[1] != picture.source_height)
    throw Error("mask", "it has another size than the picture",
                std::to_string(mask.grid.size[0]) + " × " + std::to_string(mask.grid.size[1]) + " against " +
                    std::to_string(picture.source_width) + " × " + std::to_string(picture.source_height));
  Mask result(picture.image.grid);
  const int kept = picture.image.grid.size[0];
  for (int y = 0; y < picture.source_height; ++y)
    for (int x = 0; x < kept; ++x) result.at(x, y, 0) = mask.at(source_column(picture, x), y, 0);
  return result;
}

}  // namespace lobule::exam
