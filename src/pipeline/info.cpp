#include "pipeline/info.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/hash.h"
#include "core/parallel.h"
#include "core/text.h"
#include "io/dicom_pixels.h"
#include "io/dicom_tags.h"
#include "io/files.h"
#include "io/inputs.h"
#include "pipeline/info_words.h"

namespace lobule::pipeline {
namespace {

namespace tag = io::tag;

constexpr std::size_t kBytesAtATime = 256 << 20;  // of pixels to hash

std::optional<std::string> text_of(const io::DicomDataset& dataset, io::Tag tag) {
  const std::string text = dataset.text(tag);
  return text.empty() ? std::nullopt : std::optional(text);
}

void take_header(const io::DicomHeader& header, FileInfo& info) {
  const io::DicomDataset& dataset = header.dataset;
  info.transfer_syntax = header.transfer_syntax;
  info.sop_class = text_of(dataset, tag::SOPClassUID);
  info.modality = text_of(dataset, tag::Modality);
  info.photometric = text_of(dataset, tag::PhotometricInterpretation);
  info.rows = dataset.integer(tag::Rows);
  info.columns = dataset.integer(tag::Columns);
  info.frames = dataset.integer(tag::NumberOfFrames);
  info.bits_allocated = dataset.integer(tag::BitsAllocated);
  info.bits_stored = dataset.integer(tag::BitsStored);
  if (const auto representation = dataset.integer(tag::PixelRepresentation))
    info.is_signed = *representation == 1;
}

void take_format(const io::PixelFormat& format, FileInfo& info) {
  info.rows = format.rows;
  info.columns = format.columns;
  info.frames = format.frames;
  info.bits_allocated = format.bits_allocated;
  info.bits_stored = format.bits_stored;
  info.is_signed = format.is_signed;
}

std::string hash_of_pixels(const io::InputFile& file, const io::DicomHeader& header,
                           const io::PixelFormat& format) {
  const std::size_t frame = static_cast<std::size_t>(format.rows) * static_cast<std::size_t>(format.columns) *
                            static_cast<std::size_t>(format.samples_per_pixel) *
                            static_cast<std::size_t>(std::max(8, format.bits_allocated)) / 8;
  const std::size_t fitting = std::max<std::size_t>(1, kBytesAtATime / std::max<std::size_t>(1, frame));
  // Frames of single bits share bytes, so they are read at once.
  const int step =
      format.bits_allocated == 1
          ? format.frames
          : static_cast<int>(std::min<std::size_t>(fitting, static_cast<std::size_t>(format.frames)));
  Sha256 hash;
  for (int first = 0; first < format.frames; first += step)
    hash.add(
        io::read_pixel_cells(file.path, header, file.name, first, std::min(step, format.frames - first)));
  return hash.hex();
}

// Numbers that place an image, where the header has text that is none.
void check_numbers(const io::DicomHeader& header, const std::string& name) {
  for (const io::Tag tag :
       {tag::NumberOfFrames, tag::PixelSpacing, tag::ImagerPixelSpacing, tag::ImagePositionPatient,
        tag::ImageOrientationPatient, tag::RescaleSlope, tag::RescaleIntercept})
    if (!header.dataset.text(tag).empty() && header.dataset.numbers(tag).empty())
      throw Error(name, "the element " + to_text(tag) + " holds no number",
                  "the image cannot be placed without it");
}

// Some objects end with a few bytes called pixels and describe no image.
bool describes_no_image(const io::DicomHeader& header) {
  const io::DicomDataset& dataset = header.dataset;
  return !dataset.has(tag::Rows) && !dataset.has(tag::Columns) && !dataset.has(tag::BitsAllocated) &&
         header.pixels.length < header.file_bytes;
}

FileInfo describe(const io::InputFile& file) {
  FileInfo info;
  info.file = file.name;
  try {
    const io::DicomHeader header = io::read_dicom_header(file.path, file.name);
    take_header(header, info);
    check_numbers(header, file.name);
    if (header.pixels.present() && !describes_no_image(header)) {
      const io::PixelFormat format = io::pixel_format(header, file.name);
      take_format(format, info);
      info.pixel_sha256 = hash_of_pixels(file, header, format);
    }
    info.words = words_for(header, info);
  } catch (const Error& error) {
    info.refused = true;
    Finding finding = error.finding();
    finding.where.clear();
    info.reason = sentence(finding);
  }
  return info;
}

FileInfo refused(const std::string& file, Finding finding) {
  finding.where.clear();
  FileInfo info;
  info.file = file;
  info.refused = true;
  info.reason = sentence(finding);
  return info;
}

template <class T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace

std::vector<FileInfo> describe_files(const std::vector<std::string>& names,
                                     const Cancellation& cancellation) {
  const io::TemporaryFolder scratch;
  std::vector<FileInfo> files;
  for (std::size_t i = 0; i < names.size(); ++i) {
    io::Inputs inputs;
    try {
      inputs = io::collect_inputs({names[i]}, scratch.path() / std::to_string(i), {}, cancellation);
    } catch (const Error& error) {
      files.push_back(refused(names[i], error.finding()));
      continue;
    }
    const std::size_t begin = files.size();
    files.resize(begin + inputs.files.size());
    parallel_for(inputs.files.size(), [&](std::size_t k) {
      cancellation.check();
      files[begin + k] = describe(inputs.files[k]);
    });
    for (const Finding& finding : inputs.findings) files.push_back(refused(finding.where, finding));
  }
  return files;
}

std::string info_json(const std::vector<FileInfo>& files) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const FileInfo& info : files) {
    nlohmann::ordered_json entry;
    entry["file"] = info.file;
    entry["status"] = info.refused ? "refused" : "ok";
    entry["reason"] = info.refused ? nlohmann::ordered_json(info.reason) : nlohmann::ordered_json(nullptr);
    entry["sop_class"] = or_null(info.sop_class);
    entry["modality"] = or_null(info.modality);
    entry["transfer_syntax"] = or_null(info.transfer_syntax);
    entry["rows"] = or_null(info.rows);
    entry["columns"] = or_null(info.columns);
    entry["frames"] = or_null(info.frames);
    entry["bits_allocated"] = or_null(info.bits_allocated);
    entry["bits_stored"] = or_null(info.bits_stored);
    entry["signed"] = or_null(info.is_signed);
    entry["photometric"] = or_null(info.photometric);
    entry["pixel_sha256"] = or_null(info.pixel_sha256);
    list.push_back(std::move(entry));
  }
  return list.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string info_text(const std::vector<FileInfo>& files) {
  std::string text;
  for (const FileInfo& info : files) {
    text += info.file + "\n";
    if (info.refused) text += "  refused: " + info.reason + "\n";
    for (const std::string& line : info.words) text += "  " + line + "\n";
  }
  return text;
}

}  // namespace lobule::pipeline
