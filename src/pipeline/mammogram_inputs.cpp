#include "pipeline/mammogram_inputs.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "core/text.h"
#include "io/dicom_read.h"
#include "io/picture_read.h"

namespace lobule::pipeline {
namespace {

bool may_be_image(const io::InputFile& file) {
  std::array<char, io::kPictureStart> start{};
  std::ifstream stream(file.path, std::ios::binary);
  stream.read(start.data(), start.size());
  if (io::is_picture(
          {reinterpret_cast<const std::uint8_t*>(start.data()), static_cast<std::size_t>(stream.gcount())}))
    return true;
  try {
    io::read_dicom_header(file.path, file.name);
  } catch (const io::NotDicom&) {
    return false;
  } catch (const Error&) {
    // A damaged one is an image, refused with its reason.
  }
  return true;
}

}  // namespace

std::vector<io::InputFile> images_among(const std::vector<io::InputFile>& files,
                                        const std::vector<std::string>& inputs, Findings& findings) {
  std::vector<io::InputFile> images;
  std::size_t others = 0;
  for (const io::InputFile& file : files) {
    const bool named = std::find(inputs.begin(), inputs.end(), file.name) != inputs.end();
    if (named || may_be_image(file))
      images.push_back(file);
    else
      ++others;
  }
  if (others > 0)
    findings.push_back({Severity::note, std::to_string(others) + (others == 1 ? " file" : " files"),
                        "neither pictures nor DICOM objects", "left out", ""});
  return images;
}

std::string mammogram_stem(const std::string& file) {
  const std::string last = file.substr(file.find_last_of("/\\:") + 1);
  const auto dot = last.rfind('.');
  return escape_path_component(dot == std::string::npos || dot == 0 ? last : last.substr(0, dot));
}

std::string ImageStems::next(const std::string& file) {
  const std::string stem = mammogram_stem(file);
  std::string name = stem;
  for (int k = 2; !taken_.insert(name).second; ++k) name = stem + "_" + std::to_string(k);
  return name;
}

}  // namespace lobule::pipeline
