#include "report/outline_page.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/measurements.h"
#include "report/page.h"

namespace lobule::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kPixel_mm = 0.8;
// Hues of Okabe and Ito (2008) beside those of breasts and gland.
constexpr Colour kVesselOnBlack{240, 228, 66}, kMuscleOnBlack{204, 121, 167}, kHeartOnBlack{230, 60, 60};

std::string ml(double value) {
  return std::isfinite(value) ? format_fixed(value, value < 100 ? 1 : 0) : "–";
}

std::string percent_of(const OutlineFigures& figures) {
  return figures.breast_ml[0] > 0 ? format_fixed(100 * figures.fgt_ml[0] / figures.breast_ml[0], 1) : "–";
}

std::string right_and_left(const std::array<double, 3>& volumes_ml) {
  return ml(volumes_ml[1]) + ", " + ml(volumes_ml[2]);
}

std::string shown_dice(const std::optional<double>& dice) {
  return dice ? format_fixed(*dice, 3) : "–";
}

Html volumes_table(const OutlineComparison& comparison) {
  std::vector<std::vector<Html>> rows;
  for (const OutlinedVolume& volume : comparison.volumes) {
    const auto row = [&](const std::string& name, const std::string& way, const OutlineFigures& f,
                         bool first) {
      rows.push_back({text(name), text(way), text(right_and_left(f.breast_ml)),
                      text(right_and_left(f.fgt_ml)), text(percent_of(f)),
                      text(comparison.slab_z_mm ? ml(f.slab_breast_ml) : "–"),
                      text(comparison.slab_z_mm ? ml(f.slab_fgt_ml) : "–"),
                      text(first ? shown_dice(volume.dice_breast) + ", " + shown_dice(volume.dice_fgt) : ""),
                      text(format_fixed(f.confidence, 2))});
    };
    if (volume.network) row(volume.name, "network", *volume.network, true);
    row(volume.network ? "" : volume.name, "classical", volume.classical, !volume.network);
  }
  return table({{"Volume"},
                {"Outlined by"},
                {"Breasts R, L, ml", true},
                {"FGT R, L, ml", true},
                {"FGT %", true},
                {"Breasts in the slab, ml", true},
                {"FGT in the slab, ml", true},
                {"Dice of the two: breast, FGT", true},
                {"Confidence", true}},
               rows);
}

Html slab_words(const OutlineComparison& comparison) {
  if (!comparison.slab_z_mm)
    return paragraph(text("No slab is covered by all volumes, so that their volumes cannot be compared."));
  std::string words = "All phases and T1-weighted series cover z from " +
                      format_fixed(comparison.slab_z_mm->first, 1) + " to " +
                      format_fixed(comparison.slab_z_mm->second, 1) +
                      " mm. In this slab the largest breast volume exceeds the smallest by ";
  if (comparison.slab_change_network)
    words += format_fixed(*comparison.slab_change_network, 1) + " % as the network outlines it, ";
  words += comparison.slab_change_classical
               ? format_fixed(*comparison.slab_change_classical, 1) + " % as outlined classically."
               : "an amount that is not known: a volume is without breasts.";
  return paragraph(text(words));
}

Html pictures(const OutlinedVolume& volume) {
  std::vector<Html> pieces;
  const auto add = [&](const Shot& shot, const std::string& way) {
    pieces.push_back(figure(
        picture(io::png_data_uri(shot.picture), volume.name + ", " + way + ", " + shot.caption, shot.marks),
        text(way + ", " + shot.caption)));
  };
  for (const OutlineSlice& slice : volume.slices) {
    if (slice.network) add(*slice.network, "network");
    add(slice.classical, "classical");
  }
  return side_by_side(pieces, 420);
}

Html volume_section(const OutlinedVolume& volume) {
  Html content = pictures(volume);
  if (!volume.evidence.empty()) {
    content += markup("<ul>\n");
    for (const std::string& line : volume.evidence)
      content += markup("<li>") + text(line) + markup("</li>\n");
    content += markup("</ul>\n");
  }
  if (!volume.findings.empty()) content += findings_list(volume.findings);
  return section(volume.file, volume.name, content);
}

Json figures_json(const OutlineFigures& f, bool slab) {
  const auto sides = [](const std::array<double, 3>& v) { return Json{{"right", v[1]}, {"left", v[2]}}; };
  return {{"breast_ml", sides(f.breast_ml)},
          {"fgt_ml", sides(f.fgt_ml)},
          {"slab_breast_ml", slab ? Json(f.slab_breast_ml) : Json()},
          {"slab_fgt_ml", slab ? Json(f.slab_fgt_ml) : Json()},
          {"confidence", f.confidence}};
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

}  // namespace

Shot outline_shot(const Image<float>& image, const DrawnMasks& masks, const Bounds& field, double z_mm) {
  Bounds slice = field;
  slice.low_mm.z = slice.high_mm.z = z_mm;
  const Mask* inside = masks.breast != nullptr && bounds_of(*masks.breast, 0) ? masks.breast : nullptr;
  // Bright tissue stays below white, so that contours show on it.
  const Window window{0, 1.35 * robust_window(image, inside, 1, 99.5).high};
  Canvas canvas(image, view_grid(Plane::axial, slice, kPixel_mm), window);
  const auto outline = [&](const Mask* mask, int label, Colour colour) {
    if (mask != nullptr && !mask->empty()) canvas.outline(*mask, label, colour);
  };
  outline(masks.muscle, 1, kMuscleOnBlack);
  outline(masks.heart, 1, kHeartOnBlack);
  for (const int side : {1, 2}) outline(masks.fgt, side, kTissueOnBlack);
  outline(masks.vessels, 1, kVesselOnBlack);
  outline(masks.breast, 1, kRightOnBlack);
  outline(masks.breast, 2, kLeftOnBlack);
  return {canvas.picture(), edge_marks(Plane::axial),
          std::string(z_mm >= 0 ? "H " : "F ") + format_fixed(std::abs(z_mm), 1) + " mm"};
}

std::string outline_page_html(const OutlineComparison& comparison, const Provenance& provenance) {
  Page page{"Outlines side by side, exam " + std::to_string(comparison.exam_number), comparison.method, {}};
  page.body += section("volumes", "Volumes", volumes_table(comparison) + slab_words(comparison));
  page.body += section("legend", "Colours",
                       legend({{css(kRightOnBlack), "right breast"},
                               {css(kLeftOnBlack), "left breast"},
                               {css(kTissueOnBlack), "fibroglandular tissue"},
                               {css(kVesselOnBlack), "vessels (network, no contrast asked)"},
                               {css(kMuscleOnBlack), "muscle of the chest"},
                               {css(kHeartOnBlack), "heart"}}));
  for (const OutlinedVolume& volume : comparison.volumes) page.body += volume_section(volume);
  page.body += section("findings", "Findings", findings_list(comparison.findings));
  page.body += provenance_section(provenance);
  return to_html(page);
}

Table outline_table(const OutlineComparison& comparison) {
  Table table{{"volume", "outlined_by", "breast_right_ml", "breast_left_ml", "fgt_right_ml", "fgt_left_ml",
               "fgt_percent", "slab_breast_ml", "slab_fgt_ml", "confidence", "dice_breast", "dice_fgt"},
              {}};
  const bool slab = comparison.slab_z_mm.has_value();
  for (const OutlinedVolume& volume : comparison.volumes) {
    const auto row = [&](const std::string& way, const OutlineFigures& f) {
      const auto cell = [](double value) { return number_cell(value); };
      table.rows.push_back(
          {volume.file, way, cell(f.breast_ml[1]), cell(f.breast_ml[2]), cell(f.fgt_ml[1]), cell(f.fgt_ml[2]),
           cell(f.breast_ml[0] > 0 ? 100 * f.fgt_ml[0] / f.breast_ml[0] : NAN),
           cell(slab ? f.slab_breast_ml : NAN), cell(slab ? f.slab_fgt_ml : NAN), cell(f.confidence),
           cell(volume.dice_breast.value_or(NAN)), cell(volume.dice_fgt.value_or(NAN))});
    };
    if (volume.network) row("network", *volume.network);
    row("classical", volume.classical);
  }
  return table;
}

std::string outline_json(const OutlineComparison& comparison) {
  const bool slab = comparison.slab_z_mm.has_value();
  Json json{{"version", 1},
            {"exam_number", comparison.exam_number},
            {"method", comparison.method},
            {"slab_z_mm", slab ? Json{comparison.slab_z_mm->first, comparison.slab_z_mm->second} : Json()},
            {"slab_change_network_percent", or_null(comparison.slab_change_network)},
            {"slab_change_classical_percent", or_null(comparison.slab_change_classical)},
            {"volumes", Json::array()}};
  for (const OutlinedVolume& volume : comparison.volumes) {
    Json entry{{"name", volume.name}, {"file", volume.file}};
    if (volume.network) entry["network"] = figures_json(*volume.network, slab);
    entry["classical"] = figures_json(volume.classical, slab);
    entry["dice_breast"] = or_null(volume.dice_breast);
    entry["dice_fgt"] = or_null(volume.dice_fgt);
    entry["evidence"] = volume.evidence;
    json["volumes"].push_back(std::move(entry));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lobule::report
