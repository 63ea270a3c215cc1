#include "pipeline/sorted_inputs.h"

#include <algorithm>
#include <map>

#include "exam/patient_groups.h"
#include "exam/pixels_only.h"
#include "io/inputs.h"

namespace lobule::pipeline {
namespace {
namespace fs = std::filesystem;

bool lies_in(const fs::path& file, const fs::path& folder) {
  const auto [end_of_folder, ignored] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return end_of_folder == folder.end();
}

io::Inputs list_inputs(const std::vector<std::string>& inputs, const fs::path& output,
                       const Cancellation& cancellation) {
  io::Inputs found = io::collect_inputs({inputs.begin(), inputs.end()}, scratch_of(output), {}, cancellation);
  leave_out_results(found.files, output);
  return found;
}

}  // namespace

fs::path scratch_of(const fs::path& output) {
  return output / ".cache" / "unpacked";
}

void remove_scratch(const fs::path& output) {
  std::error_code ignored;
  fs::remove_all(scratch_of(output), ignored);
  fs::remove(scratch_of(output).parent_path(), ignored);  // only when it is empty
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

SortedInputs sort_files(const std::vector<io::InputFile>& files, const exam::SortOptions& options,
                        Context& context) {
  SortedInputs sorted;
  sorted.first_exam_number = options.first_exam_number;
  context.progress.begin("read headers");
  sorted.index = exam::index_files(files, context.progress, context.cancellation);
  context.progress.finish();
  if (options.pixels_only) sorted.index = exam::with_pixels_only(std::move(sorted.index));
  context.progress.begin("sort");
  sorted.exams = exam::sort_exams(sorted.index, options, context.progress, context.cancellation);
  context.progress.finish();
  sorted.findings = sorted.index.findings;
  return sorted;
}

SortedInputs read_and_sort(const std::vector<std::string>& inputs, const fs::path& output,
                           const exam::SortOptions& options, Context& context) {
  io::Inputs found = list_inputs(inputs, output, context.cancellation);
  SortedInputs sorted = sort_files(found.files, options, context);
  sorted.findings.insert(sorted.findings.begin(), found.findings.begin(), found.findings.end());
  return sorted;
}

void for_each_patient(const std::vector<std::string>& inputs, const fs::path& output,
                      exam::SortOptions options, Context& context,
                      const std::function<void(SortedInputs&)>& use) {
  io::Inputs found = list_inputs(inputs, output, context.cancellation);
  context.progress.begin("list patients");
  const auto groups = exam::group_by_patient(found.files, context.progress, context.cancellation);
  context.progress.finish();
  Findings of_inputs = std::move(found.findings);
  for (const std::vector<io::InputFile>& files : groups) {
    SortedInputs sorted = sort_files(files, options, context);
    sorted.findings.insert(sorted.findings.begin(), of_inputs.begin(), of_inputs.end());
    of_inputs.clear();
    options.first_exam_number += static_cast<int>(sorted.exams.size());
    use(sorted);
  }
}

}  // namespace lobule::pipeline
