#include "learn/augment.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/error.h"
#include "core/random.h"
#include "core/text.h"
#include "learn/augment_intensity.h"
#include "learn/augment_warp.h"

namespace lobule::learn {
namespace {

// Uniform numbers of one sample, one after another.
class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t index) : random_(seed, "augmentation " + std::to_string(index)) {}

  bool falls(double chance) { return random_.uniform(next_++) < chance; }
  double between(double low, double high) { return random_.uniform(next_++, low, high); }
  // `otherwise` where the chance does not fall. Takes as many numbers either way.
  double of(const AugmentationRange& range, double otherwise) {
    const bool yes = falls(range.chance);
    const double value = between(range.low, range.high);
    return yes ? value : otherwise;
  }

 private:
  RandomStream random_;
  std::uint64_t next_ = 0;
};

ChannelDraw draw_channel(const AugmentationOptions& options, Dice& dice, int dimensions) {
  ChannelDraw channel;
  channel.gamma = dice.of(options.gamma, 1);
  channel.inverted = dice.falls(options.gamma_inverted) && channel.gamma != 1;
  channel.contrast = dice.of(options.contrast, 1);
  channel.gain = dice.of(options.gain, 1);
  const double largest = dice.of(options.bias, 0);
  for (int i = 0; i < bias_coefficients(dimensions); ++i) {
    const double coefficient = dice.between(-largest, largest);
    if (largest > 0) channel.bias.push_back(coefficient);
  }
  channel.coarse = dice.of(options.coarse, 1);
  channel.blur_voxels = dice.of(options.blur_voxels, 0);
  channel.noise = dice.of(options.noise, 0);
  return channel;
}

std::string numbers(const double* values, std::size_t count) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < count; ++i) words.push_back(format_number(values[i]));
  return join(words, ",");
}

[[noreturn]] void refuse(std::string_view word) {
  throw Error("augmentation", quote(word) + " is no part of a draw");
}

double number(std::string_view text, std::string_view word) {
  const auto value = parse_number(text);
  if (!value) refuse(word);
  return *value;
}

std::uint64_t whole(std::string_view text, std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) refuse(word);
  return value;
}

std::array<double, 3> three(std::string_view text, std::string_view word) {
  const std::vector<std::string> parts = split(text, ',');
  if (parts.size() != 3) refuse(word);
  return {number(parts[0], word), number(parts[1], word), number(parts[2], word)};
}

struct ChannelNumber {
  std::string_view name;
  double ChannelDraw::*member;
};
constexpr ChannelNumber kChannelNumbers[] = {
    {"gamma", &ChannelDraw::gamma}, {"contrast", &ChannelDraw::contrast},
    {"gain", &ChannelDraw::gain},   {"coarse", &ChannelDraw::coarse},
    {"noise", &ChannelDraw::noise}, {"blur_voxels", &ChannelDraw::blur_voxels}};

struct DrawNumber {
  std::string_view name;
  double AugmentationDraw::*member;
};
constexpr DrawNumber kDrawNumbers[] = {{"scale", &AugmentationDraw::scale},
                                       {"elastic_voxels", &AugmentationDraw::elastic_voxels},
                                       {"elastic_spacing_voxels", &AugmentationDraw::elastic_spacing_voxels}};

// "name=value" of a channel.
void read_word(ChannelDraw& channel, std::string_view name, std::string_view value, std::string_view word) {
  for (const ChannelNumber& known : kChannelNumbers) {
    if (name == known.name) {
      channel.*known.member = number(value, word);
      return;
    }
  }
  if (name == "inverted")
    channel.inverted = value == "1";
  else if (name == "bias")
    for (const std::string& part : split(value, ',')) channel.bias.push_back(number(part, word));
  else
    refuse(word);
}

// "name=value" of the whole.
void read_word(AugmentationDraw& draw, std::string_view name, std::string_view value, std::string_view word) {
  for (const DrawNumber& known : kDrawNumbers) {
    if (name == known.name) {
      draw.*known.member = number(value, word);
      return;
    }
  }
  if (name == "seed")
    draw.seed = whole(value, word);
  else if (name == "index")
    draw.index = whole(value, word);
  else if (name == "rotation_rad")
    draw.rotation_rad = three(value, word);
  else if (name == "spacing")
    draw.spacing = three(value, word);
  else if (name == "mirrored" && value.size() == 3)
    for (std::size_t a = 0; a < 3; ++a) draw.mirrored[a] = value[a] == '1';
  else
    refuse(word);
}

void check(const AugmentationDraw& draw, int dimensions) {
  if (!(draw.scale > 0) || !(draw.elastic_spacing_voxels >= 1) || !(draw.elastic_voxels >= 0))
    throw Error("augmentation", "its scale or its lattice is none", to_text(draw));
  for (const ChannelDraw& channel : draw.channels) {
    if (!channel.bias.empty() && static_cast<int>(channel.bias.size()) != bias_coefficients(dimensions))
      throw Error("augmentation", "its shading has " + std::to_string(channel.bias.size()) + " coefficients",
                  "images of " + std::to_string(dimensions) + " dimensions take " +
                      std::to_string(bias_coefficients(dimensions)));
  }
}

class AugmentedSource : public SampleSource {
 public:
  AugmentedSource(std::shared_ptr<const SampleSource> source, AugmentationOptions options, std::uint64_t seed)
      : source_(std::move(source)), options_(std::move(options)), seed_(seed) {}

  std::uint64_t size() const override { return source_->size(); }
  Sample at(std::uint64_t index) const override {
    const Sample sample = source_->at(index);
    int channels = 0;
    for (const Tensor& input : sample.inputs) channels += static_cast<int>(input.shape.at(0));
    const int dimensions = static_cast<int>(sample.inputs.at(0).shape.size()) - 1;
    return apply(draw(options_, seed_, index, channels, dimensions), sample, options_);
  }

 private:
  std::shared_ptr<const SampleSource> source_;
  AugmentationOptions options_;
  std::uint64_t seed_;
};

}  // namespace

AugmentationDraw draw(const AugmentationOptions& options, std::uint64_t seed, std::uint64_t index,
                      int channels, int dimensions) {
  Dice dice(seed, index);
  AugmentationDraw result;
  result.seed = seed;
  result.index = index;
  result.spacing = options.spacing;
  for (std::size_t a = 0; a < 3; ++a) {
    const bool half = dice.falls(0.5);
    const double angle = dice.of(options.rotation_rad[a], 0);
    if (dimensions == 3 || a > 0) result.mirrored[a] = options.mirror[a] && half;
    if (dimensions == 3 || a == 0) result.rotation_rad[a] = angle;
  }
  result.scale = dice.of(options.scale, 1);
  result.elastic_voxels = dice.of(options.elastic_voxels, 0);
  result.elastic_spacing_voxels = options.elastic_spacing_voxels;
  for (int c = 0; c < (options.channels_apart ? channels : 1); ++c)
    result.channels.push_back(draw_channel(options, dice, dimensions));
  return result;
}

Sample apply(const AugmentationDraw& draw, const Sample& sample, const AugmentationOptions& options) {
  if (sample.inputs.empty()) throw Error("augmentation", "the sample has no image");
  const std::array<std::int64_t, 3> extents = extents_of(sample.inputs[0].shape);
  for (const Tensor& input : sample.inputs) {
    if (input.shape.size() != sample.inputs[0].shape.size() || extents_of(input.shape) != extents)
      throw Error("augmentation",
                  "its images are " + describe(sample.inputs[0].shape) + " and " + describe(input.shape),
                  "images that are warped together have the same extents");
  }
  check(draw, static_cast<int>(sample.inputs[0].shape.size()) - 1);
  const std::vector<std::array<float, 3>> sources = sources_of(draw, extents);
  Sample result = sample;
  std::size_t channel = 0;
  const std::size_t count = value_count({extents[0], extents[1], extents[2]});
  for (Tensor& input : result.inputs) {
    mirror(input, draw.mirrored);
    if (!sources.empty()) input = warp_linear(input, sources, 0);
    for (std::size_t begin = 0; begin < input.values.size() && !draw.channels.empty();
         begin += count, ++channel)
      change_intensities(std::span(input.values).subspan(begin, count), extents,
                         draw.channels[std::min(channel, draw.channels.size() - 1)], draw.seed, draw.index,
                         channel);
  }
  for (auto& [name, target] : result.targets) {
    if (target.shape.size() != sample.inputs[0].shape.size() || extents_of(target.shape) != extents) continue;
    mirror(target, draw.mirrored);
    if (sources.empty()) continue;
    target = options.smooth_targets.contains(name)
                 ? warp_linear(target, sources, std::numeric_limits<float>::quiet_NaN())
                 : warp_nearest(target, sources, options.outside_label);
  }
  return result;
}

std::string to_text(const AugmentationDraw& draw) {
  std::string text =
      "seed=" + std::to_string(draw.seed) + " index=" + std::to_string(draw.index) + " mirrored=";
  for (const bool mirrored : draw.mirrored) text += mirrored ? '1' : '0';
  text +=
      " rotation_rad=" + numbers(draw.rotation_rad.data(), 3) + " spacing=" + numbers(draw.spacing.data(), 3);
  for (const DrawNumber& known : kDrawNumbers)
    text += " " + std::string(known.name) + "=" + format_number(draw.*known.member);
  for (const ChannelDraw& channel : draw.channels) {
    text += std::string(" channel inverted=") + (channel.inverted ? "1" : "0");
    for (const ChannelNumber& known : kChannelNumbers)
      text += " " + std::string(known.name) + "=" + format_number(channel.*known.member);
    if (!channel.bias.empty()) text += " bias=" + numbers(channel.bias.data(), channel.bias.size());
  }
  return text;
}

AugmentationDraw draw_from_text(std::string_view text) {
  AugmentationDraw draw;
  for (const std::string& word : split(text, ' ')) {
    if (word == "channel") {
      draw.channels.emplace_back();
      continue;
    }
    const std::size_t sign = word.find('=');
    if (sign == std::string::npos) refuse(word);
    const std::string name = word.substr(0, sign), value = word.substr(sign + 1);
    if (draw.channels.empty())
      read_word(draw, name, value, word);
    else
      read_word(draw.channels.back(), name, value, word);
  }
  return draw;
}

std::shared_ptr<const SampleSource> augmented(std::shared_ptr<const SampleSource> source,
                                              const AugmentationOptions& options, std::uint64_t seed) {
  return std::make_shared<AugmentedSource>(std::move(source), options, seed);
}

}  // namespace lobule::learn
