#include "pipeline/sorting_networks.h"

#include <algorithm>
#include <cmath>

#include "learn/model_folder.h"
#include "learn/thumbnail_source.h"
#include "nn/engine.h"
#include "nn/softmax.h"
#include "pipeline/models.h"
#include "pipeline/precision.h"

namespace lobule::pipeline {
namespace {

static_assert(exam::kSeenSequences == learn::kSequenceClassCount);

double sigmoid(float logit) {
  return 1 / (1 + std::exp(-static_cast<double>(logit)));
}

// A network whose outputs are found by name.
class Classifier {
 public:
  Classifier(const std::string& folder, const std::string& task) : model_(learn::read_model(folder)) {
    if (model_.task != task)
      throw Error(folder, "the model is for " + model_.task, "a model for " + task + " is needed here");
    engine_ = std::make_unique<nn::Engine>(model_.graph, model_.weights,
                                           nn::EngineOptions{choose_precision("auto", {&model_, 1})});
  }

  std::vector<Tensor> run(const Tensor& input) const { return engine_->run({input}); }

  const std::vector<float>& output(const std::vector<Tensor>& results, const std::string& name) const {
    for (std::size_t n = 0; n < model_.graph.outputs.size(); ++n)
      if (model_.graph.outputs[n].name == name) return results[n].values;
    throw Error(model_.name, "the network has no output \"" + name + "\"");
  }

 private:
  nn::Model model_;
  std::unique_ptr<nn::Engine> engine_;
};

Tensor batch_of_one(const std::vector<float>& pictures, int channels, int size) {
  Tensor input({1, channels, size, size});
  input.values = pictures;
  return input;
}

class Networks : public exam::SeriesNetworks {
 public:
  Networks(const std::string& sequence_folder, const std::string& phase_folder)
      : sequence_(sequence_folder, "sequence") {
    if (!phase_folder.empty()) phase_ = std::make_unique<Classifier>(phase_folder, "phase");
  }

  std::vector<exam::SeriesOpinion> sequences(
      const std::vector<exam::SeriesThumbnail>& series) const override {
    std::vector<exam::SeriesOpinion> opinions;
    for (const exam::SeriesThumbnail& thumbnail : series) {
      const auto results = sequence_.run(batch_of_one(thumbnail.pictures, 3, thumbnail.size));
      exam::SeriesOpinion opinion;
      const auto sequence = nn::softmax(sequence_.output(results, "sequence"));
      std::copy_n(sequence.begin(), opinion.sequence.size(), opinion.sequence.begin());
      const auto diffusion = nn::softmax(sequence_.output(results, "diffusion"));
      std::copy_n(diffusion.begin(), opinion.diffusion.size(), opinion.diffusion.begin());
      opinion.fat_suppressed = sigmoid(sequence_.output(results, "fat_suppressed")[0]);
      opinion.contrast_agent = sigmoid(sequence_.output(results, "contrast_agent")[0]);
      opinions.push_back(opinion);
    }
    return opinions;
  }

  std::vector<exam::PhaseOpinion> phases(const std::vector<exam::SeriesThumbnail>& volumes) const override {
    std::vector<exam::PhaseOpinion> opinions;
    if (!phase_ || volumes.size() < 2) return opinions;
    std::vector<float> pictures;
    for (const exam::SeriesThumbnail& volume : volumes)
      pictures.insert(pictures.end(), volume.pictures.begin(), volume.pictures.end());
    const float scale = exam::thumbnail_scale(pictures);
    for (float& value : pictures) value /= scale;
    for (std::size_t which = 0; which < volumes.size(); ++which) {
      const Tensor input = learn::phase_input(pictures, volumes[0].size, which);
      const auto results = phase_->run(batch_of_one(input.values, 6, volumes[0].size));
      exam::PhaseOpinion opinion;
      const auto phase = nn::softmax(phase_->output(results, "phase"));
      std::copy_n(phase.begin(), opinion.phase.size(), opinion.phase.begin());
      // The network gives the square root.
      const double root = std::max(0.0F, phase_->output(results, "minutes")[0]);
      opinion.minutes = root * root;
      opinions.push_back(opinion);
    }
    return opinions;
  }

 private:
  Classifier sequence_;
  std::unique_ptr<Classifier> phase_;
};

}  // namespace

std::shared_ptr<const exam::SeriesNetworks> shipped_sorting_networks(Findings& findings) {
  const auto sequence = shipped_model("sequence"), phase = shipped_model("phase");
  if (!sequence) return nullptr;
  try {
    return sorting_networks(sequence->string(), phase ? phase->string() : "");
  } catch (const Error& error) {
    Finding finding = error.finding();
    finding.severity = Severity::warning;
    finding.what_to_do = "Series are sorted by rules and pixels alone; " + finding.what_to_do;
    findings.push_back(finding);
    return nullptr;
  }
}

std::string identity_of_sorting_networks() {
  std::string identity;
  for (const char* name : {"sequence", "phase"})
    if (const auto folder = shipped_model(name)) {
      try {
        identity += learn::read_model_document(*folder).weights.sha256;
      } catch (const Error&) {
        identity += "unreadable";  // shipped_sorting_networks says why
      }
    }
  return identity;
}

std::shared_ptr<const exam::SeriesNetworks> sorting_networks(const std::string& sequence_folder,
                                                             const std::string& phase_folder) {
  return std::make_shared<Networks>(sequence_folder, phase_folder);
}

}  // namespace lobule::pipeline
