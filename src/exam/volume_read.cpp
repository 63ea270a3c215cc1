#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "core/error.h"
#include "core/parallel.h"
#include "core/text.h"
#include "exam/volume.h"
#include "exam/volume_slices.h"
#include "io/dicom_pixels.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

// The slices of a plan that come from one file.
struct FileWork {
  int entry = 0;
  std::vector<std::size_t> slices;  // indices into plan.frames
};

std::vector<FileWork> work_by_file(const VolumePlan& plan) {
  std::map<int, FileWork> files;
  for (std::size_t k = 0; k < plan.frames.size(); ++k) {
    const int entry = plan.frames[k].entry;
    if (entry < 0) continue;
    files[entry].entry = entry;
    files[entry].slices.push_back(k);
  }
  std::vector<FileWork> work;
  for (auto& [entry, file] : files) work.push_back(std::move(file));
  return work;
}

// Fails before anything large is allocated.
void check_format(const IndexEntry& entry, const VolumePlan& plan) {
  const io::PixelFormat format = io::pixel_format(entry.header, entry.file.name);
  if (!entry.header.pixels.present()) throw Error(entry.file.name, "the image has no pixels");
  if (format.samples_per_pixel != 1)
    throw Error(entry.file.name, "the image has " + std::to_string(format.samples_per_pixel) +
                                     " samples a pixel, a slice of a volume has one");
  if (plan.tiles.empty() && (format.columns != plan.grid.size[0] || format.rows != plan.grid.size[1]))
    throw Error(entry.file.name, "the image has " + std::to_string(format.columns) + "×" +
                                     std::to_string(format.rows) + " pixels, its volume " +
                                     std::to_string(plan.grid.size[0]) + "×" +
                                     std::to_string(plan.grid.size[1]));
}

// Copies one slice out of decoded pixels that are `width` wide, rescaled.
void copy_slice(const float* pixels, int width, std::array<double, 2> rescale, const Grid& grid, float* out) {
  const bool plain = rescale[0] == 1 && rescale[1] == 0;
  for (int j = 0; j < grid.size[1]; ++j) {
    const float* row = pixels + static_cast<std::size_t>(j) * width;
    for (int i = 0; i < grid.size[0]; ++i)
      *out++ = plain ? row[i] : static_cast<float>(row[i] * rescale[0] + rescale[1]);
  }
}

// Reads all slices of one file into their places in `slices`, each of one plane of the grid.
void read_file_slices(const IndexEntry& entry, const VolumePlan& plan, const FileWork& work,
                      std::vector<std::vector<float>>& slices) {
  const std::size_t plane = static_cast<std::size_t>(plan.grid.size[0]) * plan.grid.size[1];
  const auto& header = entry.header;
  if (!plan.tiles.empty()) {
    const auto pixels = io::read_frames_as_float(entry.file.path, header, entry.file.name, 0, 1);
    const int width = header.dataset.integer(io::tag::Columns).value_or(0);
    const int tiles_per_row = width / plan.grid.size[0];
    for (const std::size_t k : work.slices) {
      const int tile_row = plan.tiles[k] / tiles_per_row, tile_column = plan.tiles[k] % tiles_per_row;
      const std::size_t start = static_cast<std::size_t>(tile_row) * plan.grid.size[1] * width +
                                static_cast<std::size_t>(tile_column) * plan.grid.size[0];
      slices[k].resize(plane);
      copy_slice(pixels.data() + start, width, rescale_of(header.dataset, 0), plan.grid, slices[k].data());
    }
    return;
  }
  int first = plan.frames[work.slices[0]].frame, last = first;
  for (const std::size_t k : work.slices) {
    first = std::min(first, plan.frames[k].frame);
    last = std::max(last, plan.frames[k].frame);
  }
  // Frames that lie close together are decoded at once, scattered ones alone.
  const bool together = last - first + 1 <= 2 * static_cast<int>(work.slices.size());
  std::vector<float> pixels;
  if (together)
    pixels = io::read_frames_as_float(entry.file.path, header, entry.file.name, first, last - first + 1);
  for (const std::size_t k : work.slices) {
    const int frame = plan.frames[k].frame;
    if (!together) pixels = io::read_frames_as_float(entry.file.path, header, entry.file.name, frame, 1);
    slices[k].resize(plane);
    copy_slice(pixels.data() + (together ? static_cast<std::size_t>(frame - first) * plane : 0),
               plan.grid.size[0], rescale_of(header.dataset, frame), plan.grid, slices[k].data());
  }
}

// (1 − weight) × a + weight × b
void blend(const std::vector<float>& a, const std::vector<float>& b, double weight, float* out) {
  for (std::size_t i = 0; i < a.size(); ++i) *out++ = static_cast<float>((1 - weight) * a[i] + weight * b[i]);
}

// Where the slices lie along the axis: on the grid, except when they are to be resampled.
std::vector<double> offsets_of(const VolumePlan& plan) {
  if (!plan.uneven_offsets_mm.empty()) return plan.uneven_offsets_mm;
  std::vector<double> offsets;
  for (std::size_t k = 0; k < plan.frames.size(); ++k)
    offsets.push_back(static_cast<double>(k) * plan.grid.spacing_mm.z);
  return offsets;
}

// Puts the slices on the grid; where none lies, the nearest on both sides are blended by distance.
void assemble(const VolumePlan& plan, std::vector<std::vector<float>> slices, Image<float>& image) {
  const std::vector<double> offsets = offsets_of(plan);
  std::vector<std::size_t> present;
  for (std::size_t k = 0; k < slices.size(); ++k)
    if (!slices[k].empty()) present.push_back(k);
  const std::size_t plane = static_cast<std::size_t>(plan.grid.size[0]) * plan.grid.size[1];
  parallel_for(static_cast<std::size_t>(plan.grid.size[2]), [&](std::size_t k) {
    const double at = static_cast<double>(k) * plan.grid.spacing_mm.z;
    const auto above =
        std::find_if(present.begin(), present.end(), [&](std::size_t p) { return offsets[p] >= at - 1e-6; });
    float* out = image.voxels.data() + k * plane;
    const std::size_t upper = above != present.end() ? *above : present.back();
    if (above == present.begin() || above == present.end() || std::abs(offsets[upper] - at) < 1e-6) {
      std::copy(slices[upper].begin(), slices[upper].end(), out);
      return;
    }
    const std::size_t lower = *(above - 1);
    blend(slices[lower], slices[upper], (at - offsets[lower]) / (offsets[upper] - offsets[lower]), out);
  });
}

SliceSource source_of(const DicomIndex& index, const FrameRef& frame) {
  if (frame.entry < 0) return {};
  const io::DicomDataset& header = index.entries.at(frame.entry).header.dataset;
  const bool multi_frame = header.integer(io::tag::NumberOfFrames).value_or(1) > 1 ||
                           header.has(io::tag::PerFrameFunctionalGroupsSequence);
  return {header.text(io::tag::SOPClassUID), header.text(io::tag::SOPInstanceUID),
          multi_frame ? frame.frame + 1 : 0};
}

}  // namespace

Volume read_volume(const DicomIndex& index, const Series& series, const VolumePlan& plan) {
  const std::vector<FileWork> work = work_by_file(plan);
  if (work.empty()) throw Error(describe(series), "no image is left to read");
  for (const FileWork& file : work) check_format(index.entries.at(file.entry), plan);
  std::vector<std::vector<float>> slices(plan.frames.size());
  parallel_for(work.size(), [&](std::size_t w) {
    read_file_slices(index.entries.at(work[w].entry), plan, work[w], slices);
  });

  Volume volume;
  volume.image = Image<float>(plan.grid);
  assemble(plan, std::move(slices), volume.image);
  if (plan.uneven_offsets_mm.empty())
    for (const FrameRef& frame : plan.frames) volume.slices.push_back(source_of(index, frame));
  const io::DicomDataset& header = index.entries.at(work[0].entry).header.dataset;
  volume.series_uid = series.series_uid;
  volume.frame_of_reference_uid = header.text(io::tag::FrameOfReferenceUID);
  // Scanners write ADC maps in 10⁻⁶ mm²/s, which is µm²/s.
  if (series.role == Role::adc) volume.unit = "um2/s";
  volume.b_value_s_per_mm2 = plan.b_value_s_per_mm2;
  volume.phase_index = plan.phase_index;
  volume.time_s = plan.time_s;
  volume.label = plan.label;
  return volume;
}

}  // namespace lobule::exam
