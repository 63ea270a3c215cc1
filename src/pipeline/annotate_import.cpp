#include "pipeline/annotate_import.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "core/text.h"
#include "exam/mammogram_picture.h"
#include "io/files.h"
#include "io/inputs.h"
#include "pipeline/label_files.h"
#include "pipeline/mammogram_inputs.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

// An image as the labels have to fit it.
struct ImageFacts {
  int width = 0, height = 0;
  std::string instance_uid;
};

std::string last_part(const std::string& name) {
  return name.substr(name.find_last_of("/\\:") + 1);
}

// The images that labels may belong to, by their stems; of two with one name neither.
class Images {
 public:
  Images(std::vector<io::InputFile> files, Findings& findings) : files_(std::move(files)) {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const std::string stem = mammogram_stem(files_[i].name);
      // Exported pictures bear stems, whose special characters are written otherwise already.
      aliases_.emplace(fs::path(last_part(files_[i].name)).stem().string(), stem);
      const auto [place, is_new] = by_stem_.emplace(stem, i);
      if (is_new) continue;
      findings.push_back({Severity::error, files_[i].name, "another image has the same name",
                          files_[place->second].name, "Rename one of them, and its labels"});
      twice_.insert(stem);
    }
  }

  // The stem of the image that labels of this name belong to; nothing where there is none.
  std::optional<std::string> stem_of_labels(const std::string& name) const {
    if (by_stem_.contains(name)) return name;
    const auto alias = aliases_.find(name);
    return alias == aliases_.end() ? std::nullopt : std::optional(alias->second);
  }
  bool is_twice(const std::string& stem) const { return twice_.contains(stem); }
  const io::InputFile& file(const std::string& stem) const { return files_[by_stem_.at(stem)]; }

  // Throws Error where it cannot be read or is refused.
  const ImageFacts& facts(const std::string& stem) {
    auto& known = facts_[stem];
    if (!known) {
      const exam::MammogramPicture picture = exam::read_mammogram_picture(file(stem));
      if (picture.refusal) throw Error(*picture.refusal);
      known = ImageFacts{picture.source_width, picture.source_height, picture.instance.sop_instance_uid};
    }
    return *known;
  }

  // The image with this UID; nothing where none has it. What cannot be read has none.
  std::optional<std::string> stem_of_instance(const std::string& uid) {
    for (const auto& [stem, place] : by_stem_) {
      try {
        if (facts(stem).instance_uid == uid) return stem;
      } catch (const Error&) {
        continue;
      }
    }
    return {};
  }

 private:
  std::vector<io::InputFile> files_;
  std::map<std::string, std::size_t> by_stem_;
  std::map<std::string, std::string> aliases_;
  std::set<std::string> twice_;
  std::map<std::string, std::optional<ImageFacts>> facts_;
};

void check_fit(const Mask& labels, const ImageFacts& image, const std::string& name) {
  const auto& size = labels.grid.size;
  if (size[0] != image.width || size[1] != image.height)
    throw Error(name, "it has another size than its image",
                std::to_string(size[0]) + " × " + std::to_string(size[1]) + " against " +
                    std::to_string(image.width) + " × " + std::to_string(image.height),
                "Were they drawn on the exported picture? Then name its folder with --images");
  if (std::all_of(labels.voxels.begin(), labels.voxels.end(), [](std::uint8_t v) { return v == 0; }))
    throw Error(name, "it labels nothing", "a study would learn that there is no breast");
}

// Into the study, unless something else lies there.
void add(const LabelFile& file, const std::string& stem, Images& images, const fs::path& folder,
         const fs::path& study) {
  const std::string name = file.path.filename().string();
  const Mask labels = read_labels(file).labels;
  check_fit(labels, images.facts(stem), name);
  const fs::path target = folder / (stem + label_ending(LabelFormat::png));
  const auto inside = [&](const fs::path& path) { return fs::relative(path, study).generic_string(); };
  if (fs::exists(target))
    throw Error(name, "the study has labels of this image already", inside(target),
                "Remove them first, or name another --reader");
  const io::InputFile& image = images.file(stem);
  const std::string bytes = io::read_file(image.path);
  if (fs::is_directory(study / "images"))
    for (const auto& entry : fs::directory_iterator(study / "images"))
      if (mammogram_stem(entry.path().string()) == stem && io::read_file(entry.path()) != bytes)
        throw Error(name, "the study has another image of this name", inside(entry.path()),
                    "Rename the image and its labels");
  io::write_file(study / "images" / last_part(image.name), bytes);
  write_labels(target, labels, LabelFormat::png, stem, {});
}

std::vector<std::string> image_places(const std::vector<std::string>& inputs,
                                      const std::vector<std::string>& named) {
  if (!named.empty()) return named;
  for (const std::string& input : inputs)
    if (fs::is_directory(fs::path(input) / "images")) return {(fs::path(input) / "images").string()};
  throw Error("lobule annotate import", "no images are named", "none of the inputs has a folder images",
              "Name the images that the labels belong to with --images");
}

// The stem of the image that a file's labels belong to. Throws Error where there is none, or two.
std::string image_of(const LabelFile& file, Images& images) {
  const std::string name = file.path.filename().string();
  std::optional<std::string> stem = images.stem_of_labels(file.stem);
  if (file.format == LabelFormat::seg)
    if (const std::string uid = read_labels(file).instance_uid; !uid.empty())
      if (auto named = images.stem_of_instance(uid)) stem = std::move(named);
  if (!stem)
    throw Error(name, "its image is not there", "no image is named " + file.stem,
                "Add it to the images, or give the labels its name");
  if (images.is_twice(*stem)) throw Error(name, "two images have its name", *stem);
  return *stem;
}

}  // namespace

void AnnotateImportOptions::list_options(OptionSet& options) {
  options.add(
      "output,o", output,
      {.help = "The study's folder; made when it is missing, added to when it is there.", .group = "Output"});
  options.add(
      "images", images,
      {.help = "Images, or folders of them, that the labels belong to; without it the folder images of "
               "the first input that has one."});
  options.add(
      "reader", reader,
      {.help = "Who drew: labels go into a folder of that name, so that several readers' labels of one "
               "image can be learned from."});
}

AnnotateImportOutcome annotate_import(const std::vector<std::string>& inputs,
                                      const AnnotateImportOptions& options, Context& context) {
  if (options.reader != trim(options.reader) ||
      (!options.reader.empty() && escape_path_component(options.reader) != options.reader))
    throw Error("lobule annotate import", quote(options.reader) + " cannot be a reader's name",
                "it becomes a folder's name", "Take letters, digits, dots, - and _");
  const fs::path study = options.output;
  std::vector<LabelFile> files;
  for (const std::string& input : inputs)
    for (LabelFile& file : label_files(input)) files.push_back(std::move(file));

  AnnotateImportOutcome outcome;
  const io::TemporaryFolder scratch;
  const std::vector<std::string> places = image_places(inputs, options.images);
  const io::Inputs found =
      io::collect_inputs({places.begin(), places.end()}, scratch.path(), {}, context.cancellation);
  std::vector<io::InputFile> candidates = images_among(found.files, places, outcome.findings);
  // Labels may lie among the images.
  std::erase_if(candidates, [](const io::InputFile& file) { return label_file(file.path).has_value(); });
  Images images(std::move(candidates), outcome.findings);

  const auto refuse = [&](const Error& error) {
    ++outcome.refused;
    outcome.findings.push_back(error.finding());
  };
  std::map<std::string, std::vector<LabelFile>> by_image;
  for (const LabelFile& file : files) {
    try {
      by_image[image_of(file, images)].push_back(file);
    } catch (const Error& error) {
      refuse(error);
    }
  }
  const fs::path folder = options.reader.empty() ? study / "labels" : study / "labels" / options.reader;
  context.progress.begin("import labels");
  std::size_t done = 0;
  for (const auto& [stem, all] : by_image) {
    context.cancellation.check();
    context.progress.update(static_cast<double>(done++) / static_cast<double>(by_image.size()));
    if (all.size() > 1) {
      for (const LabelFile& file : all)
        refuse(Error(file.path.filename().string(),
                     "its image " + stem + " has " + std::to_string(all.size()) + " files of labels",
                     "one reader's labels of an image are one file",
                     "Import each reader's by themselves, with --reader"));
      continue;
    }
    try {
      add(all.front(), stem, images, folder, study);
      ++outcome.imported;
    } catch (const Error& error) {
      refuse(error);
    }
  }
  context.progress.finish();
  return outcome;
}

}  // namespace lobule::pipeline
