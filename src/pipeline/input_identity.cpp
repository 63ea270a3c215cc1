#include "pipeline/input_identity.h"

#include <algorithm>
#include <vector>

#include "core/hash.h"
#include "core/parallel.h"
#include "io/files.h"

namespace lobule::pipeline {
namespace {

// A series may hold several frames of one file; each file counts once.
std::vector<int> files_of(const exam::Series& series) {
  std::vector<int> entries;
  for (const exam::FrameRef& image : series.images) entries.push_back(image.entry);
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  return entries;
}

}  // namespace

std::map<std::string, std::string> hash_series(const exam::DicomIndex& index, const exam::Exam& exam,
                                               int exam_number, const Cancellation& cancellation) {
  std::map<std::string, std::string> hashes;
  for (std::size_t s = 0; s < exam.series.size(); ++s) {
    cancellation.check();
    const std::vector<int> files = files_of(exam.series[s]);
    std::vector<std::string> of_file(files.size());
    parallel_for(files.size(), [&](std::size_t f) {
      of_file[f] = sha256_hex(io::read_file(index.entries[files[f]].file.path));
    });
    Sha256 all;
    for (const std::string& hash : of_file) all.add(hash);
    hashes["exam " + std::to_string(exam_number) + ", series " +
           std::to_string(exam.series[s].series_number) + " #" + std::to_string(s + 1)] = all.hex();
  }
  return hashes;
}

std::string identity_of(const std::map<std::string, std::string>& series_hashes) {
  Sha256 all;
  for (const auto& [what, hash] : series_hashes) all.add(hash);
  return all.hex();
}

}  // namespace lobule::pipeline
