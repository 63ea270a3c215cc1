#pragma once
// Samples of a person's own study: one safetensors file a case, written by `lobule train --data` and read by
// the trainer. docs/formats/samples.md describes them.
//
// A case file holds "input.0" [n, channels, (z,) y, x] and a tensor for each target by its name
// [n, 1, (z,) y, x]: n slices of one image in two dimensions, n = 1 in three; a target whose extents are all
// 1 is a class of the whole sample. Cases whose names agree up to the first "_" belong to one exam and stay
// together.

#include <filesystem>
#include <memory>
#include <string>

#include "core/image.h"
#include "learn/sample.h"
#include "nn/preprocessing.h"

namespace lobule::learn {

// An image and labels (0, 1, …; on the same grid: throws Error naming both) as the network will see them: the
// image as segment_image prepares it, labels by nearest voxel.
Sample case_of(const Image<float>& image, const Mask& labels, const std::string& target,
               const nn::Preprocessing& preprocessing, int dimensions);

void write_case(const std::filesystem::path& path, const Sample& samples_of_case);

struct StudySourceOptions {
  std::filesystem::path folder;
  nn::Preprocessing preprocessing;  // samples are cut or padded with 0 to its window
  std::uint64_t seed = 1;
  // One exam in so many (rounded up) is for validation, chosen by the seed and the exams' names.
  int validation_in = 5;
  // This share of the training samples is drawn by class instead of by place, each class of `balanced_by` as
  // often as any other: of labels a window around a random voxel of a class other than 0 (nnU-Net: a third),
  // of classes of whole samples a sample of the class.
  double balanced_share = 0;
  std::string balanced_by = {};  // one of the targets
};

struct StudySources {
  std::shared_ptr<const SampleSource> training;    // endless: cases, slices and windows at random
  std::shared_ptr<const SampleSource> validation;  // every slice once, windows in the middle
  std::size_t training_cases = 0, validation_cases = 0;
};

// Reads all cases of a folder into memory. Throws Error for a folder with fewer than two exams, and
// for one that is damaged or whose tensors do not fit each other.
StudySources study_sources(const StudySourceOptions& options);

}  // namespace lobule::learn
