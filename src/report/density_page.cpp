#include "report/density_page.h"

#include <algorithm>
#include <cmath>

#include "core/resample.h"
#include "core/text.h"
#include "measure/mammogram_breast.h"
#include "report/density_history.h"
#include "report/figures.h"
#include "report/page.h"

namespace lobule::report {
namespace {

constexpr int kShown = 460;  // pixels along the longer side of a picture
constexpr Colour kMuscleOnBlack{204, 121, 167}, kBreastOnBlack{255, 233, 90};
constexpr double kTint = 0.35;  // of dense tissue's colour
constexpr Window kMaskingWindow{0.25, 1}, kHeatWindow{0.1, 1};

// Colours of types of regions on black.
Colour colour_of(const std::string& type) {
  if (type == "asymmetry") return kBreastOnBlack;
  return type == "mass" ? kLeftOnBlack : type == "calcifications" ? kRightOnBlack : kTissueOnBlack;
}

// The extents of a picture that fits.
std::pair<int, int> shown_size(const Grid& grid) {
  const double scale = std::min(1.0, static_cast<double>(kShown) / std::max(grid.size[0], grid.size[1]));
  return {std::max(1, static_cast<int>(std::lround(grid.size[0] * scale))),
          std::max(1, static_cast<int>(std::lround(grid.size[1] * scale)))};
}

template <class T>
Image<T> presented(Image<T> image, bool chest_at_right) {
  image.grid.spacing_mm = {1, 1, 1};
  image.grid.origin_mm = {0, 0, 0};
  if (!chest_at_right) return image;
  const int w = image.grid.size[0];
  for (int y = 0; y < image.grid.size[1]; ++y)
    std::reverse(image.voxels.begin() + static_cast<std::ptrdiff_t>(y) * w,
                 image.voxels.begin() + static_cast<std::ptrdiff_t>(y + 1) * w);
  return image;
}

Mask nearest(const Mask& labels, int columns, int rows) {
  Grid grid;
  grid.size = {columns, rows, 1};
  Mask small(grid);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x)
      small.at(x, y, 0) = labels.at((2 * x + 1) * labels.grid.size[0] / (2 * columns),
                                    (2 * y + 1) * labels.grid.size[1] / (2 * rows), 0);
  return small;
}

Canvas canvas_of(const Image<float>& image, bool chest_at_right) {
  const auto [columns, rows] = shown_size(image.grid);
  const Image<float> small = presented(measure::box_means(image, columns, rows), chest_at_right);
  return {small, view_grid(Plane::axial, bounds_of(small.grid), 1), {0, 1}};
}

std::string title_of(const DensityImage& image) {
  const std::string side = image.side == "R" ? "Right " : image.side == "L" ? "Left " : "Side unknown, ";
  return side + (image.view.empty() ? "view unknown" : image.view) + (image.for_processing ? ", raw" : "");
}

std::string pill_tone(DensityStatus status) {
  return status == DensityStatus::ok ? "good" : status == DensityStatus::warned ? "warning" : "error";
}

std::string percent_text(const DensityImage& image) {
  return format_fixed(image.density->percent_density, 1) + " % (" + format_fixed(image.lowest_percent, 1) +
         "–" + format_fixed(image.highest_percent, 1) + ")";
}

std::string area_text(const std::optional<double>& cm2) {
  return cm2 ? format_fixed(*cm2, 1) : "–";
}

Html numbers_table(const DensityExam& exam) {
  std::vector<std::vector<Html>> rows;
  for (const DensityImage& image : exam.images) {
    std::vector<Html> row{text(title_of(image)), text(image.file)};
    if (image.density) {
      const measure::BreastDensity& d = *image.density;
      for (const std::string& words :
           {percent_text(image), area_text(d.breast_cm2), area_text(d.dense_cm2),
            image.volume ? format_fixed(image.volume->percent_density, 1) + " %" : "–",
            std::to_string(d.birads4) + ", " + std::string(1, d.birads5), format_fixed(d.masking, 1) + " %"})
        row.push_back(text(words));
    } else {
      row.insert(row.end(), 6, text("–"));
    }
    row.push_back(pill(pill_tone(image.status), to_text(image.status)) + text(" " + image.reason));
    rows.push_back(std::move(row));
  }
  return table({{"View"},
                {"File"},
                {"Percent density", true},
                {"Breast, cm²", true},
                {"Dense, cm²", true},
                {"Density by volume", true},
                {"BI-RADS 4th, 5th", true},
                {"Masking", true},
                {"Status"}},
               rows);
}

Html picture_of(const io::Picture& picture_, const DensityImage& image, const std::string& what) {
  return figure(picture(io::png_data_uri(picture_), title_of(image) + ", " + what),
                text(title_of(image) + ", " + what));
}

// Regions of interest: pictures with boxes, and the warmest of each view.
Html regions(const DensityExam& exam) {
  std::vector<Html> pictures;
  std::vector<std::vector<Html>> rows;
  for (const DensityImage& image : exam.images) {
    if (!image.pointed.pixels.empty()) pictures.push_back(picture_of(image.pointed, image, "regions"));
    for (std::size_t n = 0; n < image.regions.size(); ++n) {
      const PointedRegion& r = image.regions[n];
      if (n >= kRegionsShown && r.type != "asymmetry") continue;
      rows.push_back({text(title_of(image)), text(std::to_string(n + 1)), text(r.type),
                      text(format_fixed(r.score, 2)),
                      text(r.malignancy ? format_fixed(*r.malignancy, 2) : "–"),
                      text(format_fixed(r.x + r.width / 2, 0) + ", " + format_fixed(r.y + r.height / 2, 0))});
    }
  }
  if (pictures.empty()) return {};
  Html content =
      paragraph(strong("Regions of interest: research use only. ") +
                text("A network that learned from digital patients points at places; it misses lesions and "
                     "points at healthy tissue, and must not decide whether a woman is recalled. Asymmetries "
                     "are places where the other breast is much less dense in the same view. Scores rank "
                     "the places of an image and are no probabilities.")) +
      legend({{css(colour_of("mass")), "mass"},
              {css(colour_of("calcifications")), "calcifications"},
              {css(colour_of("distortion")), "distortion"},
              {css(colour_of("asymmetry")), "asymmetry"}}) +
      side_by_side(pictures, 230);
  if (rows.empty()) return content + paragraph(text("No place was warm enough."));
  return content +
         table(
             {{"View"}, {"Rank", true}, {"Type"}, {"Score", true}, {"Malignancy", true}, {"Middle, pixels"}},
             rows);
}

Html views(const DensityExam& exam) {
  std::vector<Html> outlines, maps;
  for (const DensityImage& image : exam.images) {
    if (image.outlined.pixels.empty()) continue;
    outlines.push_back(picture_of(image.outlined, image, percent_text(image)));
    maps.push_back(
        picture_of(image.masking, image, "masking " + format_fixed(image.density->masking, 1) + " %"));
  }
  if (outlines.empty()) return {};
  return legend({{css(kBreastOnBlack), "breast"},
                 {css(kTissueOnBlack), "dense tissue"},
                 {css(kMuscleOnBlack), "pectoral muscle"}}) +
         side_by_side(outlines, 230) +
         paragraph(text(
             "Masking map: how much of a disc of 15 mm around each point is dense tissue. The score is the "
             "share of the breast where three quarters are.")) +
         heat_scale({100 * kMaskingWindow.low, 100 * kMaskingWindow.high}, "%") + side_by_side(maps, 230);
}

Html exam_cards(const DensityExam& exam, const measure::DensityCuts& cuts) {
  if (!exam.percent_density) return paragraph(text("No image of this exam was measured."));
  const char category = measure::birads5_of(*exam.percent_density, cuts);
  return cards(
      {{"Percent density", format_fixed(*exam.percent_density, 1), "%",
        "mean of all views; copies that should not matter give " + format_fixed(*exam.lowest_percent, 1) +
            " to " + format_fixed(*exam.highest_percent, 1),
        ""},
       {"BI-RADS 4th edition", std::to_string(measure::birads4_of(*exam.percent_density)), "", "quartiles",
        ""},
       {"BI-RADS 5th edition", std::string(1, category), "",
        measure::words_of_birads5(category) +
            (cuts.calibrated ? "; " + cuts.source : "; an estimate, not calibrated"),
        ""},
       {"Masking", format_fixed(*exam.masking, 1), "%", "of the breast could hide a lesion of 15 mm", ""}});
}

// The rule that decided, its facts, and what it could not know.
Html next_words(const DensityExam& exam) {
  if (!exam.next) return {};
  const measure::NextModality& next = *exam.next;
  std::string words = next.advice;
  if (!next.source.empty()) words += " " + next.source + ".";
  if (!next.reasons.empty()) words += " Because of: " + join(next.reasons, ", ") + ".";
  if (!next.unknown.empty())
    words += " Not known, so that rules which ask for it were passed over: " + join(next.unknown, ", ") + ".";
  if (next.uncertain)
    words += " Uncertain: at the lowest or highest percent density that was measured another rule decides.";
  return paragraph(strong("Next examination: " + next.modality + ". ") + text(words));
}

Html exam_section(const DensityExam& exam, const measure::DensityCuts& cuts) {
  Findings findings = exam.findings;
  for (const DensityImage& image : exam.images)
    findings.insert(findings.end(), image.findings.begin(), image.findings.end());
  Html content =
      exam_cards(exam, cuts) + next_words(exam) + views(exam) + numbers_table(exam) + regions(exam);
  if (!findings.empty()) content += findings_list(findings);
  return section("exam" + std::to_string(exam.number), "Exam " + std::to_string(exam.number), content);
}

}  // namespace

io::Picture outlined_picture(const Image<float>& image, const Mask& labels, bool chest_at_right) {
  Canvas canvas = canvas_of(image, chest_at_right);
  const Mask small = presented(nearest(labels, canvas.width(), canvas.height()), chest_at_right);
  Mask breast = small;
  for (std::uint8_t& label : breast.voxels)
    label = label == measure::kAdipose || label == measure::kDense ? 1 : 0;
  io::Picture tinted = canvas.picture();
  canvas.outline(breast, 1, kBreastOnBlack);
  canvas.outline(small, measure::kPectoral, kMuscleOnBlack);
  canvas.outline(small, measure::kDense, kTissueOnBlack, 1);
  const io::Picture& lines = canvas.picture();
  const std::uint8_t colour[3] = {kTissueOnBlack.red, kTissueOnBlack.green, kTissueOnBlack.blue};
  for (std::size_t i = 0; i < small.voxels.size(); ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      std::uint8_t& value = tinted.pixels[3 * i + c];
      const bool line = lines.pixels[3 * i + c] != value;
      if (line)
        value = lines.pixels[3 * i + c];
      else if (small.voxels[i] == measure::kDense)
        value = static_cast<std::uint8_t>(std::lround((1 - kTint) * value + kTint * colour[c]));
    }
  return tinted;
}

io::Picture masking_picture(const Image<float>& image, const measure::MaskingMap& map, bool chest_at_right) {
  Canvas canvas = canvas_of(image, chest_at_right);
  Image<float> shares = map.dense_share;
  const double mm = static_cast<double>(canvas.width()) / shares.grid.size[0];
  shares = presented(std::move(shares), chest_at_right);
  // The map's coarser pixels cover the picture's.
  shares.grid.spacing_mm = {mm, static_cast<double>(canvas.height()) / shares.grid.size[1], 1};
  shares.grid.origin_mm = {0.5 * mm - 0.5, 0.5 * shares.grid.spacing_mm.y - 0.5, 0};
  canvas.overlay(shares, nullptr, kMaskingWindow, nullptr, {}, 0.7);
  return canvas.picture();
}

io::Picture pointed_picture(const Image<float>& image, const Image<float>& heat, const PictureField& field,
                            const std::vector<PointedRegion>& boxes, bool chest_at_right) {
  Canvas canvas = canvas_of(image, chest_at_right);
  const double scale = static_cast<double>(canvas.width()) / image.grid.size[0];
  // Where something begins that is so wide, on a picture that may be mirrored.
  const auto left_of = [&](double x, double width) {
    return scale * (chest_at_right ? image.grid.size[0] - x - width : x);
  };
  Image<float> warm = presented(heat, chest_at_right);
  warm.grid.spacing_mm = {scale * field.width / heat.grid.size[0], scale * field.height / heat.grid.size[1],
                          1};
  warm.grid.origin_mm = {left_of(field.x, field.width) + 0.5 * warm.grid.spacing_mm.x - 0.5,
                         scale * field.y + 0.5 * warm.grid.spacing_mm.y - 0.5, 0};
  canvas.overlay(warm, nullptr, kHeatWindow, nullptr, {}, 0.5);
  io::Picture picture = canvas.picture();
  mark_regions(picture, image.grid.size[0], boxes, chest_at_right);
  return picture;
}

void mark_regions(io::Picture& picture, int columns, const std::vector<PointedRegion>& boxes,
                  bool chest_at_right) {
  const double scale = static_cast<double>(picture.width) / columns;
  for (std::size_t n = 0; n < std::min(kRegionsShown, boxes.size()); ++n) {
    const PointedRegion& r = boxes[n];
    const auto pixel = [](double place, int size) {
      return std::clamp(static_cast<int>(std::lround(place)), 0, size - 1);
    };
    const double from = chest_at_right ? columns - r.x - r.width : r.x;
    const int left = pixel(scale * from, picture.width),
              right = pixel(scale * (from + r.width), picture.width),
              top = pixel(scale * r.y, picture.height),
              bottom = pixel(scale * (r.y + r.height), picture.height);
    const Colour colour = colour_of(r.type);
    const auto paint = [&](int x, int y) {
      std::uint8_t* at = &picture.pixels[3 * (static_cast<std::size_t>(y) * picture.width + x)];
      at[0] = colour.red, at[1] = colour.green, at[2] = colour.blue;
    };
    for (int x = left; x <= right; ++x) paint(x, top), paint(x, bottom);
    for (int y = top; y <= bottom; ++y) paint(left, y), paint(right, y);
  }
}

std::string density_page_html(const DensityResults& results, const Provenance& provenance) {
  std::size_t images = 0, refused = 0;
  for (const DensityExam& exam : results.exams)
    for (const DensityImage& image : exam.images)
      ++images, refused += image.status == DensityStatus::refused ? 1 : 0;
  Html body =
      paragraph(text("Percent density is the dense share of the breast's area, without the pectoral muscle. "
                     "Labels are by the " +
                     results.method + "."));
  body += history_section(density_histories(results.exams));
  for (const DensityExam& exam : results.exams) body += exam_section(exam, results.cuts);
  body += section("findings", "Findings of the run", findings_list(results.findings));
  body += provenance_section(provenance);
  return to_html(
      {"Breast density", std::to_string(images) + " images, " + std::to_string(refused) + " refused", body});
}

}  // namespace lobule::report
