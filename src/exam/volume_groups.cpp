#include "exam/volume_groups.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <tuple>

#include "core/text.h"

namespace lobule::exam {
namespace {

using Kind = Division::Kind;

// Numbers sort by value; texts come with the number 0.
struct Key {
  double number = 0;
  std::string text = {};
  friend auto operator<=>(const Key& a, const Key& b) {
    if (a.number < b.number) return std::weak_ordering::less;
    if (b.number < a.number) return std::weak_ordering::greater;
    return std::weak_ordering(a.text <=> b.text);
  }
  friend bool operator==(const Key& a, const Key& b) = default;
};

constexpr double kAbsent = std::numeric_limits<double>::lowest();

struct Attribute {
  Kind kind;
  bool certain;  // says by itself that images belong apart; else each part must cover half of the positions
  std::function<Key(const SliceFacts&)> key;
  bool by_acquisition = false;  // parts in order of acquisition instead of their keys
};

Key direction_key(const SliceFacts& s) {
  if (!s.gradient) return {kAbsent};
  std::string text;
  for (int a = 0; a < 3; ++a) text += format_fixed(std::round((*s.gradient)[a] * 1000) / 1000 + 0.0, 3) + " ";
  return {0, text};
}

// Whether images come several to a file, so that the file may stand for a volume.
double file_key(const SliceFacts& s) {
  return s.tile >= 0 || s.ref.frame > 0 ? s.ref.entry : kAbsent;
}

const std::vector<Attribute>& attributes() {
  static const std::vector<Attribute> list = {
      {Kind::component, true,
       [](const SliceFacts& s) {
         return Key{0, s.component};
       }},
      {Kind::image_type, true,
       [](const SliceFacts& s) {
         return Key{0, s.image_type};
       }},
      {Kind::echo, true, [](const SliceFacts& s) { return Key{s.echo_time_ms}; }},
      {Kind::b_value, true, [](const SliceFacts& s) { return Key{s.b_value_s_per_mm2.value_or(kAbsent)}; }},
      {Kind::direction, true, direction_key, true},
      {Kind::time, true, [](const SliceFacts& s) { return Key{static_cast<double>(s.planned_phase)}; }},
      {Kind::time, true, [](const SliceFacts& s) { return Key{s.temporal_position.value_or(kAbsent)}; }},
      {Kind::time, true,
       [](const SliceFacts& s) {
         std::string text;
         for (const double d : s.dimensions) {
           const std::string digits = format_number(d);
           text += std::string(digits.size() < 8 ? 8 - digits.size() : 0, '0') + digits + " ";
         }
         return Key{0, text};
       }},
      {Kind::time, true, [](const SliceFacts& s) { return Key{file_key(s)}; }, true},
      {Kind::time, false, [](const SliceFacts& s) { return Key{s.acquisition_number.value_or(kAbsent)}; }},
      {Kind::time, false, [](const SliceFacts& s) { return Key{s.trigger_time_ms.value_or(kAbsent)}; }},
      {Kind::time, false, [](const SliceFacts& s) { return Key{s.acquired_s.value_or(kAbsent)}; }},
  };
  return list;
}

// The number of the position of each slice, and how often each is there.
struct Positions {
  std::vector<std::size_t> of_slice;
  std::vector<int> count;

  int most() const { return count.empty() ? 0 : *std::max_element(count.begin(), count.end()); }
};

Positions find_positions(const std::vector<SliceFacts>& slices) {
  Positions positions;
  positions.of_slice.resize(slices.size());
  if (slices.empty()) return positions;
  const Vec3 normal = slices[0].normal();
  std::vector<std::pair<double, std::size_t>> along;
  for (std::size_t i = 0; i < slices.size(); ++i) along.emplace_back(dot(slices[i].position_mm, normal), i);
  std::sort(along.begin(), along.end());
  double start = -std::numeric_limits<double>::infinity();
  for (const auto& [offset, i] : along) {
    if (offset - start > kSamePositionMm) {
      positions.count.push_back(0);
      start = offset;
    }
    positions.of_slice[i] = positions.count.size() - 1;
    ++positions.count.back();
  }
  return positions;
}

// Before comes what was acquired earlier, as far as headers tell.
bool acquired_before(const SliceFacts& a, const SliceFacts& b) {
  const auto when = [](const SliceFacts& s) {
    return std::tuple(s.acquired_s.value_or(kAbsent), s.instance_number, s.ref.frame, s.ref.entry);
  };
  return when(a) < when(b);
}

using Parts = std::vector<std::vector<SliceFacts>>;

Parts partition(const std::vector<SliceFacts>& slices, const Attribute& attribute) {
  std::map<Key, std::vector<SliceFacts>> by_key;
  for (const SliceFacts& slice : slices) by_key[attribute.key(slice)].push_back(slice);
  Parts parts;
  for (auto& [key, part] : by_key) parts.push_back(std::move(part));
  if (attribute.by_acquisition)
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
      return acquired_before(*std::min_element(a.begin(), a.end(), acquired_before),
                             *std::min_element(b.begin(), b.end(), acquired_before));
    });
  return parts;
}

// Whether an attribute really divides: not into more parts than a position has images, and each position
// comes fewer times in each part than before.
bool divides(const Parts& parts, const Attribute& attribute, const Positions& before) {
  if (parts.size() < 2 || parts.size() > static_cast<std::size_t>(before.most())) return false;
  for (const auto& part : parts) {
    const Positions after = find_positions(part);
    if (after.most() >= before.most()) return false;
    if (!attribute.certain && 2 * after.count.size() < before.count.size()) return false;
  }
  return true;
}

// What is wrong when positions are there unequally often and no header divides them.
std::string unequal_trouble(const Positions& positions) {
  std::map<int, int> how_many;
  for (const int n : positions.count) ++how_many[n];
  const auto usual = std::max_element(how_many.begin(), how_many.end(),
                                      [](const auto& a, const auto& b) { return a.second < b.second; });
  const std::string total = std::to_string(positions.count.size());
  std::vector<std::string> odd;
  if (usual->first == 1 && positions.most() == 2) {
    for (std::size_t p = 0; p < positions.count.size(); ++p)
      if (positions.count[p] == 2) odd.push_back(std::to_string(p + 1));
    return (odd.size() == 1 ? "slice " : "slices ") + join(odd, ", ") + " of " + total +
           (odd.size() == 1 ? " is there twice" : " are there twice");
  }
  for (const auto& [times, count] : how_many)
    if (times != usual->first)
      odd.push_back(std::to_string(count) + (count == 1 ? " has " : " have ") + std::to_string(times));
  return "of " + total + " slice positions " + join(odd, ", ") + " images, the others have " +
         std::to_string(usual->first) + ", and no header tells the repetitions apart";
}

// All first images of each position, all second ones, …
Parts by_order(const std::vector<SliceFacts>& slices, const Positions& positions) {
  std::vector<std::vector<SliceFacts>> at_position(positions.count.size());
  for (std::size_t i = 0; i < slices.size(); ++i) at_position[positions.of_slice[i]].push_back(slices[i]);
  Parts parts(static_cast<std::size_t>(positions.most()));
  for (auto& images : at_position) {
    std::stable_sort(images.begin(), images.end(), acquired_before);
    for (std::size_t r = 0; r < images.size(); ++r) parts[r].push_back(images[r]);
  }
  return parts;
}

void divide(std::vector<SliceFacts> slices, std::vector<Division> divisions, std::size_t next,
            std::vector<SliceGroup>& groups) {
  const Positions positions = find_positions(slices);
  const auto go_on = [&](Parts parts, Kind kind, std::size_t from) {
    for (std::size_t p = 0; p < parts.size(); ++p) {
      std::vector<Division> path = divisions;
      path.push_back({kind, static_cast<int>(p), static_cast<int>(parts.size())});
      divide(std::move(parts[p]), std::move(path), from, groups);
    }
  };
  if (positions.most() > 1 && positions.count.size() > 1) {
    for (; next < attributes().size(); ++next) {
      const Attribute& attribute = attributes()[next];
      Parts parts = partition(slices, attribute);
      if (divides(parts, attribute, positions)) return go_on(std::move(parts), attribute.kind, next + 1);
    }
    const bool equal = std::all_of(positions.count.begin(), positions.count.end(),
                                   [&](int n) { return n == positions.most(); });
    if (equal) return go_on(by_order(slices, positions), Kind::time, next);
    groups.push_back({std::move(slices), std::move(divisions), unequal_trouble(positions)});
    return;
  }
  groups.push_back({std::move(slices), std::move(divisions), ""});
}

}  // namespace

const Division* SliceGroup::division(Kind kind) const {
  for (const Division& d : divisions)
    if (d.kind == kind) return &d;
  return nullptr;
}

std::vector<SliceGroup> divide_slices(std::vector<SliceFacts> slices) {
  // Where files lie on disk decides nothing: start from the order of acquisition.
  std::stable_sort(slices.begin(), slices.end(), acquired_before);
  std::vector<SliceGroup> groups;
  divide(std::move(slices), {}, 0, groups);
  return groups;
}

}  // namespace lobule::exam
