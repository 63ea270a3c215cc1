// Outlines of the network beside the classical ones on images whose truth is known; Markdown tables for
// docs/results/outlines.md.
//   lobule_outline_study family [exams] [first seed] [voxel in mm]   the second family
//   lobule_outline_study map LABELS.nii.gz [voxel in mm]            someone's breast as a label map
//   lobule_outline_study stability [seed]                            one patient, eight acquisitions
//   lobule_outline_study odd [seed] [IMAGE.nii.gz …]                 what should be met with doubt

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "core/text.h"
#include "io/nifti.h"
#include "measure/overlap.h"
#include "outline_cases.h"
#include "pipeline/outline_volume.h"

namespace {

using namespace lobule;
using benchmark::OutlineCase;

struct Judged {
  double dice_breast = NAN, dice_fgt = NAN;  // of all that is set
  double breast_ml = 0, fgt_ml = 0,
         share_ml = NAN;  // share_ml: FGT as the sum of shares, of the network only
};

struct Result {
  OutlineCase one;
  Judged network, agreed, classical;  // agreed: gland in the network's breasts by both ways
  double dice_vessels = NAN, vessels_found = NAN;
  double sureness = NAN, confidence = NAN, agreement = NAN;
  std::string warnings;
};

double both_ml(const Mask& mask) {
  return measure::volume_ml(mask, 1) + measure::volume_ml(mask, 2);
}

Judged judged(const OutlineCase& one, const Mask& breast, const Mask& fgt) {
  return {measure::dice_of(breast, one.truth.breast).value_or(NAN),
          measure::dice_of(fgt, one.truth.fgt).value_or(NAN), both_ml(breast), both_ml(fgt), NAN};
}

// Vessels of the truth that are found, over those in and out of the breasts alike.
double share_found(const Mask& found, const Mask& truth) {
  double both = 0, all = 0;
  for (std::size_t v = 0; v < truth.voxels.size(); ++v)
    if (truth.voxels[v] != 0) all += 1, both += found.voxels[v] != 0;
  return all > 0 ? both / all : NAN;
}

Result outlined(const OutlineCase& one, const pipeline::TissueNetwork& network) {
  Context context;
  const pipeline::VolumeOutlines out = pipeline::outline_volume(one.image, one.fat, &network, context);
  Result result;
  result.one = {one.name, {}, one.fat, {{}, {}, {}, one.truth.breast_ml, one.truth.fgt_ml}};
  if (!one.truth.breast.empty()) {
    result.classical = judged(one, out.classical.breast, out.classical_fgt);
    result.network = judged(one, out.network->breasts.breast, out.network_fgt);
    result.agreed = judged(one, out.network->breasts.breast, out.agreed_fgt);
    result.dice_vessels = measure::dice_of(out.network->vessels, one.truth.vessels).value_or(NAN);
    result.vessels_found = share_found(out.network->vessels, one.truth.vessels);
  } else {
    result.classical.breast_ml = both_ml(out.classical.breast),
    result.classical.fgt_ml = both_ml(out.classical_fgt);
    result.network.breast_ml = both_ml(out.network->breasts.breast),
    result.network.fgt_ml = both_ml(out.network_fgt);
  }
  const measure::OutlineJudgement& judgement = out.network->judgement;
  result.network.share_ml = judgement.fgt_share_ml[0];
  result.sureness = judgement.sureness[0];
  result.agreement = judgement.classical_dice;
  result.confidence = out.network->breasts.report.confidence;
  std::vector<std::string> warnings;
  for (const Finding& finding : out.network->breasts.report.findings)
    if (finding.severity != Severity::note) warnings.push_back(finding.what);
  const auto overruled = [&](double ml, const std::string& why) {
    constexpr double kWorthSaying_ml = 20;
    if (ml >= kWorthSaying_ml) warnings.push_back("overruled: " + format_fixed(ml, 0) + " ml " + why);
  };
  overruled(judgement.outside_body_ml, "outside the body");
  overruled(judgement.behind_chest_ml, "behind the chest wall");
  overruled(judgement.apart_ml, "joined to neither breast");
  warnings.push_back("classical confidence " + format_fixed(out.classical.report.confidence, 2));
  result.warnings = join(warnings, "; ");
  return result;
}

std::string fixed(double value, int digits) {
  return std::isnan(value) ? "–" : format_fixed(value, digits);
}

std::string error(double found, double truth) {
  if (!(truth > 0)) return "–";
  const double percent = 100 * (found / truth - 1);
  return (percent < 0 ? "" : "+") + format_fixed(percent, 1);
}

void print_head() {
  std::printf(
      "| image | breast Dice (classical) | FGT Dice (agreed; classical) | vessels: Dice, found | breast, ml: "
      "true, "
      "error %% "
      "(classical) | FGT, ml: true, error %% of mask, of shares (agreed; classical) | sureness | confidence "
      "|\n"
      "|---|---|---|---|---|---|---|---|\n");
}

void print_row(const Result& r) {
  const auto& truth = r.one.truth;
  std::printf("| %s | %s (%s) | %s (%s; %s) | %s, %s | %.0f, %s (%s) | %.0f, %s, %s (%s; %s) | %s | %s |\n",
              r.one.name.c_str(), fixed(r.network.dice_breast, 3).c_str(),
              fixed(r.classical.dice_breast, 3).c_str(), fixed(r.network.dice_fgt, 3).c_str(),
              fixed(r.agreed.dice_fgt, 3).c_str(), fixed(r.classical.dice_fgt, 3).c_str(),
              fixed(r.dice_vessels, 2).c_str(), fixed(r.vessels_found, 2).c_str(), truth.breast_ml,
              error(r.network.breast_ml, truth.breast_ml).c_str(),
              error(r.classical.breast_ml, truth.breast_ml).c_str(), truth.fgt_ml,
              error(r.network.fgt_ml, truth.fgt_ml).c_str(), error(r.network.share_ml, truth.fgt_ml).c_str(),
              error(r.agreed.fgt_ml, truth.fgt_ml).c_str(), error(r.classical.fgt_ml, truth.fgt_ml).c_str(),
              fixed(r.sureness, 3).c_str(), fixed(r.confidence, 2).c_str());
  if (!r.warnings.empty()) std::printf("| ↳ %s | | | | | | | |\n", r.warnings.c_str());
  std::fflush(stdout);
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  int count = 0;
  for (const double v : values)
    if (!std::isnan(v)) sum += v, ++count;
  return count > 0 ? sum / count : NAN;
}

double deviation(const std::vector<double>& values) {
  const double m = mean(values);
  double sum = 0;
  for (const double v : values) sum += (v - m) * (v - m);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

template <class Value>
std::vector<double> all_of(const std::vector<Result>& results, const Value& value) {
  std::vector<double> list;
  for (const Result& r : results) list.push_back(value(r));
  return list;
}

// Means over the images whose name ends so.
void print_means(const std::vector<Result>& all, const std::string& kind) {
  std::vector<Result> results;
  std::copy_if(all.begin(), all.end(), std::back_inserter(results),
               [&](const Result& r) { return r.one.name.ends_with(kind); });
  const auto size_of_error = [](double found, double truth) { return 100 * std::abs(found / truth - 1); };
  const auto average = [&](const auto& value) { return mean(all_of(results, value)); };
  std::printf(
      "| **mean, %zu × %s** | %.3f (%.3f) | %.3f (%.3f; %.3f) | %.2f, %.2f | size of error %.1f (%.1f) | "
      "size of "
      "error %.1f, "
      "%.1f (%.1f; %.1f) | %.3f | %.2f |\n",
      results.size(), kind.c_str(), average([](const Result& r) { return r.network.dice_breast; }),
      average([](const Result& r) { return r.classical.dice_breast; }),
      average([](const Result& r) { return r.network.dice_fgt; }),
      average([](const Result& r) { return r.agreed.dice_fgt; }),
      average([](const Result& r) { return r.classical.dice_fgt; }),
      average([](const Result& r) { return r.dice_vessels; }),
      average([](const Result& r) { return r.vessels_found; }),
      average([&](const Result& r) { return size_of_error(r.network.breast_ml, r.one.truth.breast_ml); }),
      average([&](const Result& r) { return size_of_error(r.classical.breast_ml, r.one.truth.breast_ml); }),
      average([&](const Result& r) { return size_of_error(r.network.fgt_ml, r.one.truth.fgt_ml); }),
      average([&](const Result& r) { return size_of_error(r.network.share_ml, r.one.truth.fgt_ml); }),
      average([&](const Result& r) { return size_of_error(r.agreed.fgt_ml, r.one.truth.fgt_ml); }),
      average([&](const Result& r) { return size_of_error(r.classical.fgt_ml, r.one.truth.fgt_ml); }),
      average([](const Result& r) { return r.sureness; }),
      average([](const Result& r) { return r.confidence; }));
}

void print_spread(const std::vector<Result>& results) {
  const auto line = [&](const char* what, const auto& value) {
    const std::vector<double> list = all_of(results, value);
    const auto [low, high] = std::minmax_element(list.begin(), list.end());
    std::printf("| %s | %.1f | %.1f %% | %.1f to %.1f |\n", what, mean(list),
                100 * deviation(list) / mean(list), *low, *high);
  };
  std::printf("\n| over the acquisitions | mean | deviation / mean | range |\n|---|---|---|---|\n");
  line("breast, ml, network", [](const Result& r) { return r.network.breast_ml; });
  line("breast, ml, classical", [](const Result& r) { return r.classical.breast_ml; });
  line("FGT, ml, network", [](const Result& r) { return r.network.fgt_ml; });
  line("FGT as shares, ml, network", [](const Result& r) { return r.network.share_ml; });
  line("FGT, ml, agreed", [](const Result& r) { return r.agreed.fgt_ml; });
  line("FGT, ml, classical", [](const Result& r) { return r.classical.fgt_ml; });
  line("FGT %, network", [](const Result& r) { return 100 * r.network.fgt_ml / r.network.breast_ml; });
  line("FGT %, agreed", [](const Result& r) { return 100 * r.agreed.fgt_ml / r.agreed.breast_ml; });
  line("FGT %, classical", [](const Result& r) { return 100 * r.classical.fgt_ml / r.classical.breast_ml; });
}

int usage() {
  std::fprintf(stderr, "lobule_outline_study family|map|stability|odd …: see the file's first lines\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return usage();
  const std::string what = argv[1];
  const auto number = [&](int n, double otherwise) { return argc > n ? std::atof(argv[n]) : otherwise; };
  const auto network = pipeline::TissueNetwork::shipped();
  if (!network) {
    std::fprintf(stderr, "the model breast_mri is not among the shipped models\n");
    return 3;
  }
  std::printf("network %s, SHA-256 %s\n\n", network->name().c_str(), network->sha256().substr(0, 12).c_str());
  std::vector<Result> results;
  const auto visit = [&](const OutlineCase& one) {
    results.push_back(outlined(one, *network));
    print_row(results.back());
  };
  print_head();
  if (what == "family") {
    const auto first = static_cast<std::uint64_t>(number(3, 9000));
    for (std::uint64_t n = 0; n < static_cast<std::uint64_t>(number(2, 10)); ++n)
      benchmark::second_family_cases(first + n, number(4, 1.4), visit);
    for (const char* kind : {"pre", "post", "T1"}) print_means(results, kind);
  } else if (what == "map" && argc > 2) {
    visit(benchmark::label_map_case(argv[2], number(3, 1)));
  } else if (what == "stability") {
    benchmark::acquisition_cases(static_cast<std::uint64_t>(number(2, 9100)), visit);
    print_spread(results);
  } else if (what == "odd") {
    benchmark::odd_cases(static_cast<std::uint64_t>(number(2, 9200)), visit);
    for (int n = 3; n < argc; ++n) visit({argv[n], io::read_nifti(argv[n]), measure::FatSignal::bright, {}});
  } else {
    return usage();
  }
  return 0;
}
