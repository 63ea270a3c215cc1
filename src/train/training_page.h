#pragma once
// training.html: how a training went, in curves and pictures. Self-contained.

#include <cstdint>
#include <string>
#include <vector>

#include "learn/task.h"
#include "train/history.h"

namespace lobule::train {

// A validation case as a person looks at it: one slice of the first input, the truth and what was found.
struct Example {
  int width = 0, height = 0;
  std::vector<float> image;                // row by row
  std::vector<std::uint8_t> truth, found;  // classes; empty where the task does not segment
  std::string words;                       // its figures: "dice_breast 0.953"
};

// Whether case `index` of so many is shown: four of them, evenly spread.
bool is_example(std::uint64_t index, std::uint64_t count);

Example example_of(const learn::Task& task, const learn::Sample& sample, const std::vector<Tensor>& outputs);

// Curves of the losses, of the learning rate and of each figure over the steps, and the examples.
std::string training_page(const learn::Task& task, const std::string& training, const History& history,
                          const std::vector<Example>& examples);

// "data:image/bmp;base64,…" of RGB pixels from the top: a picture that needs no library.
std::string bitmap_data_uri(int width, int height, const std::vector<std::uint8_t>& rgb);

}  // namespace lobule::train
