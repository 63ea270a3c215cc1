// The part of an analysis that asks the network for outlines, and says what it said.

#include "core/text.h"
#include "measure/vessels.h"
#include "pipeline/analyze_stages.h"
#include "pipeline/tissue_network.h"

namespace lobule::pipeline {
namespace {

constexpr std::size_t kHashShown = 12;
std::string ml(double value) {
  return format_fixed(value, value < 10 ? 1 : 0) + " ml";
}

void note_classical(Severity severity, const std::string& what, const std::string& why, Findings& findings) {
  findings.push_back({severity, "breast mask", what, why, "The classical outline is used: check the masks."});
}

// The network, unless there is a reason against it.
std::optional<TissueNetwork> fitting_network(const Grid& image, Findings& findings) {
  try {
    std::optional<TissueNetwork> network = TissueNetwork::shipped();
    if (!network) {
      note_classical(Severity::note, "no network outlined the tissue",
                     "the model breast_mri is not among the shipped models", findings);
      return {};
    }
    const std::string unfit = network->unfit(image);
    if (unfit.empty()) return network;
    note_classical(Severity::note, "no network outlined the tissue", unfit, findings);
  } catch (const Error& error) {
    note_classical(Severity::warning, "the network that outlines tissue cannot be used",
                   sentence(error.finding()), findings);
  }
  return {};
}

// What laws took away from the network's answer.
std::vector<std::string> overruled(const measure::OutlineJudgement& judgement) {
  constexpr double kWorthSaying_ml = 0.05;
  std::vector<std::string> list;
  const auto add = [&](double volume_ml, const std::string& what) {
    if (volume_ml >= kWorthSaying_ml)
      list.push_back(ml(volume_ml) + " that the network calls breast " + what);
  };
  add(judgement.outside_body_ml, "lie outside the body and are left out");
  add(judgement.behind_chest_ml, "lie more than 10 mm behind the chest wall and are left out");
  add(judgement.apart_ml, "are joined to neither breast and are left out");
  return list;
}

std::vector<std::string> seen_by_network(const measure::TissueOutlines& tissues) {
  std::vector<std::string> list = tissues.breasts.report.evidence;
  list.push_back("vessels before contrast: " + ml(measure::volume_ml(tissues.vessels, 1)) +
                 "; those that enhance early count");
  list.push_back("fibroglandular tissue as the sum of its shares: " + ml(tissues.judgement.fgt_share_ml[1]) +
                 " right, " + ml(tissues.judgement.fgt_share_ml[2]) + " left");
  for (const measure::Nipple& nipple : tissues.nipples)
    list.push_back(std::string(nipple.side == 1 ? "right" : "left") + " nipple seen, confidence " +
                   format_fixed(nipple.confidence, 2));
  return list;
}

}  // namespace

std::optional<measure::TissueOutlines> ask_network(const Image<float>& pre, const Outline& classical,
                                                   const StageScope& scope, Findings& findings,
                                                   exam::OutlineStatement& statement) {
  const measure::BreastReport& other = classical.breasts.report;
  statement = {"classical", other.confidence, other.evidence, {}};
  if (scope.options.classical) return {};
  const std::optional<TissueNetwork> network = fitting_network(pre.grid, findings);
  if (!network) return {};
  const std::string key = sha256_hex(to_bytes(classical.breasts.breast) + to_bytes(classical.breasts.body));
  measure::TissueOutlines tissues =
      run_stage(scope.context, scope.stage("outline tissue with the network"),
                {scope.identity, network->sha256(), key}, [&] {
                  return measure::outline_tissues(network->maps(pre, classical.breasts.body, scope.context),
                                                  classical.breasts);
                });
  if (tissues.breasts.report.volume_ml[0] <= 0 && other.volume_ml[0] > 0) {
    note_classical(Severity::warning, "the network found no breast, the classical outline did",
                   "one of them is wrong; " + ml(other.volume_ml[0]) + " are outlined", findings);
    statement.overruled.push_back("the network, which found no breast");
    statement.confidence *= 0.5;
    return {};
  }
  statement = {"network " + network->name() + ", SHA-256 " + network->sha256().substr(0, kHashShown),
               tissues.breasts.report.confidence, seen_by_network(tissues), overruled(tissues.judgement)};
  return tissues;
}

Mask join_vessels(const Mask& of_enhancement, const Mask& of_network, const Image<float>& early_percent) {
  const double enhances = measure::VesselOptions{}.smallest_percent;
  Mask vessels = of_enhancement;
  for (std::size_t v = 0; v < of_network.voxels.size(); ++v)
    if (of_network.voxels[v] != 0 && early_percent.voxels[v] >= enhances) vessels.voxels[v] = 1;
  return vessels;
}

}  // namespace lobule::pipeline
