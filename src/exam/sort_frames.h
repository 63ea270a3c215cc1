#pragma once
// The few frames that sorting looks at: read once, rescaled, kept. A frame that cannot be read is empty and
// said once.

#include <map>
#include <vector>

#include "core/context.h"
#include "core/error.h"
#include "exam/sort_facts.h"

namespace lobule::exam {

using Pixels = std::vector<float>;  // row by row; empty where the frame could not be read

class FrameSource {
 public:
  explicit FrameSource(const DicomIndex& index) : index_(index) {}

  // Reads frames in parallel and keeps them.
  void preload(const std::vector<FrameRef>& frames, const Cancellation& cancellation);
  const Pixels& frame(FrameRef ref);
  // Reads without keeping; safe to call from several threads.
  Pixels read(FrameRef ref) const;

  const Findings& findings() const { return findings_; }

 private:
  Pixels read_or_explain(FrameRef ref, Finding& problem) const;

  const DicomIndex& index_;
  std::map<std::pair<int, int>, Pixels> frames_;
  Findings findings_;
};

// Up to `count` frames of a stack spread evenly over its middle half by position; one a position.
std::vector<FrameRef> middle_frames(const SeriesFacts& facts, int count);

// Up to `count` frames spread evenly over the whole stack.
std::vector<FrameRef> spread_frames(const SeriesFacts& facts, int count);

// The value below which `fraction` of the values lie; 0 for none. Sorts a copy.
float percentile(std::vector<float> values, double fraction);

// Pearson's correlation; 0 where one of them is constant.
double correlation(const std::vector<float>& a, const std::vector<float>& b);

// Otsu's threshold (1979) between two classes of values; 0 for none.
float two_class_threshold(const std::vector<float>& values);

}  // namespace lobule::exam
