#include "report/density_tables.h"

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "report/density_history.h"

namespace lobule::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDecimals = 2;

std::string cell(const std::optional<double>& value) {
  return value ? format_fixed(*value, kDecimals) : "";
}

std::string volume_cell(const DensityImage& image) {
  return image.volume ? cell(image.volume->percent_density) : "";
}

Json number(const std::optional<double>& value) {
  return value ? Json(*parse_number(format_fixed(*value, kDecimals))) : Json();
}

Json findings_json(const Findings& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings)
    list.push_back({{"severity", name(finding.severity)}, {"text", sentence(finding)}});
  return list;
}

Json image_json(const DensityImage& image) {
  Json json{{"file", image.file},
            {"mask", image.density ? Json("masks/" + image.stem + "_labels.png") : Json()},
            {"patient_id", image.patient_id},
            {"side", image.side},
            {"side_source", image.side_source},
            {"view", image.view},
            {"view_source", image.view_source},
            {"spacing_mm", image.spacing_mm ? Json(*image.spacing_mm) : Json()},
            {"spacing_source", image.spacing_source},
            {"steps", image.steps},
            {"status", to_text(image.status)},
            {"reason", image.reason},
            {"domain_score", number(image.domain_score)}};
  if (image.density) {
    const measure::BreastDensity& d = *image.density;
    json["breast_cm2"] = number(d.breast_cm2);
    json["dense_cm2"] = number(d.dense_cm2);
    json["pd"] = number(d.percent_density);
    json["pd_low"] = number(image.lowest_percent);
    json["pd_high"] = number(image.highest_percent);
    json["vbd"] = image.volume ? number(image.volume->percent_density) : Json();
    json["breast_ml"] = image.volume ? number(image.volume->breast_ml) : Json();
    json["dense_ml"] = image.volume ? number(image.volume->dense_ml) : Json();
    json["no_vbd"] = image.no_volume;
    json["birads4"] = d.birads4;
    json["birads5"] = std::string(1, d.birads5);
    json["dense"] = d.dense;
    json["masking"] = number(d.masking);
  }
  json["regions"] = Json::array();
  for (const PointedRegion& region : image.regions)
    json["regions"].push_back({{"score", number(region.score)},
                               {"x", number(region.x)},
                               {"y", number(region.y)},
                               {"width", number(region.width)},
                               {"height", number(region.height)},
                               {"type", region.type},
                               {"malignancy", number(region.malignancy)}});
  json["findings"] = findings_json(image.findings);
  return json;
}

Json next_json(const std::optional<measure::NextModality>& next) {
  if (!next) return {};
  return {{"modality", next->modality}, {"advice", next->advice},   {"rule", next->rule},
          {"source", next->source},     {"reasons", next->reasons}, {"uncertain", next->uncertain},
          {"unknown", next->unknown}};
}

Json history_json(const DensityHistory& history) {
  Json exams = Json::array();
  for (const DensityPoint& point : history.points) exams.push_back(point.exam_number);
  return {{"exams", exams},
          {"years", number(history.points.back().years)},
          {"change", number(history.change)},
          {"beyond_uncertainty", history.beyond_uncertainty}};
}

}  // namespace

std::string to_text(DensityStatus status) {
  switch (status) {
    case DensityStatus::ok: return "ok";
    case DensityStatus::warned: return "warned";
    case DensityStatus::refused: return "refused";
  }
  return "";
}

Table density_table(const DensityResults& results) {
  Table table{{"file", "patient_id", "side", "view", "breast_cm2", "dense_cm2", "pd", "pd_low", "pd_high",
               "vbd", "birads4", "birads5", "dense", "masking", "status", "reason"},
              {}};
  for (const DensityExam& exam : results.exams)
    for (const DensityImage& image : exam.images) {
      std::vector<std::string> row{image.file, image.patient_id, image.side, image.view};
      if (image.density) {
        const measure::BreastDensity& d = *image.density;
        row.insert(row.end(), {cell(d.breast_cm2), cell(d.dense_cm2), cell(d.percent_density),
                               cell(image.lowest_percent), cell(image.highest_percent), volume_cell(image),
                               std::to_string(d.birads4), std::string(1, d.birads5), d.dense ? "yes" : "no",
                               cell(d.masking)});
      } else {
        row.resize(14);
      }
      row.insert(row.end(), {to_text(image.status), image.reason});
      table.rows.push_back(std::move(row));
    }
  return table;
}

Table regions_table(const DensityResults& results) {
  Table table{{"file", "rank", "score", "x", "y", "width", "height", "type", "malignancy"}, {}};
  for (const DensityExam& exam : results.exams)
    for (const DensityImage& image : exam.images)
      for (std::size_t n = 0; n < image.regions.size(); ++n) {
        const PointedRegion& r = image.regions[n];
        table.rows.push_back({image.file, std::to_string(n + 1), format_fixed(r.score, 4),
                              format_fixed(r.x, 1), format_fixed(r.y, 1), format_fixed(r.width, 1),
                              format_fixed(r.height, 1), r.type,
                              r.malignancy ? format_fixed(*r.malignancy, 4) : ""});
      }
  return table;
}

std::string density_json(const DensityResults& results) {
  Json json{{"version", kDensityVersion},
            {"method", results.method},
            {"region_method", results.region_method},
            {"categories",
             {{"cuts", results.cuts.percent},
              {"calibrated", results.cuts.calibrated},
              {"source", results.cuts.source}}},
            {"exams", Json::array()}};
  for (const DensityExam& exam : results.exams) {
    Json entry{{"exam_number", exam.number},
               {"date", exam.date},
               {"pd", number(exam.percent_density)},
               {"pd_low", number(exam.lowest_percent)},
               {"pd_high", number(exam.highest_percent)},
               {"masking", number(exam.masking)},
               {"next", next_json(exam.next)},
               {"images", Json::array()},
               {"findings", findings_json(exam.findings)}};
    for (const DensityImage& image : exam.images) entry["images"].push_back(image_json(image));
    json["exams"].push_back(std::move(entry));
  }
  json["histories"] = Json::array();
  for (const DensityHistory& history : density_histories(results.exams))
    json["histories"].push_back(history_json(history));
  json["findings"] = findings_json(results.findings);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lobule::report
