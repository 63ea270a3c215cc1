#include "pipeline/annotate_export.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/hash.h"
#include "core/parallel.h"
#include "core/table.h"
#include "core/text.h"
#include "exam/mammogram_picture.h"
#include "io/files.h"
#include "io/nifti.h"
#include "io/png.h"
#include "measure/mammogram_domain.h"
#include "pipeline/density_image.h"
#include "pipeline/density_network.h"
#include "pipeline/label_files.h"
#include "pipeline/mammogram_inputs.h"
#include "pipeline/sorted_inputs.h"
#include "pipeline/threads_option.h"
#include "report/density_dicom.h"
#include "report/measurements.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// ITK-SNAP's list of labels, which other editors read as well.
constexpr const char* kLabelList =
    "# index red green blue alpha visible mesh \"name\"\n"
    "0 0 0 0 0 0 0 \"background\"\n"
    "1 255 233 90 1 1 1 \"adipose tissue\"\n"
    "2 0 158 115 1 1 1 \"dense tissue\"\n"
    "3 204 121 167 1 1 1 \"pectoral muscle\"\n";

template <class T>
Image<T> mirrored(const Image<T>& image) {
  Image<T> result = image;
  const int w = image.grid.size[0];
  for (int y = 0; y < image.grid.size[1]; ++y)
    std::reverse(result.voxels.begin() + static_cast<std::ptrdiff_t>(y) * w,
                 result.voxels.begin() + static_cast<std::ptrdiff_t>(y + 1) * w);
  return result;
}

// From the standard form to the pixels that people get.
template <class T>
Image<T> handed_out(const exam::MammogramPicture& picture, const Image<T>& standard, bool reading) {
  if (!reading) return exam::put_back(picture, standard);
  const bool at_right = picture.side.empty() ? picture.mirrored : picture.side == "R";
  return at_right ? mirrored(standard) : standard;
}

io::Picture grey_picture(const Image<float>& image) {
  io::Picture picture{image.grid.size[0], image.grid.size[1], 1, {}};
  picture.pixels.reserve(image.voxels.size());
  for (const float v : image.voxels)
    picture.pixels.push_back(static_cast<std::uint8_t>(std::lround(255 * v)));
  return picture;
}

class Exporter {
 public:
  Exporter(const AnnotateExportOptions& options, Context& context)
      : options_(options), context_(context), out_(options.output), format_(label_format(options.format)) {
    if (options.labels == "network") {
      network_.emplace(density_network(options.model));
      method_ = method_of(*network_);
    }
    if (format_ == LabelFormat::seg && options.pixels != "original")
      throw Error("lobule annotate export", "segmentations lie on the pixels of their source",
                  "--pixels reading gives others", "Leave out --pixels, or take another --format");
  }

  // Writes one image with its labels; throws Error for what is wrong with it.
  void write(const io::InputFile& file, const std::string& stem, AnnotateExportOutcome& outcome,
             std::vector<std::string>& row) {
    const exam::MammogramPicture picture = exam::read_mammogram_picture(file);
    if (picture.refusal) throw Error(*picture.refusal);
    row[2] = picture.side, row[3] = picture.view;
    row[6] = picture.spacing_mm ? format_number(*picture.spacing_mm) : "";
    const bool reading = options_.pixels == "reading";
    const Mask standard = labels_of(picture, file.name, outcome.findings);
    const Mask labels = handed_out(picture, standard, reading);
    const Image<float> image = handed_out(picture, picture.image, reading);
    row[4] = std::to_string(labels.grid.size[0]), row[5] = std::to_string(labels.grid.size[1]);
    const fs::path labels_file = out_ / "labels" / (stem + label_ending(format_));
    if (format_ == LabelFormat::seg)
      write_segmentation(labels_file, labels, file, picture, stem);
    else
      write_labels(labels_file, labels, format_, stem, picture.spacing_mm);
    io::write_file(out_ / "images" / (stem + ".png"), io::encode_png(grey_picture(image)));
    if (format_ == LabelFormat::nifti) write_volume(stem, image, picture.spacing_mm);
    row[7] = std::any_of(labels.voxels.begin(), labels.voxels.end(), [](auto v) { return v != 0; }) ? method_
                                                                                                    : "empty";
  }

 private:
  Mask labels_of(const exam::MammogramPicture& picture, const std::string& name, Findings& findings) const {
    Mask none(picture.image.grid);
    if (!network_) return none;
    const measure::MammogramDomain domain = measure::mammogram_domain(picture.breast);
    std::string why;
    if (domain.inside()) {
      Mask labels = network_->label(picture.image, context_).labels;
      if (std::any_of(labels.voxels.begin(), labels.voxels.end(), [](auto v) { return v != 0; }))
        return labels;
      why = "the network found no breast";
    } else {
      why = "it does not look like a mammogram of one whole breast: " + domain.reason();
    }
    findings.push_back({Severity::warning, name, "its labels are empty", why, ""});
    return none;
  }

  void write_segmentation(const fs::path& path, const Mask& labels, const io::InputFile& file,
                          const exam::MammogramPicture& picture, const std::string& stem) const {
    report::DensityImage image;
    image.file = file.name, image.stem = stem;
    image.side = picture.side, image.view = picture.view, image.spacing_mm = picture.spacing_mm;
    image.source = source_of(picture);
    if (!image.source || picture.study.study_uid.empty())
      throw Error(file.name, "it gets no DICOM segmentation",
                  image.source ? "it names no study (0020,000D)" : "it is no DICOM object",
                  "Take another --format");
    image.source->seed = sha256_hex(io::read_file(file.path)) + "\n" + method_;
    report::write_mammogram_labels(path, labels, image, method_);
  }

  void write_volume(const std::string& stem, Image<float> image, std::optional<double> spacing_mm) const {
    const double mm = spacing_mm.value_or(1);
    Grid grid;
    grid.size = image.grid.size;
    grid.spacing_mm = {mm, mm, 1};
    image.grid = grid;
    io::write_nifti(out_ / "volumes" / (stem + ".nii.gz"), image);
  }

  const AnnotateExportOptions& options_;
  Context& context_;
  fs::path out_;
  LabelFormat format_;
  std::optional<DensityNetwork> network_;
  std::string method_;
};

}  // namespace

void AnnotateExportOptions::list_options(OptionSet& options) {
  options.add("output,o", output,
              {.help = "Folder for results; made when it is missing.", .group = "Output"});
  options.add("format", format, {.help = "The files of labels.", .choices = label_format_names()});
  options.add("labels", labels,
              {.help = "What labels hold: the density network's answer to correct, or nothing.",
               .choices = {"network", "empty"}});
  options.add(
      "pixels", pixels,
      {.help = "The input's own pixels, or breasts as they are read: the chest wall at the left edge, "
               "of right breasts at the right.",
       .choices = {"original", "reading"}});
  options.add("model", model,
              {.help = "The network: a model folder of the task density, or a shipped model's name."});
  add_threads_option(options, threads);
}

AnnotateExportOutcome annotate_export(const std::vector<std::string>& inputs,
                                      const AnnotateExportOptions& options, Context& context) {
  set_thread_count(options.threads);
  const fs::path out = options.output;
  Exporter exporter(options, context);
  io::prepare_output_folder(out);
  io::Inputs found =
      io::collect_inputs({inputs.begin(), inputs.end()}, scratch_of(out), {}, context.cancellation);
  leave_out_results(found.files, out);
  AnnotateExportOutcome outcome;
  outcome.findings = found.findings;
  const std::vector<io::InputFile> files = images_among(found.files, inputs, outcome.findings);
  Table table{{"image", "file", "side", "view", "width", "height", "spacing_mm", "labels", "reason"}, {}};
  ImageStems stems;
  context.progress.begin("export images");
  for (std::size_t n = 0; n < files.size(); ++n) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(n) / static_cast<double>(files.size()));
    std::vector<std::string> row(table.columns.size());
    row[0] = stems.next(files[n].name), row[1] = files[n].name;
    try {
      exporter.write(files[n], row[0], outcome, row);
      ++outcome.exported;
    } catch (const Error& error) {
      ++outcome.refused;
      row.back() = error.what();
      outcome.findings.push_back(error.finding());
    }
    table.rows.push_back(std::move(row));
  }
  context.progress.finish();
  io::write_file(out / "images.csv", to_csv(table));
  io::write_file(out / "labels.txt", kLabelList);
  io::write_file(out / "provenance.json", report::provenance_json(context.provenance));
  remove_scratch(out);
  return outcome;
}

}  // namespace lobule::pipeline
