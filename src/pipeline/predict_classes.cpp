// Classifiers: one row of scores for each image.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/table.h"
#include "io/files.h"
#include "io/inputs.h"
#include "nn/engine.h"
#include "nn/softmax.h"
#include "pipeline/classifier_input.h"
#include "pipeline/precision.h"
#include "pipeline/predict.h"
#include "pipeline/sorted_inputs.h"

namespace lobule::pipeline {
namespace {

std::vector<float> scores_of(const std::vector<float>& logits) {
  const std::vector<double> p = nn::softmax(logits);
  return {p.begin(), p.end()};
}

// The shortest text that reads back as the same float.
std::string shortest(float value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

}  // namespace

PredictOutcome predict_classes(const nn::Model& model, const std::vector<std::string>& inputs,
                               const PredictOptions& options, Context& context) {
  const nn::Engine engine(model.graph, model.weights,
                          {.precision = choose_precision(options.precision, {&model, 1})});
  io::prepare_output_folder(options.output);
  const io::TemporaryFolder scratch;
  io::Inputs found =
      io::collect_inputs({inputs.begin(), inputs.end()}, scratch.path(), {}, context.cancellation);
  leave_out_results(found.files, options.output);
  const bool as_given = options.logits || ends_in_softmax(model.graph);
  PredictOutcome outcome;
  outcome.findings = found.findings;
  Table table{{"file", "class", "score"}, {}};
  context.progress.begin("classify");
  for (std::size_t n = 0; n < found.files.size(); ++n) {
    context.cancellation.check();
    const io::InputFile& file = found.files[n];
    try {
      const Tensor input =
          classifier_input(read_image_for_classifier(file.path, file.name), model.preprocessing);
      const std::vector<float> logits = engine.run({input})[0].values;
      const std::vector<float> scores = as_given ? logits : scores_of(logits);
      for (std::size_t c = 0; c < scores.size(); ++c)
        table.rows.push_back({file.name, std::to_string(c), shortest(scores[c])});
      ++outcome.images;
    } catch (const Error& error) {
      outcome.findings.push_back(error.finding());
    }
    context.progress.update(static_cast<double>(n + 1) / static_cast<double>(found.files.size()));
  }
  context.progress.finish();
  if (outcome.images == 0) return outcome;
  outcome.files = {std::filesystem::path(options.output) / "predictions.csv"};
  io::write_file(outcome.files[0], to_csv(table));
  return outcome;
}

}  // namespace lobule::pipeline
