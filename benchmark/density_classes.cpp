// Percent density against the tissue that readers of mini_mias saw: fatty (F), fatty-glandular (G),
// dense-glandular (D). Markdown for docs/results/density.md.
//   lobule density DATA/mini_mias/mini_mias_1024.tar DATA/mini_mias/mini_mias_512.tar -o OUT
//   lobule_density_classes OUT/density.csv DATA/mini_mias/labels.csv

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "core/table.h"
#include "core/text.h"
#include "io/files.h"

namespace {

using namespace lobule;

struct Labelled {
  std::string tissue, woman;
};

struct Measured {
  std::string tissue;
  double percent = 0;
};

std::map<std::string, Labelled> labels_by_image(const std::string& file) {
  const Table table = from_csv(io::read_file(file), file);
  std::map<std::string, Labelled> labels;
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    labels[table.cell(row, "id")] = {table.cell(row, "tissue"), table.cell(row, "woman")};
  return labels;
}

// "mini_mias_1024.tar:mdb001.jxl" is mdb001.
std::string image_of(const std::string& file) {
  const std::string last = file.substr(file.find_last_of("/:") + 1);
  return last.substr(0, last.find('.'));
}

// The chance that one of `above` exceeds one of `below`; ties count half (Hanley and McNeil 1982).
double area_under_curve(const std::vector<Measured>& all, const std::string& above,
                        const std::string& below) {
  double sum = 0, pairs = 0;
  for (const Measured& a : all)
    for (const Measured& b : all)
      if (a.tissue == above && b.tissue == below)
        ++pairs, sum += a.percent > b.percent ? 1 : a.percent == b.percent ? 0.5 : 0;
  return pairs > 0 ? sum / pairs : 0;
}

// Women are drawn again with replacement, 1000 times; the 25th and 975th value.
std::string interval(const std::vector<Measured>& women) {
  constexpr std::uint64_t kTimes = 1000;
  const RandomStream random(1, "women drawn again");
  std::vector<double> values;
  for (std::uint64_t time = 0; time < kTimes; ++time) {
    std::vector<Measured> drawn;
    for (std::size_t n = 0; n < women.size(); ++n)
      drawn.push_back(women[static_cast<std::size_t>(random.uniform(time * women.size() + n, 0, 1) *
                                                     static_cast<double>(women.size()))]);
    values.push_back(area_under_curve(drawn, "D", "F"));
  }
  std::sort(values.begin(), values.end());
  return format_fixed(values[24], 3) + "–" + format_fixed(values[974], 3);
}

int run(const std::string& results, const std::string& labels_file) {
  const auto labels = labels_by_image(labels_file);
  const Table table = from_csv(io::read_file(results), results);
  std::vector<Measured> images;
  std::map<std::string, std::pair<Measured, int>> by_woman;
  std::map<std::string, std::map<std::string, int>> categories;
  int refused = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const Labelled& label = labels.at(image_of(table.cell(row, "file")));
    if (table.cell(row, "status") == "refused") {
      ++refused;
      continue;
    }
    const double percent = parse_number(table.cell(row, "pd")).value_or(0);
    images.push_back({label.tissue, percent});
    auto& [woman, count] = by_woman[label.woman];
    woman.tissue = label.tissue, woman.percent += percent, ++count;
    ++categories[label.tissue][table.cell(row, "birads5")];
  }
  std::vector<Measured> women;
  for (const auto& [name, woman] : by_woman)
    women.push_back({woman.first.tissue, woman.first.percent / woman.second});
  std::printf("%zu images of %zu women, %d refused\n\n", images.size(), women.size(), refused);
  std::printf("| AUC of percent density | by image | by woman, mean of both breasts |\n|---|---|---|\n");
  std::printf("| D against F | %.3f | %.3f (%s) |\n", area_under_curve(images, "D", "F"),
              area_under_curve(women, "D", "F"), interval(women).c_str());
  for (const auto& [above, below] : {std::pair{"D", "G"}, std::pair{"G", "F"}})
    std::printf("| %s against %s | %.3f | %.3f |\n", above, below, area_under_curve(images, above, below),
                area_under_curve(women, above, below));
  std::printf("\n| reader's tissue | a | b | c | d (estimated, uncalibrated) |\n|---|---|---|---|---|\n");
  for (const char* tissue : {"F", "G", "D"}) {
    std::printf("| %s |", tissue);
    for (const char* category : {"a", "b", "c", "d"}) std::printf(" %d |", categories[tissue][category]);
    std::printf("\n");
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 2;
  try {
    return run(words[1], words[2]);
  } catch (const lobule::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
