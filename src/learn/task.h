#pragma once
// Something that a network can learn: one file a task says where samples come from, which network learns,
// by which loss, how it is judged, and how its output becomes a result. Trained by lobule-train, run by
// lobule; tasks.cpp lists them.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "learn/figure.h"
#include "learn/sample.h"
#include "learn/training_options.h"
#include "nn/graph.h"
#include "nn/loss.h"
#include "nn/preprocessing.h"

namespace lobule::learn {

struct TaskOptions {
  std::uint64_t seed = 1;
  // A folder of samples that `lobule train` prepared from a user's images; empty: phantoms.
  std::string data{};
  std::string network = "task";  // or "plain": what the task's own is compared with, where it has one
};

// What a person gives a task to learn from (docs/formats/samples.md).
enum class Study {
  none,                 // digital patients alone
  labelled_images,      // images and label images
  labelled_mammograms,  // mammograms and label pictures
  sorted_exams          // exams and the roles of their series
};

struct Task {
  std::string name;     // "breast_outline"
  std::string summary;  // one sentence
  nn::Graph graph;
  nn::Preprocessing preprocessing;
  std::vector<std::string> labels;  // of the classes that the first output tells apart
  nn::LossSum loss;
  std::shared_ptr<const SampleSource> training;
  std::shared_ptr<const SampleSource> validation;  // of a size; never seen in training
  // Figures of one validation case from the network's outputs, in the order of graph.outputs.
  std::function<Figures(const Sample&, const std::vector<Tensor>&)> judge;
  std::string headline;  // the figure of `judge` that, over all cases, decides which weights are best (larger
                         // is better)
  TrainingRecipe recipe;
  Study study = Study::labelled_images;  // what TaskOptions::data may be made of
  std::string trained_on;                // in words, for the card
  std::vector<std::string> limits;       // what the model must not be used for, a sentence each
};

// The names of all tasks.
std::vector<std::string> task_names();

// Throws Error for an unknown name, with the nearest known ones, and for a plain network of a task without
// one.
Task make_task(const std::string& name, const TaskOptions& options = {});

}  // namespace lobule::learn
