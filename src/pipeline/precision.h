#pragma once
// Which numbers a network computes with between layers, and what that changes of its figures.

#include <filesystem>
#include <span>
#include <string>

#include "core/context.h"
#include "learn/task.h"
#include "nn/engine.h"
#include "nn/model.h"

namespace lobule::pipeline {

// What a processor does with bf16; by itself, the one that this runs on.
struct Bf16Units {
  bool multiplies = nn::has_bf16();
  bool matrices = nn::has_bf16_matrix_units();
};

// Figures of segmentation and classification count as unchanged up to here.
constexpr double kUnchangedFigure = 0.002;

// Whether the model states that its figure is the same in bf16, up to kUnchangedFigure.
bool holds_in_bf16(const nn::Model& model);

// "f32", "bf16", or "auto": bf16 where the processor has matrix units for it and every model states that its
// figure holds; else f32. Throws Error for bf16 where the processor does not multiply it.
nn::Precision choose_precision(const std::string& word, std::span<const nn::Model> models,
                               const Bf16Units& processor = {});

// The headline figure over the task's validation cases, by the engine in f32 and in bf16. Throws Error where
// the model is not of the task's kind, where no case gives the figure, and where the processor has no bf16.
nn::Bf16Check check_bf16(const nn::Model& model, const learn::Task& task, Context& context);

// States that in the model folder's model.json and card.md, its weights as they are. The cases are those of
// the model's task under `options`, with the seed of the model's own training. Throws Error as check_bf16
// does, and where the folder holds no model of a task that lobule knows, or cannot be written.
nn::Bf16Check state_bf16(const std::filesystem::path& folder, learn::TaskOptions options, Context& context);

}  // namespace lobule::pipeline
