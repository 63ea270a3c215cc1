#include "exam/patient_groups.h"

#include <atomic>
#include <map>
#include <numeric>
#include <string>

#include "core/parallel.h"
#include "io/dicom_read.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

constexpr std::size_t kFilesAtATime = 32;

struct Owner {
  std::string patient_id, study_uid;
  bool known() const { return !patient_id.empty() || !study_uid.empty(); }
};

Owner owner_of(const io::InputFile& file) {
  try {
    const io::DicomHeader header = io::read_dicom_header(file.path, file.name);
    return {header.dataset.text(io::tag::PatientID), header.dataset.text(io::tag::StudyInstanceUID)};
  } catch (const Error&) {
    return {};  // indexing the last group says what is wrong
  }
}

// Sets that merge (union–find with path halving).
class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0); }
  std::size_t find(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void merge(std::size_t a, std::size_t b) { parent_[find(a)] = find(b); }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

std::vector<std::vector<io::InputFile>> group_by_patient(const std::vector<io::InputFile>& files,
                                                         Progress& progress,
                                                         const Cancellation& cancellation) {
  std::vector<Owner> owners(files.size());
  std::atomic<std::size_t> done{0};
  parallel_for_ranges(files.size(), kFilesAtATime, [&](std::size_t begin, std::size_t end) {
    cancellation.check();
    for (std::size_t i = begin; i < end; ++i) owners[i] = owner_of(files[i]);
    progress.update(static_cast<double>(done += end - begin) / static_cast<double>(files.size()));
  });

  Sets sets(files.size());
  std::map<std::string, std::size_t> first_of_patient, first_of_study;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!owners[i].patient_id.empty())
      sets.merge(i, first_of_patient.try_emplace(owners[i].patient_id, i).first->second);
    if (!owners[i].study_uid.empty())
      sets.merge(i, first_of_study.try_emplace(owners[i].study_uid, i).first->second);
  }

  // Patients first, in order of ID; then studies that name no patient.
  std::vector<std::vector<io::InputFile>> groups;
  std::map<std::size_t, std::size_t> group_of_set;
  const auto open_group = [&](std::size_t file) {
    if (group_of_set.try_emplace(sets.find(file), groups.size()).second) groups.emplace_back();
  };
  for (const auto& [patient, file] : first_of_patient) open_group(file);
  for (const auto& [study, file] : first_of_study) open_group(file);
  std::vector<io::InputFile> unowned;
  for (std::size_t i = 0; i < files.size(); ++i)
    (owners[i].known() ? groups[group_of_set.at(sets.find(i))] : unowned).push_back(files[i]);
  if (!unowned.empty()) groups.push_back(std::move(unowned));
  return groups;
}

}  // namespace lobule::exam
