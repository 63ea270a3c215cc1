#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "core/text.h"
#include "exam/geometry.h"
#include "exam/volume.h"
#include "exam/volume_groups.h"
#include "exam/volume_slices.h"
#include "exam/volume_troubles.h"

namespace lobule::exam {
namespace {

using Kind = Division::Kind;

// A divided group on its way to a plan.
struct Draft {
  SliceGroup group;
  VolumePlan plan;
  int time_part = -1;           // of all divisions by time together; −1 where there is none
  std::string matrix, slab;     // words for the label where the series holds several
  std::string image_type_word;  // what tells its image type from the others'
};

bool same_orientation(const SliceFacts& a, const SliceFacts& b) {
  // 0.06°: more than any rounding of direction cosines, less than any oblique plane that somebody meant.
  return norm(a.row - b.row) < 1e-3 && norm(a.column - b.column) < 1e-3;
}

bool same_matrix(const SliceFacts& a, const SliceFacts& b) {
  return a.columns == b.columns && a.rows == b.rows &&
         std::abs(a.column_spacing_mm - b.column_spacing_mm) < 1e-4 * a.column_spacing_mm &&
         std::abs(a.row_spacing_mm - b.row_spacing_mm) < 1e-4 * a.row_spacing_mm;
}

using Classes = std::vector<std::vector<SliceFacts>>;

Classes classify(std::vector<SliceFacts> slices, bool (*same)(const SliceFacts&, const SliceFacts&)) {
  Classes classes;
  for (SliceFacts& slice : slices) {
    const auto found =
        std::find_if(classes.begin(), classes.end(), [&](const auto& c) { return same(c.front(), slice); });
    if (found != classes.end())
      found->push_back(std::move(slice));
    else
      classes.emplace_back().push_back(std::move(slice));
  }
  return classes;
}

// The slices of the one orientation that the series is about; none where it is about several.
std::vector<SliceFacts> of_one_orientation(std::vector<SliceFacts> slices, const std::string& where,
                                           Findings& findings) {
  const std::size_t total = slices.size();
  Classes classes = classify(std::move(slices), same_orientation);
  if (classes.size() == 1) return std::move(classes[0]);
  std::vector<PlaneCount> planes;
  for (const auto& c : classes) planes.push_back({c.front().normal(), c.size()});
  const auto largest = std::max_element(classes.begin(), classes.end(),
                                        [](const auto& a, const auto& b) { return a.size() < b.size(); });
  const bool one_rules = 5 * largest->size() >= 4 * total;
  findings.push_back(mixed_orientations(where, planes, one_rules ? largest->size() : 0));
  return one_rules ? std::move(*largest) : std::vector<SliceFacts>{};
}

PlaneStack stack_of(const std::vector<SliceFacts>& slices) {
  const SliceFacts& first = slices.front();
  PlaneStack stack{
      first.row, first.column, first.column_spacing_mm, first.row_spacing_mm, first.columns, first.rows, {}};
  for (const SliceFacts& slice : slices) stack.positions_mm.push_back(slice.position_mm);
  return stack;
}

// A sagittal series of both breasts may hold a slab a breast with nothing between them: two volumes.
std::vector<Draft> split_slabs(SliceGroup group) {
  std::vector<Draft> drafts;
  const bool sagittal = dominant_axis(group.slices.front().normal()) == 0;
  StackGeometry stack;
  if (sagittal && group.trouble.empty()) stack = measure_stack(stack_of(group.slices));
  const auto border = slab_border(stack);
  if (!border) {
    drafts.emplace_back().group = std::move(group);
    return drafts;
  }
  // +x is the patient's left, and row × column may point either way.
  const bool first_is_right = group.slices.front().normal().x > 0;
  for (const bool first : {true, false}) {
    Draft& draft = drafts.emplace_back();
    draft.group.divisions = group.divisions;
    draft.slab = first == first_is_right ? "right" : "left";
    for (std::size_t i = 0; i < stack.order.size(); ++i)
      if ((i <= *border) == first) draft.group.slices.push_back(group.slices[stack.order[i]]);
  }
  return drafts;
}

std::vector<Draft> draft_volumes(std::vector<SliceFacts> slices, const std::string& where,
                                 Findings& findings) {
  std::vector<Draft> drafts;
  Classes matrices = classify(std::move(slices), same_matrix);
  bool slabs = false;
  for (auto& matrix : matrices) {
    std::string word;
    if (matrices.size() > 1)
      word = "matrix " + std::to_string(matrix.front().columns) + "×" + std::to_string(matrix.front().rows);
    for (SliceGroup& group : divide_slices(std::move(matrix)))
      for (Draft& draft : split_slabs(std::move(group))) {  // cppcheck-suppress accessMoved
        slabs = slabs || !draft.slab.empty();
        draft.matrix = word;
        drafts.push_back(std::move(draft));
      }
  }
  if (slabs)
    findings.push_back({Severity::note, where, "the sagittal slices lie in two slabs, right and left",
                        "each becomes a volume of its own", ""});
  return drafts;
}

// Words of the image type that not all drafts share.
void name_image_types(std::vector<Draft>& drafts) {
  std::map<std::string, std::size_t> holders;
  const auto words = [](const Draft& d) {
    const auto list = split(d.group.slices.front().image_type, '\\');
    return std::set<std::string>(list.begin(), list.end());
  };
  for (const Draft& d : drafts)
    for (const std::string& word : words(d)) ++holders[word];
  for (Draft& d : drafts) {
    if (d.group.division(Kind::image_type) == nullptr) continue;
    std::vector<std::string> own;
    for (const std::string& word : words(d))
      if (holders[word] < drafts.size()) own.push_back(lower(word));
    d.image_type_word = own.empty() ? "plain" : join(own, " ");
  }
}

void name_diffusion(Draft& draft) {
  const SliceFacts& slice = draft.group.slices.front();
  const Division* direction = draft.group.division(Kind::direction);
  if (direction == nullptr) return;
  const bool weighted = slice.b_value_s_per_mm2.value_or(0) > 0;
  draft.plan.is_trace = weighted && slice.gradient && norm(*slice.gradient) < 1e-6;
  if (!draft.plan.is_trace) draft.plan.direction = direction->part + 1;
}

// Directions count without the trace, and only where there are several.
void number_directions(std::vector<Draft>& drafts) {
  std::map<std::tuple<std::string, int, double>, std::map<int, int>> seen;
  const auto shell = [](const Draft& d) {
    return std::tuple(d.plan.component + d.image_type_word, d.plan.echo,
                      d.plan.b_value_s_per_mm2.value_or(-1));
  };
  for (const Draft& d : drafts)
    if (d.plan.direction > 0) seen[shell(d)][d.plan.direction];
  for (auto& [key, numbers] : seen) {
    int next = 0;
    for (auto& [old, renumbered] : numbers) renumbered = ++next;
  }
  for (Draft& d : drafts)
    if (d.plan.direction > 0) d.plan.direction = seen[shell(d)][d.plan.direction];
}

void number_parts(Draft& draft, bool diffusion, const Series& series) {
  const SliceFacts& slice = draft.group.slices.front();
  VolumePlan& plan = draft.plan;
  plan.b_value_s_per_mm2 = slice.b_value_s_per_mm2;
  plan.component = slice.component;
  if (const Division* echo = draft.group.division(Kind::echo)) plan.echo = echo->part + 1;
  name_diffusion(draft);
  for (const Division& d : draft.group.divisions)
    if (d.kind == Kind::time) draft.time_part = std::max(draft.time_part, 0) * d.parts + d.part;
  if (slice.planned_phase >= 0) {
    plan.phase_index = slice.planned_phase;
    for (const Phase& phase : series.phases)
      if (phase.phase_index == slice.planned_phase) plan.time_s = phase.time_s;
  } else if (draft.time_part < 0) {
    plan.phase_index = series.phase_index;
    plan.time_s = series.time_s;
  } else if (diffusion) {
    plan.repeat = draft.time_part + 1;
  } else {
    plan.phase_index = draft.time_part;
  }
}

std::optional<double> earliest(const Draft& draft, std::optional<double> SliceFacts::*time) {
  std::optional<double> first;
  for (const SliceFacts& slice : draft.group.slices)
    if ((slice.*time) && (!first || *(slice.*time) < *first)) first = slice.*time;
  return first;
}

// Times of phases after the first one of their kind, where a clock really runs on from phase to phase.
void date_phases(std::vector<Draft*>& phases) {
  std::sort(phases.begin(), phases.end(),
            [](const Draft* a, const Draft* b) { return a->time_part < b->time_part; });
  struct Clock {
    std::optional<double> SliceFacts::*time;
    double seconds;
  };
  for (const Clock clock : {Clock{&SliceFacts::acquired_s, 1}, Clock{&SliceFacts::trigger_time_ms, 0.001}}) {
    std::vector<double> times;
    for (const Draft* phase : phases) {
      const auto t = earliest(*phase, clock.time);
      if (!t || (!times.empty() && *t <= times.back())) break;
      times.push_back(*t);
    }
    if (times.size() != phases.size()) continue;
    for (std::size_t i = 0; i < phases.size(); ++i)
      phases[i]->plan.time_s = (times[i] - times[0]) * clock.seconds;
    return;
  }
}

void name_volumes(std::vector<Draft>& drafts, const Series& series) {
  bool diffusion = false;
  for (const Draft& d : drafts)
    for (const SliceFacts& s : d.group.slices) diffusion = diffusion || s.b_value_s_per_mm2.value_or(0) > 0;
  name_image_types(drafts);
  for (Draft& d : drafts) number_parts(d, diffusion, series);
  number_directions(drafts);

  std::map<std::tuple<std::string, int, std::string>, std::vector<Draft*>> dynamics;
  for (Draft& d : drafts)
    if (d.time_part >= 0 && d.plan.phase_index >= 0 && !d.plan.time_s && series.phases.empty())
      dynamics[{d.plan.component + d.image_type_word, d.plan.echo, d.matrix + d.slab}].push_back(&d);
  for (auto& [key, phases] : dynamics) date_phases(phases);

  for (Draft& d : drafts) {
    std::vector<std::string> words;
    const auto add = [&](const std::string& word) {
      if (!word.empty()) words.push_back(word);
    };
    add(d.matrix);
    add(d.image_type_word.empty() ? d.plan.component : d.image_type_word);
    if (d.plan.echo > 0) add("echo " + std::to_string(d.plan.echo));
    if (d.plan.b_value_s_per_mm2) add("b " + format_number(*d.plan.b_value_s_per_mm2));
    if (d.plan.is_trace) add("trace");
    if (d.plan.direction > 0) add("direction " + std::to_string(d.plan.direction));
    if (d.time_part >= 0 && d.plan.phase_index >= 0) add("phase " + std::to_string(d.plan.phase_index));
    if (d.plan.repeat > 0) add("repeat " + std::to_string(d.plan.repeat));
    add(d.slab);
    d.plan.label = join(words, ", ");
  }
}

// Lays the slices of a draft on a grid; false, with a finding, when they make no volume.
bool lay_out(Draft& draft, const AssemblyOptions& options, const std::string& series_text,
             Findings& findings) {
  const std::string where = series_text + (draft.plan.label.empty() ? "" : ", " + draft.plan.label);
  if (!draft.group.trouble.empty()) {
    findings.push_back(undivided(where, draft.group.trouble));
    return false;
  }
  const std::vector<SliceFacts>& slices = draft.group.slices;
  const StackGeometry stack = measure_stack(stack_of(slices));
  const bool one_place = stack.offsets_mm.back() <= kSamePositionMm;
  if (one_place) {
    findings.push_back(
        one_position(where, slices.size(), slices.front().position_mm, slices.front().normal()));
    return false;
  }
  const bool resample =
      options.resample_uneven && stack.grid.size[2] > 0 &&
      (stack.spacing == Spacing::uneven || (stack.spacing == Spacing::gaps && !options.allow_gaps));
  const bool fill = options.allow_gaps && stack.spacing == Spacing::gaps;
  if (stack.spacing != Spacing::even) findings.push_back(irregular(where, stack, fill, resample));
  if (stack.spacing != Spacing::even && !fill && !resample) return false;

  VolumePlan& plan = draft.plan;
  plan.grid = stack.grid;
  const auto place = [&](std::optional<std::size_t> at) {
    plan.frames.push_back(at ? slices[stack.order[*at]].ref : FrameRef{-1, 0});
    if (slices.front().tile >= 0) plan.tiles.push_back(at ? slices[stack.order[*at]].tile : -1);
  };
  if (fill) {
    for (const auto& at : stack.full) place(at);
  } else {
    for (std::size_t i = 0; i < stack.order.size(); ++i) place(i);
    if (resample) plan.uneven_offsets_mm = stack.offsets_mm;
  }
  return true;
}

}  // namespace

std::vector<VolumePlan> plan_volumes(const DicomIndex& index, const Series& series,
                                     const AssemblyOptions& options, Findings& findings) {
  const std::string where = describe(series);
  SliceList list = list_slices(index, series);
  if (list.without_geometry > 0)
    findings.push_back(
        without_geometry(where, list.without_geometry, series.images.size(), list.mosaic_trouble));
  if (list.slices.empty()) return {};
  std::vector<SliceFacts> slices = of_one_orientation(std::move(list.slices), where, findings);
  if (slices.empty()) return {};
  std::vector<Draft> drafts = draft_volumes(std::move(slices), where, findings);
  name_volumes(drafts, series);
  std::stable_sort(drafts.begin(), drafts.end(), [](const Draft& a, const Draft& b) {
    const auto key = [](const Draft& d) {
      return std::tuple(d.matrix, d.plan.component, d.image_type_word, d.plan.echo,
                        d.plan.b_value_s_per_mm2.value_or(-1), d.plan.is_trace, d.plan.direction,
                        std::max(d.plan.phase_index, d.plan.repeat));
    };
    return key(a) < key(b);
  });
  std::vector<VolumePlan> plans;
  for (Draft& draft : drafts)
    if (lay_out(draft, options, where, findings)) plans.push_back(std::move(draft.plan));
  return plans;
}

}  // namespace lobule::exam
