#pragma once
// What an exam is: series with roles, each with the evidence for it.

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"

namespace lobule::exam {

// The roles of the table in docs/methods.md#roles.
enum class Role {
  t1,
  t1_fatsat,
  t2,
  t2_fatsat,
  dwi,
  adc,
  dce,
  dce_pre,
  dce_post,
  derived,
  localizer,
  post_highres,
  ultrasound,
  mammogram,
  tomosynthesis,
  other
};
std::string to_text(Role role);
// Throws Error with the nearest known words for an unknown one.
Role role_from_text(const std::string& word);

enum class ExamKind { breast_mri, mammography, tomosynthesis, ultrasound, not_breast };
std::string to_text(ExamKind kind);

// One finding about one series: who says so, what, and how strongly it speaks for which role.
struct Evidence {
  std::string source;  // "header", "pixels", "arithmetic", "user", "network"
  std::string text;    // "TI 170 ms (0018,0082) within 150–250: STIR"
  Role role = Role::other;
  double weight = 0;  // log-odds; negative speaks against
};

// One image: a frame of a file of the index. Frames count from 0.
struct FrameRef {
  int entry = 0;  // into DicomIndex::entries
  int frame = 0;
};

struct Phase {
  int phase_index = 0;  // 0 is the pre-contrast one
  Role role = Role::dce_pre;
  std::optional<double> time_s;  // after the pre-contrast phase, where the headers tell
  std::vector<FrameRef> images;
};

struct Series {
  std::string series_uid;
  int series_number = 0;
  std::string description;
  std::string modality;
  std::vector<FrameRef> images;
  Role role = Role::other;
  int phase_index = -1;          // of dce_pre and dce_post
  std::optional<double> time_s;  // of a single-phase series, after the pre-contrast one, where known
  std::vector<Phase> phases;     // of role dce
  std::vector<double> b_values;
  double confidence = 0;   // 0 to 1
  std::string decided_by;  // the heaviest kind of evidence for the role: "rules", "pixels", "arithmetic",
                           // "network" or "person"; "" where there is none
  // Of an MR image, from its header and pixels, in log-odds: above 0 fat is bright, below it is suppressed.
  double fat_is_bright = 0;
  std::vector<Evidence> evidence;
  std::vector<std::string> conflicts;
  std::vector<std::string> warnings;
};

// "series 7", or, where it has no number, "series …0575795": the end of its UID.
std::string short_name(const Series& series);
// "series 7 "t2_tse_tra"", or "series 7" without a description: how messages name a series.
std::string describe(const Series& series);

struct Exam {
  std::string patient_id;
  std::string study_uid;
  std::string modality;
  ExamKind kind = ExamKind::not_breast;
  int early_phase_index = -1;  // −1 where there is no dynamic series
  Findings findings;
  std::vector<Series> series;  // by number, then UID
};

}  // namespace lobule::exam
