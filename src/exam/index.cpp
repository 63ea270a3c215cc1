#include "exam/index.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "core/hash.h"
#include "core/parallel.h"
#include "core/text.h"
#include "io/dicom_pixels.h"
#include "io/dicom_tags.h"
#include "io/files.h"

namespace lobule::exam {
namespace {

constexpr io::Tag kDirectoryRecordSequence{0x0004, 0x1220};
constexpr std::size_t kFilesAtATime = 32;

// What one file gave: an entry, or why there is none.
struct Outcome {
  std::optional<io::DicomHeader> header;
  std::optional<Finding> finding;
  bool is_dicom = true;
};

Outcome read_one(const io::InputFile& file) {
  Outcome outcome;
  try {
    outcome.header = io::read_dicom_header(file.path, file.name);
    // A DICOMDIR lists other files, which are indexed themselves.
    if (outcome.header->dataset.has(kDirectoryRecordSequence)) outcome.header.reset();
    if (outcome.header && outcome.header->dataset.has(io::tag::Rows)) {
      // A header without its pixels still tells what the series is, so the entry stays.
      io::pixel_format(*outcome.header, file.name);
    }
  } catch (const io::NotDicom& error) {
    outcome.is_dicom = false;
    if (lower(file.name).ends_with(".dcm")) {
      outcome.finding = error.finding();
      outcome.finding->severity = Severity::note;
    }
  } catch (const Error& error) {
    outcome.finding = error.finding();
  }
  return outcome;
}

std::string sop_instance_uid(const IndexEntry& entry) {
  return entry.header.dataset.text(io::tag::SOPInstanceUID);
}

std::string content_hash(const IndexEntry& entry) {
  return sha256_hex(io::read_file(entry.file.path));
}

// Judges entries [begin, end), which share a SOPInstanceUID: identical copies go, the rest stays and is
// reported. Returns the entries to keep.
std::vector<IndexEntry> without_copies(std::vector<IndexEntry> same, Findings& findings) {
  std::vector<IndexEntry> kept;
  std::vector<std::string> hashes;
  for (IndexEntry& entry : same) {
    const std::string hash = content_hash(entry);
    const auto twin = std::find(hashes.begin(), hashes.end(), hash);
    if (twin != hashes.end()) {
      findings.push_back(
          {Severity::note, entry.file.name, "the same object with the same bytes is there twice",
           "it is used once, from " + kept[static_cast<std::size_t>(twin - hashes.begin())].file.name, ""});
      continue;
    }
    hashes.push_back(hash);
    kept.push_back(std::move(entry));
  }
  for (std::size_t i = 1; i < kept.size(); ++i) {
    const auto patient = [](const IndexEntry& entry) {
      return entry.header.dataset.text(io::tag::PatientID);
    };
    const bool other_patient = patient(kept[i]) != patient(kept[0]);
    findings.push_back({Severity::warning, kept[i].file.name,
                        "the same SOPInstanceUID as in " + kept[0].file.name +
                            (other_patient ? " belongs to another patient" : " holds another content"),
                        "a UID names one object only; both are kept", "Check which of the two is meant"});
  }
  return kept;
}

void resolve_duplicates(DicomIndex& index) {
  std::vector<IndexEntry> entries = std::move(index.entries);
  index.entries.clear();
  index.entries.reserve(entries.size());
  for (std::size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
    const std::string uid = sop_instance_uid(entries[begin]);
    for (end = begin + 1; end < entries.size() && sop_instance_uid(entries[end]) == uid;) ++end;
    const auto first = entries.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = entries.begin() + static_cast<std::ptrdiff_t>(end);
    std::vector<IndexEntry> same(std::make_move_iterator(first), std::make_move_iterator(last));
    if (same.size() > 1 && !uid.empty()) same = without_copies(std::move(same), index.findings);
    std::move(same.begin(), same.end(), std::back_inserter(index.entries));
  }
}

}  // namespace

DicomIndex index_files(const std::vector<io::InputFile>& files, Progress& progress,
                       const Cancellation& cancellation) {
  std::vector<Outcome> outcomes(files.size());
  std::atomic<std::size_t> done{0};
  parallel_for_ranges(files.size(), kFilesAtATime, [&](std::size_t begin, std::size_t end) {
    cancellation.check();
    for (std::size_t i = begin; i < end; ++i) outcomes[i] = read_one(files[i]);
    progress.update(static_cast<double>(done += end - begin) / static_cast<double>(files.size()));
  });
  DicomIndex index;
  index.files_seen = files.size();
  for (std::size_t i = 0; i < files.size(); ++i) {
    Outcome& outcome = outcomes[i];
    if (!outcome.is_dicom) ++index.files_not_dicom;
    if (outcome.finding) index.findings.push_back(std::move(*outcome.finding));
    if (outcome.header) index.entries.push_back({files[i], std::move(*outcome.header)});
  }
  std::vector<std::pair<std::string, std::size_t>> order;
  order.reserve(index.entries.size());
  for (std::size_t i = 0; i < index.entries.size(); ++i)
    order.emplace_back(sop_instance_uid(index.entries[i]), i);
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first
                              : index.entries[a.second].file.name < index.entries[b.second].file.name;
  });
  std::vector<IndexEntry> sorted;
  sorted.reserve(order.size());
  for (const auto& [uid, place] : order) sorted.push_back(std::move(index.entries[place]));
  index.entries = std::move(sorted);
  resolve_duplicates(index);
  return index;
}

}  // namespace lobule::exam
