#include "pipeline/sorted_inputs.h"

#include <algorithm>
#include <map>

#include "io/inputs.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

bool lies_in(const fs::path& file, const fs::path& folder) {
  const auto [end_of_folder, ignored] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end_of_folder == folder.end();
}

void leave_out_results(std::vector<io::InputFile>& files, const fs::path& output) {
  const fs::path results = fs::weakly_canonical(output);
  const fs::path scratch = scratch_of(results);
  std::map<fs::path, bool> is_result;  // by folder: canonical paths cost system calls
  std::erase_if(files, [&](const io::InputFile& file) {
    const auto [known, is_new] = is_result.try_emplace(file.path.parent_path(), false);
    if (is_new) {
      const fs::path folder = fs::weakly_canonical(known->first.empty() ? "." : known->first);
      known->second = lies_in(folder, results) && !lies_in(folder, scratch);
    }
    return known->second;
  });
}

}  // namespace

fs::path scratch_of(const fs::path& output) {
  return output / ".cache" / "unpacked";
}

SortedInputs read_and_sort(const std::vector<std::string>& inputs, const fs::path& output,
                           const exam::SortOptions& options, Context& context) {
  io::Inputs found =
      io::collect_inputs({inputs.begin(), inputs.end()}, scratch_of(output), {}, context.cancellation);
  leave_out_results(found.files, output);
  SortedInputs sorted;
  context.progress.begin("read headers");
  sorted.index = exam::index_files(found.files, context.progress, context.cancellation);
  context.progress.finish();
  context.progress.begin("sort");
  sorted.exams = exam::sort_exams(sorted.index, options, context.progress, context.cancellation);
  context.progress.finish();
  sorted.findings = std::move(found.findings);
  sorted.findings.insert(sorted.findings.end(), sorted.index.findings.begin(), sorted.index.findings.end());
  return sorted;
}

}  // namespace lobule::pipeline
