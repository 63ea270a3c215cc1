#include "measure/outline_doubt.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/resample.h"
#include "measure/breast_limits.h"
#include "measure/morphology.h"
#include "measure/overlap.h"

namespace lobule::measure {
namespace {

// Values without a source are by design, chosen on digital patients; docs/methods/outlines.md.

// Mean sureness around an outline below which a person has to look.
constexpr double kSure = 0.85;
// Dice below which two ways to outline the same breasts contradict each other.
constexpr double kAgreement = 0.75;
// What stands before the chest and is not called breast: a part that is thicker than twice this …
constexpr double kThickMm = 6;
// … and larger than this, and than this share of the breasts.
constexpr double kUnexplainedMl = 40, kUnexplainedShare = 0.08;
constexpr double kHollowMl = 5;
// What laws take from the network's answer, of what is left: more means that it does not know such images.
constexpr double kMostOverruled = 0.35;
// Sections on the edge of the field of view, of the largest one.
constexpr double kCut = 0.35;
// Breasts of one woman rarely differ by more.
constexpr double kSmallerToLarger = 0.4;
constexpr double kDoubt = 0.7;  // what each failed check leaves of the confidence

std::string format(const char* pattern, double a, double b = 0, double c = 0) {
  char text[240];
  std::snprintf(text, sizeof text, pattern, a, b, c);
  return text;
}

const char* side_word(int label) {
  return label == 1 ? "right" : "left";
}

// The largest thick part that the classical outline, which follows the skin and the chest, calls breast and
// the network does not: an implant, a seroma, or the network's failure.
double unexplained_ml(const Mask& classical, const Mask& breast) {
  Mask missing(breast.grid);
  for (std::size_t v = 0; v < missing.voxels.size(); ++v)
    missing.voxels[v] = classical.voxels[v] != 0 && breast.voxels[v] == 0;
  // Coarse enough to be quick, fine enough for what is asked.
  const Mask coarse = downsample_mask(missing, 0.5 * kThickMm);
  return volume_ml(largest_component(opening(coarse, kThickMm), Connectivity::faces), 1);
}

class Judge {
 public:
  Judge(TissueOutlines& out, const BreastSegmentation& classical)
      : report_(out.breasts.report),
        judgement_(out.judgement),
        breast_(out.breasts.breast),
        classical_(classical) {}

  void run() {
    add_limits(breast_, report_);
    for (const int label : {1, 2})
      report_.volume_ml[static_cast<std::size_t>(label)] = volume_ml(breast_, label);
    report_.volume_ml[0] = report_.volume_ml[1] + report_.volume_ml[2];
    report_.sternum_y_mm = classical_.report.sternum_y_mm;
    judgement_.classical_dice =
        classical_.report.volume_ml[0] > 0 ? dice_of(breast_, classical_.breast).value_or(0) : std::nan("");
    if (report_.volume_ml[0] <= 0) {
      nothing();
      return;
    }
    report_.confidence = judgement_.sureness[0];
    report_.evidence.push_back(
        format("mean sureness within 6 mm of the outline, max(p, 1 - p): %.2f (right %.2f, left %.2f); 0.5 "
               "is a guess",
               judgement_.sureness[0], judgement_.sureness[1], judgement_.sureness[2]));
    sureness(), lost_body(), overruled(), sides(), second_opinion(), hollows(), edges();
  }

 private:
  void doubt(Severity severity, const std::string& what, const std::string& why) {
    if (severity == Severity::warning) report_.confidence *= kDoubt;
    report_.findings.push_back(
        {severity, "breast mask", what, why, severity == Severity::warning ? "Check the mask." : ""});
  }

  void nothing() {
    report_.confidence = 0;
    report_.evidence.push_back("the network calls nothing of a breast's size breast");
    report_.findings.push_back(
        {Severity::warning, "breast mask", "the network found no breast",
         format("what it calls breast are parts below 30 ml, %.0f ml in all", judgement_.apart_ml),
         "Check that the images show breasts, or give edited masks."});
  }

  void sureness() {
    for (const std::size_t side : {std::size_t{1}, std::size_t{2}})
      if (report_.volume_ml[side] > 0 && judgement_.sureness[side] < kSure)
        doubt(Severity::warning,
              std::string("the network is unsure of the ") + side_word(static_cast<int>(side)) +
                  " breast's outline",
              format("its mean sureness within 6 mm of the outline is %.2f; %.2f and more is usual",
                     judgement_.sureness[side], kSure));
  }

  void lost_body() {
    if (judgement_.lost_body_ml > 0)
      doubt(Severity::warning, "the body's outline does not hold the breasts",
            format("%.0f ml that the network calls breast are as dark as air; they are kept",
                   judgement_.lost_body_ml));
  }

  void overruled() {
    const double taken_ml = judgement_.outside_body_ml + judgement_.behind_chest_ml + judgement_.apart_ml;
    if (taken_ml > kMostOverruled * report_.volume_ml[0])
      doubt(
          Severity::warning, "the network calls much breast that cannot be breast",
          format(
              "%.0f ml in air, %.0f ml deep in the chest and %.0f ml joined to neither breast were left out",
              judgement_.outside_body_ml, judgement_.behind_chest_ml, judgement_.apart_ml));
  }

  void sides() {
    const double right = report_.volume_ml[1], left = report_.volume_ml[2];
    if (judgement_.side_unknown) {
      doubt(Severity::warning, "one breast fills the field of view",
            std::string("it is called the ") + (right > 0 ? "right" : "left") +
                " one because of its place against the scanner's centre; nothing else tells its side");
      return;
    }
    if (right <= 0 || left <= 0) {
      doubt(Severity::warning,
            std::string("only the ") + (right > 0 ? "right" : "left") + " breast was found",
            "the network calls nothing of a breast's size breast on the other side");
    } else if (std::min(right, left) < kSmallerToLarger * std::max(right, left)) {
      doubt(Severity::warning, "the breasts differ much in size",
            format("right %.0f ml, left %.0f ml: after surgery, or one is outlined wrongly", right, left));
    }
  }

  void second_opinion() {
    if (std::isnan(judgement_.classical_dice)) {
      doubt(Severity::warning, "only the network sees breasts",
            "the classical outline, which seeks what hangs from the chest, found none");
      return;
    }
    report_.evidence.push_back(
        format("overlap with the classical outline (Dice) %.2f", judgement_.classical_dice));
    if (judgement_.classical_dice < kAgreement)
      doubt(Severity::warning, "the network and the classical outline contradict each other",
            format("their overlap (Dice) is %.2f; the network's outline is used", judgement_.classical_dice));
    const double missing = unexplained_ml(classical_.breast, breast_);
    if (missing > std::max(kUnexplainedMl, kUnexplainedShare * report_.volume_ml[0]))
      doubt(Severity::warning, format("%.0f ml that stand before the chest are not called breast", missing),
            "an implant, fluid, or a failure of the network");
  }

  void hollows() {
    if (judgement_.hollow_ml >= kHollowMl)
      doubt(Severity::warning,
            format("a hollow of %.0f ml in the breasts is not called breast", judgement_.hollow_ml),
            "an implant, a large cyst, a void of signal, or a failure of the network");
  }

  void edges() {
    for (const int label : {1, 2}) {
      const double cut = cut_share(breast_, label);
      if (cut <= 0) continue;
      const std::string what =
          std::string("the ") + side_word(label) + " breast reaches the edge of the field of view";
      if (cut < kCut)
        doubt(Severity::note, what, "its volume is a lower bound");
      else
        doubt(Severity::warning, what,
              format("its section there is still %.0f %% of the largest one: its volume is a lower bound",
                     100 * cut));
    }
  }

  BreastReport& report_;
  OutlineJudgement& judgement_;
  const Mask& breast_;
  const BreastSegmentation& classical_;
};

}  // namespace

void judge_outlines(TissueOutlines& out, const BreastSegmentation& classical) {
  Judge(out, classical).run();
}

}  // namespace lobule::measure
