#pragma once
// The protocol of a digital patient's MRI exam: which series the scanner sends, in which order, with what in
// their headers, by the habits of a vendor. Nothing is a DICOM object yet.

#include <deque>
#include <string>
#include <vector>

#include "phantom/exam.h"
#include "pipeline/phantom_vendor.h"

namespace lobule::pipeline {

// Clock times of the simulated day, in seconds after midnight.
inline constexpr double kStudyTime_s = 8 * 3600, kDynamicTime_s = 8 * 3600 + 20 * 60;
inline constexpr double kReconstruction_s = 5;  // from acquisition to image

struct PlannedImage {
  const Image<float>* volume = nullptr;
  int slice = 0;              // of the volume
  double slice_position = 0;  // along the volume's slice axis; the slice, but for projections the middle
  double time_s = 0;          // of acquisition, after midnight
  int acquisition_number = 1;
  std::string sequence_name;
  double b_value = -1;          // s/mm²; negative where there is none
  int temporal_position = 0;    // from 1; 0: not told
  double trigger_time_ms = -1;  // of a phase after the first; negative where there is none
  int volume_number = 0;        // of the volumes of its series, from 0
};

struct PlannedSeries {
  Item item = Item::localizer;
  int number = 0;
  std::string description, protocol, role;
  const ItemHabit* habit = nullptr;
  phantom::Sequence physics;
  int phase_index = -1;     // of a single phase
  std::vector<int> phases;  // of several
  std::vector<double> b_values;
  int temporal_positions = 0;
  bool contrast = false;
  double slice_thickness_mm = 0;
  double rescale_slope = 1, rescale_intercept = 0;
  double unit = 1;  // what the rescaled value is, per unit of the simulated image
  double window_center = 0, window_width = 0;
  std::vector<PlannedImage> images;
};

class PhantomProtocol {
 public:
  // Refers to the exam's images and the habits: both must outlive it.
  PhantomProtocol(const phantom::Exam& exam, const MrHabits& habits, const Phrases& phrases);
  PhantomProtocol(const PhantomProtocol&) = delete;
  PhantomProtocol& operator=(const PhantomProtocol&) = delete;

  const std::vector<PlannedSeries>& series() const { return series_; }

 private:
  using Images = std::vector<phantom::SeriesImage>;
  PlannedSeries& add(Item item, const std::string& role, const phantom::SeriesImage& image,
                     const std::string& description);
  void add_volume(PlannedSeries& series, const phantom::SeriesImage& image, const Image<float>& volume);
  void add_dynamic(const Images& phases);
  void add_single(const phantom::SeriesImage& image);
  void add_diffusion(const Images& images);
  void add_maps_of(const Images& phases);
  const Image<float>& difference(const phantom::SeriesImage& pre, const phantom::SeriesImage& post);
  const Image<float>& add_subtraction(const phantom::SeriesImage& pre, const phantom::SeriesImage& post);
  void add_projection(const phantom::SeriesImage& post, const Image<float>& subtraction);
  void add_enhancement_map(const Images& phases);
  std::string words(Item item, int phase = -1) const;
  std::string phase_name(int phase) const;
  void finish(PlannedSeries& series) const;

  const phantom::Exam& exam_;
  const MrHabits& habits_;
  const Phrases& phrases_;
  std::deque<Image<float>> derived_;  // subtractions, projections and maps, at stable addresses
  std::vector<PlannedSeries> series_;
};

}  // namespace lobule::pipeline
