// Regions of interest against the lesions of mini_mias: free-response curves and areas under curves.
// Markdown for docs/results/density.md.
//   lobule density DATA/mini_mias/mini_mias_1024.tar DATA/mini_mias/mini_mias_512.tar -o OUT
//   lobule_region_study OUT/regions.csv OUT/density.csv DATA/mini_mias/labels.csv [others | fifth]
// Files may also be called by woman and side, as W001_L_MLO, so that both breasts are compared.
// "fifth": the women whose number is a multiple of 5, who were looked at when choices were made; "others":
// all others.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
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

struct Mark {
  double score = 0, x = 0, y = 0, malignancy = 0;
  std::string type;
};

struct Lesion {
  std::string kind;  // CIRC, SPIC, MISC, ASYM, ARCH, CALC
  bool malignant = false;
  double x = 0, y = 0, radius = 0;
};

struct Picture {
  std::string woman, side;
  bool normal = false, malignant = false, refused = true;
  double enlarge = 1;  // from the file's pixels to the table's
  std::vector<Lesion> lesions;
  std::vector<Mark> marks;
};

using Pictures = std::vector<Picture>;
using Counts = std::function<bool(const Mark&)>;

// "mini_mias_1024.tar:mdb001.jxl" is mdb001, and so is W001_L_MLO.jxl.
std::string image_of(const std::string& file, const std::map<std::string, Picture>& pictures) {
  const std::string last = file.substr(file.find_last_of("/:") + 1);
  for (const auto& [id, picture] : pictures)
    if (last.starts_with(picture.woman + "_" + picture.side + "_")) return id;
  return last.substr(0, last.find('.'));
}

double number(const Table& table, std::size_t row, const char* column) {
  return parse_number(table.cell(row, column)).value_or(0);
}

// Lesions whose place the database gives outside the breast are none that can be found (its README).
bool misplaced(const std::string& id) {
  return id == "mdb212" || id == "mdb214";
}

std::map<std::string, Picture> labelled(const std::string& file) {
  const Table table = from_csv(io::read_file(file), file);
  std::map<std::string, Picture> pictures;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& id = table.cell(row, "id");
    Picture& picture = pictures[id];
    picture.woman = table.cell(row, "woman"), picture.side = table.cell(row, "side");
    picture.enlarge = 1024 / number(table, row, "size");
    picture.normal = table.cell(row, "class") == "NORM";
    const bool malignant = table.cell(row, "severity") == "M";
    picture.malignant |= malignant;
    if (!picture.normal && !table.cell(row, "x").empty() && !misplaced(id))
      picture.lesions.push_back({table.cell(row, "class"), malignant, number(table, row, "x"),
                                 number(table, row, "y"), number(table, row, "radius")});
  }
  return pictures;
}

Pictures read(const std::string& regions, const std::string& density, const std::string& labels,
              const std::string& part) {
  std::map<std::string, Picture> pictures = labelled(labels);
  const Table measured = from_csv(io::read_file(density), density);
  for (std::size_t row = 0; row < measured.rows.size(); ++row)
    pictures.at(image_of(measured.cell(row, "file"), pictures)).refused =
        measured.cell(row, "status") == "refused";
  const Table marks = from_csv(io::read_file(regions), regions);
  for (std::size_t row = 0; row < marks.rows.size(); ++row) {
    Picture& picture = pictures.at(image_of(marks.cell(row, "file"), pictures));
    const auto middle = [&](const char* from, const char* extent) {
      return picture.enlarge * (number(marks, row, from) + number(marks, row, extent) / 2);
    };
    picture.marks.push_back({number(marks, row, "score"), middle("x", "width"), middle("y", "height"),
                             number(marks, row, "malignancy"), marks.cell(row, "type")});
  }
  Pictures all;
  for (const auto& [id, picture] : pictures) {
    const bool fifth = std::stoi(picture.woman.substr(1)) % 5 == 0;
    if (part.empty() || fifth == (part == "fifth")) all.push_back(picture);
  }
  return all;
}

// The score above which normal images have `rate` marks each, on average.
double threshold(const std::vector<const Picture*>& pictures, double rate, const Counts& counts) {
  std::vector<double> scores;
  double images = 0;
  for (const Picture* picture : pictures) {
    if (!picture->normal || picture->refused) continue;
    ++images;
    for (const Mark& mark : picture->marks)
      if (counts(mark)) scores.push_back(mark.score);
  }
  std::sort(scores.rbegin(), scores.rend());
  const auto allowed = static_cast<std::size_t>(rate * images);
  return allowed < scores.size() ? scores[allowed] : 0;
}

bool found(const Lesion& lesion, const std::vector<Mark>& marks, double above, const Counts& counts) {
  return std::any_of(marks.begin(), marks.end(), [&](const Mark& mark) {
    return counts(mark) && mark.score > above &&
           std::hypot(mark.x - lesion.x, mark.y - lesion.y) <= lesion.radius;
  });
}

struct Share {
  double hits = 0, all = 0;
  double value() const { return all > 0 ? hits / all : 0; }
};

// `by_chance`: marks are those of all other images of the same side, each as likely.
Share sensitivity(const std::vector<const Picture*>& pictures, const std::string& kinds, double rate,
                  const Counts& counts, bool by_chance = false) {
  const double above = threshold(pictures, rate, counts);
  Share share;
  for (const Picture* picture : pictures)
    for (const Lesion& lesion : picture->lesions) {
      if (kinds.find(lesion.kind) == std::string::npos) continue;
      ++share.all;
      if (!by_chance) {
        share.hits += found(lesion, picture->marks, above, counts);
        continue;
      }
      Share chance;
      for (const Picture* other : pictures)
        if (other->woman != picture->woman && other->side == picture->side && !other->refused)
          ++chance.all, chance.hits += found(lesion, other->marks, above, counts);
      share.hits += chance.value();
    }
  return share;
}

std::vector<const Picture*> all_of(const Pictures& pictures) {
  std::vector<const Picture*> all;
  for (const Picture& picture : pictures) all.push_back(&picture);
  return all;
}

// Women are drawn again with replacement, 1000 times; the 25th and 975th value.
std::string interval(const Pictures& pictures,
                     const std::function<double(const std::vector<const Picture*>&)>& figure) {
  constexpr std::uint64_t kTimes = 1000;
  std::map<std::string, std::vector<const Picture*>> by_woman;
  for (const Picture& picture : pictures) by_woman[picture.woman].push_back(&picture);
  std::vector<std::vector<const Picture*>> women;
  for (const auto& [name, own] : by_woman) women.push_back(own);
  const RandomStream random(1, "women drawn again");
  std::vector<double> values;
  for (std::uint64_t time = 0; time < kTimes; ++time) {
    std::vector<const Picture*> drawn;
    for (std::size_t n = 0; n < women.size(); ++n) {
      const auto& own = women[static_cast<std::size_t>(random.uniform(time * women.size() + n, 0, 1) *
                                                       static_cast<double>(women.size()))];
      drawn.insert(drawn.end(), own.begin(), own.end());
    }
    values.push_back(figure(drawn));
  }
  std::sort(values.begin(), values.end());
  return format_fixed(values[24], 2) + "–" + format_fixed(values[974], 2);
}

void print_froc(const Pictures& pictures, const std::string& what, const std::string& kinds,
                const Counts& counts) {
  const auto all = all_of(pictures);
  std::printf("| %s | %.0f |", what.c_str(), sensitivity(all, kinds, 1, counts).all);
  for (const double rate : {0.5, 1.0, 2.0, 4.0}) {
    std::printf(" %.2f", sensitivity(all, kinds, rate, counts).value());
    if (rate == 1 || rate == 2)
      std::printf(" (%s)", interval(pictures, [&](const auto& drawn) {
                             return sensitivity(drawn, kinds, rate, counts).value();
                           }).c_str());
    std::printf(" |");
  }
  for (const double rate : {1.0, 2.0})
    std::printf(" %.2f |", sensitivity(all, kinds, rate, counts, true).value());
  std::printf("\n");
}

// The chance that an image of the first kind exceeds one of the second; ties count half.
double area_under_curve(const std::vector<const Picture*>& pictures,
                        const std::function<bool(const Picture&)>& first,
                        const std::function<bool(const Picture&)>& second,
                        const std::function<double(const Picture&)>& value) {
  double sum = 0, pairs = 0;
  for (const Picture* a : pictures) {
    if (a->refused || !first(*a)) continue;
    for (const Picture* b : pictures) {
      if (b->refused || !second(*b)) continue;
      const double x = value(*a), y = value(*b);
      ++pairs, sum += x > y ? 1 : x == y ? 0.5 : 0;
    }
  }
  return pairs > 0 ? sum / pairs : 0;
}

double warmest(const Picture& picture) {
  return picture.marks.empty() ? 0 : picture.marks.front().score;
}

double most_malignant(const Picture& picture) {
  double most = 0;
  for (const Mark& mark : picture.marks) most = std::max(most, mark.score * mark.malignancy);
  return most;
}

void print_areas(const Pictures& pictures) {
  const auto malignant = [](const Picture& p) { return p.malignant; };
  const auto normal = [](const Picture& p) { return p.normal; };
  const auto benign = [](const Picture& p) { return !p.normal && !p.malignant; };
  std::printf("\n| images, area under curve | largest score | largest score × malignancy |\n|---|---|---|\n");
  const auto row = [&](const char* what, const auto& first, const auto& second) {
    std::printf("| %s |", what);
    for (const auto& value : {warmest, most_malignant}) {
      const auto figure = [&](const std::vector<const Picture*>& some) {
        return area_under_curve(some, first, second, value);
      };
      std::printf(" %.2f (%s) |", figure(all_of(pictures)), interval(pictures, figure).c_str());
    }
    std::printf("\n");
  };
  row("malignant against normal", malignant, normal);
  row("benign against normal", benign, normal);
  row("malignant against benign", malignant, benign);
}

int run(const std::vector<std::string>& words) {
  const Pictures pictures = read(words[0], words[1], words[2], words.size() > 3 ? words[3] : "");
  int normal = 0, refused = 0;
  for (const Picture& picture : pictures)
    normal += picture.normal && !picture.refused, refused += picture.refused;
  std::printf("%zu images, %d of them normal and measured, %d refused\n\n", pictures.size(), normal, refused);
  std::printf(
      "| lesions | n | 0.5 false marks a normal image | 1 | 2 | 4 | by chance, 1 | 2 "
      "|\n|---|---|---|---|---|---|---|---|\n");
  const Counts any = [](const Mark&) { return true; };
  const Counts specks = [](const Mark& mark) { return mark.type == "calcifications"; };
  const Counts soft = [](const Mark& mark) { return mark.type == "mass" || mark.type == "distortion"; };
  const Counts sides = [](const Mark& mark) { return mark.type == "asymmetry"; };
  const std::string masses = "CIRC SPIC MISC ASYM ARCH";
  print_froc(pictures, "all, marks of any type", masses + " CALC", any);
  print_froc(pictures, "masses, distortions, asymmetries; marks of any type", masses, any);
  print_froc(pictures, "CALC; marks of any type", "CALC", any);
  print_froc(pictures, "masses, distortions, asymmetries; masses and distortions marked", masses, soft);
  print_froc(pictures, "CALC; calcifications marked", "CALC", specks);
  print_froc(pictures, "masses, distortions, asymmetries; asymmetries marked", masses, sides);
  print_froc(pictures, "ASYM; asymmetries marked", "ASYM", sides);
  for (const char* kind : {"CIRC", "SPIC", "MISC", "ASYM", "ARCH"})
    print_froc(pictures, std::string(kind) + "; masses and distortions marked", kind, soft);
  print_areas(pictures);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4 && count != 5) return 2;
  try {
    return run({words + 1, words + count});
  } catch (const lobule::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
