#include "nn/model_json.h"

#include <algorithm>

#include "nn/graph_json_value.h"
#include "nn/json_object.h"

namespace lobule::nn {
namespace {
using nlohmann::json;

constexpr int kFormat = 1;
constexpr std::array<std::string_view, 6> kIntensities{"none",  "percentiles",  "z_score", "z_score_nonzero",
                                                       "fixed", "fixed_clipped"};
constexpr std::array<std::string_view, 3> kPrecisions{"f32", "f16", "bf16"};

json preprocessing_json(const Preprocessing& p) {
  json document = {{"channels", p.channels},
                   {"spacing_mm", p.spacing_mm},
                   {"window", p.window},
                   {"multiple", p.multiple},
                   {"intensity", kIntensities[static_cast<std::size_t>(p.intensity)]},
                   {"low_percentile", p.low_percentile},
                   {"high_percentile", p.high_percentile},
                   {"mean", p.mean},
                   {"deviation", p.deviation},
                   {"lowest_value", p.lowest_value},
                   {"highest_value", p.highest_value},
                   {"before_scale", p.before_scale}};
  if (!p.neighbours.empty()) document["neighbours"] = p.neighbours;
  return document;
}

void check_preprocessing(const Preprocessing& p, const JsonObject& object) {
  const auto each = [](const auto& values, double low, double high) {
    return std::all_of(values.begin(), values.end(), [&](double v) { return v >= low && v <= high; });
  };
  if (p.channels < 1 || p.channels > (1 << 20)) object.refuse("\"channels\" is out of range");
  if (!std::is_sorted(p.neighbours.begin(), p.neighbours.end()) || !each(p.neighbours, -64, 64))
    object.refuse("\"neighbours\" do not rise within -64 to 64");
  if (!p.neighbours.empty() && static_cast<std::size_t>(p.channels) % p.neighbours.size() != 0)
    object.refuse("\"channels\" are no multiple of the number of \"neighbours\"");
  const auto images = static_cast<std::size_t>(p.images());
  if (!each(p.spacing_mm, 0, 1000)) object.refuse("\"spacing_mm\" does not lie in 0 to 1000");
  if (!each(p.window, 0, 1 << 16)) object.refuse("\"window\" does not lie in 0 to 65536");
  if (!each(p.multiple, 1, 1 << 16)) object.refuse("\"multiple\" does not lie in 1 to 65536");
  if (!(p.low_percentile >= 0 && p.low_percentile < p.high_percentile && p.high_percentile <= 100))
    object.refuse("its percentiles do not rise within 0 to 100");
  if (!(p.before_scale > 0)) object.refuse("\"before_scale\" is not above 0");
  const bool fixed = p.intensity == IntensityRule::fixed || p.intensity == IntensityRule::fixed_clipped;
  if (fixed && (p.mean.size() != images || p.deviation.size() != images))
    object.refuse("\"mean\" and \"deviation\" do not have a number for each channel");
  if (fixed && !std::all_of(p.deviation.begin(), p.deviation.end(), [](double v) { return v > 0; }))
    object.refuse("a \"deviation\" is not above 0");
  if (std::any_of(p.mean.begin(), p.mean.end(), [](double v) { return std::isnan(v); }))
    object.refuse("a \"mean\" is not a number");
  if (p.intensity != IntensityRule::fixed_clipped) return;
  if (p.lowest_value.size() != images || p.highest_value.size() != images)
    object.refuse("\"lowest_value\" and \"highest_value\" do not have a number for each channel");
  for (std::size_t c = 0; c < images; ++c)
    if (!(p.lowest_value[c] < p.highest_value[c]))
      object.refuse("a \"lowest_value\" is not below the highest");
}

Preprocessing preprocessing_from_json(const json& value, const std::string& place) {
  JsonObject object(value, place);
  Preprocessing p;
  p.channels = object.get<int>("channels");
  object.get_if_present("neighbours", p.neighbours);
  object.get_if_present("spacing_mm", p.spacing_mm);
  object.get_if_present("window", p.window);
  object.get_if_present("multiple", p.multiple);
  p.intensity = static_cast<IntensityRule>(object.get_word("intensity", kIntensities));
  object.get_if_present("low_percentile", p.low_percentile);
  object.get_if_present("high_percentile", p.high_percentile);
  object.get_if_present("mean", p.mean);
  object.get_if_present("deviation", p.deviation);
  object.get_if_present("lowest_value", p.lowest_value);
  object.get_if_present("highest_value", p.highest_value);
  object.get_if_present("before_scale", p.before_scale);
  object.expect_no_more();
  check_preprocessing(p, object);
  return p;
}

json weights_json(const WeightsFile& weights) {
  return {{"file", "weights.safetensors"},
          {"sha256", weights.sha256},
          {"bytes", weights.bytes},
          {"precision", weights.precision}};
}

WeightsFile weights_from_json(const json& value, const std::string& place) {
  JsonObject object(value, place);
  WeightsFile weights;
  // The name is fixed, so that no model can point at another file.
  if (object.get<std::string>("file") != "weights.safetensors")
    object.refuse("\"file\" is not \"weights.safetensors\"");
  weights.sha256 = object.get<std::string>("sha256");
  if (weights.sha256.size() != 64 ||
      weights.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
    object.refuse("\"sha256\" is not 64 hexadecimal digits");
  weights.bytes = object.get<std::uint64_t>("bytes");
  weights.precision = kPrecisions[object.get_word("precision", kPrecisions)];
  object.expect_no_more();
  return weights;
}

json metrics_json(const Model& model) {
  json metrics = json::object();
  for (const auto& [name, value] : model.metrics) metrics[name] = std::isfinite(value) ? json(value) : json();
  return metrics;
}

json bf16_json(const Bf16Check& check) {
  return {{"figure", check.figure}, {"f32", check.f32}, {"bf16", check.bf16}};
}

Bf16Check bf16_from_json(const json& value, const Model& model, const std::string& place) {
  JsonObject object(value, place);
  Bf16Check check;
  check.figure = object.get<std::string>("figure");
  check.f32 = object.get<double>("f32");
  check.bf16 = object.get<double>("bf16");
  object.expect_no_more();
  if (!model.metrics.contains(check.figure))
    object.refuse("\"figure\" is " + quote(check.figure) + ", which is none of the model's metrics");
  return check;
}

void check_model(const Model& model, const JsonObject& object) {
  if (model.name.empty()) object.refuse("\"name\" is empty");
  if (!model.headline.empty() && !model.metrics.contains(model.headline))
    object.refuse("\"headline\" is " + quote(model.headline) + ", which is none of its metrics");
  for (const Node& node : model.graph.nodes) {
    const auto* input = std::get_if<Input>(&node.layer);
    if (input == nullptr) continue;
    if (input->channels != model.preprocessing.channels)
      object.refuse("its preprocessing makes " + std::to_string(model.preprocessing.channels) +
                    " channels and the network takes " + std::to_string(input->channels));
    return;
  }
  object.refuse("its network has no input");
}

}  // namespace

std::string model_to_json(const Model& model, const WeightsFile& weights) {
  json document = {{"format", kFormat},
                   {"name", model.name},
                   {"task", model.task},
                   {"summary", model.summary},
                   {"licence", model.licence},
                   {"labels", model.labels},
                   {"limits", model.limits},
                   {"metrics", metrics_json(model)},
                   {"headline", model.headline},
                   {"provenance", model.provenance},
                   {"preprocessing", preprocessing_json(model.preprocessing)},
                   {"weights", weights_json(weights)},
                   {"network", graph_to_json_value(model.graph)}};
  if (model.bf16) document["bf16"] = bf16_json(*model.bf16);
  return json_text(document);
}

ModelDocument model_from_json(std::string_view text, const std::string& where) {
  const json value = parse_json(text, where);
  JsonObject object(value, where);
  if (const auto format = object.get<int>("format"); format != kFormat)
    throw Error(where, "its format is " + std::to_string(format),
                "this version reads " + std::to_string(kFormat), "Read it with a newer lobule");
  ModelDocument document;
  Model& model = document.model;
  model.name = object.get<std::string>("name");
  model.task = object.get<std::string>("task");
  model.summary = object.get<std::string>("summary");
  model.licence = object.get<std::string>("licence");
  model.labels = object.get<std::vector<std::string>>("labels");
  object.get_if_present("limits", model.limits);
  object.get_if_present("metrics", model.metrics);
  object.get_if_present("headline", model.headline);
  object.get_if_present("provenance", model.provenance);
  if (object.has("bf16")) model.bf16 = bf16_from_json(object.at("bf16"), model, where + ": bf16");
  model.preprocessing = preprocessing_from_json(object.at("preprocessing"), where + ": preprocessing");
  document.weights = weights_from_json(object.at("weights"), where + ": weights");
  model.graph = graph_from_json_value(object.at("network"), where + ": network");
  object.expect_no_more();
  check_model(model, object);
  return document;
}

}  // namespace lobule::nn
