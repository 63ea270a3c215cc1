#pragma once
// The protocol of the synthetic exam: which series the scanner sends, in which order, with which headers.

#include <deque>
#include <string>
#include <vector>

#include "phantom/exam.h"

namespace lobule::pipeline {

// Clock times of the simulated day, in seconds after midnight.
inline constexpr double kStudyTime_s = 8 * 3600, kDynamicTime_s = 8 * 3600 + 20 * 60;
inline constexpr double kReconstruction_s = 5;  // from acquisition to image

struct SequenceHeader {
  std::string scanning_sequence, variant, options, acquisition_type;  // several values separated by '\'
  double tr_ms = 0, te_ms = 0, ti_ms = 0, flip_degrees = 90;
  int echo_train = 1;
};

struct PlannedImage {
  const Image<float>* volume = nullptr;
  int slice = 0;              // of the volume
  double slice_position = 0;  // along the volume's slice axis; the slice, but for projections the middle
  double time_s = 0;          // of acquisition, after midnight
  int acquisition_number = 1;
  std::string sequence_name;
  double b_value = -1;  // s/mm²; negative where there is none
};

struct PlannedSeries {
  int number = 0;
  std::string description, protocol, role, image_type;
  int phase_index = -1;
  std::vector<double> b_values;
  bool contrast = false;
  double slice_thickness_mm = 0;
  SequenceHeader sequence;
  double window_center = 0, window_width = 0;
  std::vector<PlannedImage> images;
};

class PhantomProtocol {
 public:
  // Refers to the exam's images: the exam must outlive it.
  explicit PhantomProtocol(const phantom::Exam& exam);
  PhantomProtocol(const PhantomProtocol&) = delete;
  PhantomProtocol& operator=(const PhantomProtocol&) = delete;

  const std::vector<PlannedSeries>& series() const { return series_; }

 private:
  void add_localizer();
  void add_spin_echoes();
  void add_diffusion();
  void add_dynamic();
  void add_subtraction(int phase, const PlannedSeries& post);
  void add_projections(const PlannedSeries& post);
  PlannedSeries& add(const std::string& description, const std::string& role, const std::string& image_type,
                     const SequenceHeader& sequence);

  const phantom::Exam& exam_;
  std::deque<Image<float>> derived_;  // subtractions and projections, at stable addresses
  std::vector<PlannedSeries> series_;
};

}  // namespace lobule::pipeline
