#include "pipeline/density_calibrate.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/parallel.h"
#include "core/table.h"
#include "core/text.h"
#include "exam/mammogram_name.h"
#include "io/files.h"
#include "pipeline/threads_option.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

constexpr std::uint64_t kSeed = 1;
// Below so many readings of a category its cuts move with each of them; ours.
constexpr int kFewReadings = 10;

// 0 to 3; nothing where empty.
std::optional<int> category_of(const std::string& cell, const std::string& where) {
  const std::string word = lower(trim(cell));
  if (word.empty()) return {};
  const auto place = std::string("abcd1234").find(word);
  if (word.size() != 1 || place == std::string::npos)
    throw Error(where, quote(cell) + " is no category", "categories are a, b, c, d or 1, 2, 3, 4");
  return static_cast<int>(place % 4);
}

// What measured a table, from the density.json beside it.
std::string network_of(const fs::path& table) {
  const fs::path file = table.parent_path() / "density.json";
  if (!fs::exists(file)) return "";
  const auto json = nlohmann::json::parse(io::read_file(file), nullptr, false);
  if (!json.is_object() || !json.contains("method") || !json.at("method").is_string()) return "";
  return json.at("method").get<std::string>();
}

class Readings {
 public:
  explicit Readings(const std::vector<std::string>& readers) : readers_(readers) {}

  void add(const Table& table, const std::string& name) {
    const std::size_t percent = table.column("pd"), file = table.column("file"),
                      patient = table.column("patient_id");
    std::vector<std::size_t> columns;
    for (const std::string& reader : readers_) columns.push_back(table.column(reader));
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      const std::vector<std::string>& row = table.rows[r];
      const std::string where = name + ", row " + std::to_string(r + 1);
      const auto value = parse_number(row[percent]);
      if (!value && !trim(row[percent]).empty())
        throw Error(where, quote(row[percent]) + " is no percent density");
      const std::string woman = row[patient].empty() ? exam::view_of_name(row[file]).rest : row[patient];
      for (std::size_t k = 0; k < columns.size(); ++k) {
        const auto category = category_of(row[columns[k]], where + ", column " + quote(readers_[k]));
        if (!category) continue;
        if (value)
          all_.push_back({*value, *category, women_.emplace(woman, women_.size()).first->second});
        else
          ++without_percent_;
      }
    }
  }

  const std::vector<stats::Reading>& all() const { return all_; }
  int women() const { return static_cast<int>(women_.size()); }
  int without_percent() const { return without_percent_; }

 private:
  const std::vector<std::string>& readers_;
  std::vector<stats::Reading> all_;
  std::map<std::string, int> women_;
  int without_percent_ = 0;
};

void check_counts(const std::array<int, 4>& counts, const std::string& where, Findings& findings) {
  for (std::size_t k = 0; k < 4; ++k) {
    const std::string category(1, static_cast<char>('a' + k));
    if (counts[k] == 0)
      throw Error(where, "no reader gave category " + category, "its cut-point cannot be estimated",
                  "Add women of that category");
    if (counts[k] < kFewReadings)
      findings.push_back({Severity::warning, where,
                          "only " + std::to_string(counts[k]) +
                              (counts[k] == 1 ? " reading is" : " readings are") + " of category " + category,
                          "its cut-point is uncertain", "See the intervals, and add women of that category"});
  }
}

}  // namespace

void CalibrateOptions::list_options(OptionSet& options) {
  options.add("output,o", output, {.help = "File for the calibration (JSON).", .group = "Output"});
  options.add("readers", readers,
              {.help = "Columns of the table with readers' categories, a to d or 1 to 4."});
  options.add("repetitions", repetitions,
              {.help = "Bootstrap samples of women for the intervals.", .min = 100, .max = 100000});
  add_threads_option(options, threads);
}

CalibrateOutcome calibrate_density(const std::vector<std::string>& tables, const CalibrateOptions& options,
                                   Context& context) {
  set_thread_count(options.threads);
  CalibrateOutcome outcome;
  CalibrationEvidence& evidence = outcome.evidence;
  Readings readings(options.readers);
  for (const std::string& file : tables) {
    readings.add(from_csv(io::read_file(file), file), file);
    const std::string network = network_of(file);
    if (evidence.network.empty()) evidence.network = network;
    if (!network.empty() && network != evidence.network)
      throw Error(file, "it was measured by the " + network + ", another table by the " + evidence.network,
                  "a calibration serves one network");
  }
  const std::string& where = tables.front();
  if (readings.without_percent() > 0)
    outcome.findings.push_back(
        {Severity::note, where,
         std::to_string(readings.without_percent()) + " readings are of images without percent density",
         "left out", ""});
  if (readings.all().empty()) throw Error(where, "no row has both percent density and a reader's category");
  for (const stats::Reading& reading : readings.all())
    ++evidence.counts[static_cast<std::size_t>(reading.category)];
  check_counts(evidence.counts, where, outcome.findings);
  context.progress.begin("estimate cut-points");
  const auto fitted = stats::fit_cuts(readings.all(), static_cast<std::size_t>(options.repetitions), kSeed);
  context.progress.finish();
  if (!fitted)
    throw Error(where, "it has too few different percent densities",
                "three cut-points need at least four of them");
  evidence.fitted = *fitted;
  evidence.kappa_before = stats::kappa_of(readings.all(), measure::DensityCuts{}.percent);
  evidence.readers = options.readers;
  evidence.readings = static_cast<int>(readings.all().size());
  evidence.women = readings.women();
  io::write_file(options.output, density_calibration_json(evidence));
  return outcome;
}

}  // namespace lobule::pipeline
