#include "exam/b_value.h"

#include <bit>
#include <cmath>
#include <cstdint>

#include "core/text.h"
#include "exam/csa_header.h"
#include "exam/functional_groups.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

using io::DicomDataset;
using io::DicomElement;
using io::Tag;

constexpr Tag kGradientOrientation{0x0018, 0x9089}, kGradientDirectionSequence{0x0018, 0x9076},
    kDirectionality{0x0018, 0x9075};

// No clinical protocol goes beyond this; larger numbers are flags or noise.
constexpr double kLargestB = 100000;

// GE adds 10⁹ to the b-value as a flag (dcm2niix, GE notes; b = 0 is written with other flags elsewhere).
constexpr double kGeFlag = 1e9;

// Where the creator of a private block was deleted and its elements were kept, the usual block counts.
std::optional<Tag> private_tag(const DicomDataset& header, std::uint16_t group, std::string_view creator,
                               std::uint8_t offset) {
  if (const auto tag = header.private_tag(group, creator, offset)) return tag;
  if (header.has({group, 0x0010})) return std::nullopt;
  const Tag usual{group, static_cast<std::uint16_t>(0x1000 | offset)};
  return header.has(usual) ? std::optional(usual) : std::nullopt;
}

// Numbers of an element; in implicit little endian a private float comes without its type.
std::vector<double> private_numbers(const DicomDataset& header, Tag tag) {
  std::vector<double> values = header.numbers(tag);
  const DicomElement* element = header.find(tag);
  if (!values.empty() || element == nullptr || element->vr != std::array<char, 2>{'U', 'N'}) return values;
  const auto word = [&](std::size_t first, int size) {
    std::uint64_t bits = 0;
    for (int i = size - 1; i >= 0; --i)
      bits = bits << 8 | static_cast<unsigned char>(element->bytes[first + i]);
    return bits;
  };
  if (element->bytes.size() == 4)
    values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(word(0, 4))));
  else
    for (std::size_t i = 0; i + 8 <= element->bytes.size(); i += 8)
      values.push_back(std::bit_cast<double>(word(i, 8)));
  return values;
}

bool plausible(double b) {
  return std::isfinite(b) && b >= 0 && b <= kLargestB;
}

std::optional<BValue> accept(double b, Tag tag, const std::string& said) {
  if (!plausible(b)) return std::nullopt;
  return BValue{b, io::to_text(tag) + " " + said};
}

std::optional<BValue> from_private(const DicomDataset& header, std::uint16_t group, std::string_view creator,
                                   std::uint8_t offset, const std::string& vendor) {
  const auto tag = private_tag(header, group, creator, offset);
  if (!tag) return std::nullopt;
  const auto values = private_numbers(header, *tag);
  if (values.empty()) return std::nullopt;
  return accept(values[0], *tag, vendor + " " + format_number(values[0]));
}

std::optional<BValue> from_csa(const DicomDataset& header) {
  const auto tag = private_tag(header, 0x0029, "SIEMENS CSA HEADER", 0x10);
  if (!tag || !header.has(*tag)) return std::nullopt;
  const auto values = csa_values(header.find(*tag)->bytes, "B_value");
  const auto b = values.empty() ? std::nullopt : parse_number(values[0]);
  return b ? accept(*b, *tag, "Siemens CSA B_value " + values[0]) : std::nullopt;
}

std::optional<BValue> from_ge(const DicomDataset& header) {
  const auto tag = private_tag(header, 0x0043, "GEMS_PARM_01", 0x39);
  if (!tag) return std::nullopt;
  const auto values = private_numbers(header, *tag);
  if (values.empty() || values[0] < 0) return std::nullopt;
  const double b = std::fmod(values[0], kGeFlag);
  return accept(b, *tag,
                "GE " + format_number(values[0]) + (b != values[0] ? ": b " + format_number(b) : ""));
}

std::optional<BValue> from_sequence_name(const DicomDataset& header) {
  const std::string name = header.text(io::tag::SequenceName);
  const auto values = b_values_in_sequence_name(name);
  if (values.size() != 1) return std::nullopt;
  return accept(values[0], io::tag::SequenceName, "SequenceName " + name);
}

bool names_diffusion(const DicomDataset& header) {
  for (const std::string& word : header.texts(io::tag::ImageType))
    if (word == "DIFFUSION") return true;
  return !b_values_in_sequence_name(header.text(io::tag::SequenceName)).empty() ||
         functional_group(header, group_tag::MRDiffusion, 0) != nullptr;
}

std::optional<Vec3> three(const std::vector<double>& v) {
  if (v.size() < 3) return std::nullopt;
  return Vec3{v[0], v[1], v[2]};
}

}  // namespace

std::optional<BValue> b_value(const DicomDataset& header, int frame) {
  const Tag tag = io::tag::DiffusionBValue;
  if (const auto b = frame_attributes(header, group_tag::MRDiffusion, tag, frame).number(tag))
    if (auto found = accept(*b, tag, format_number(*b))) return found;
  if (auto b = from_private(header, 0x0019, "SIEMENS MR HEADER", 0x0C, "Siemens")) return b;
  if (auto b = from_csa(header)) return b;
  if (auto b = from_ge(header)) return b;
  if (auto b = from_private(header, 0x2001, "Philips Imaging DD 001", 0x03, "Philips")) return b;
  if (auto b = from_private(header, 0x0065, "Image Private Header", 0x09, "UIH")) return b;
  return from_sequence_name(header);
}

std::vector<std::optional<BValue>> b_values_of(const DicomIndex& index, const std::vector<FrameRef>& images) {
  std::vector<std::optional<BValue>> values;
  values.reserve(images.size());
  bool diffusion = false;
  for (const FrameRef& image : images) {
    const DicomDataset& header = index.entries.at(image.entry).header.dataset;
    values.push_back(b_value(header, image.frame));
    diffusion = diffusion || (values.back() && values.back()->s_per_mm2 > 0) || names_diffusion(header);
  }
  if (!diffusion) values.assign(images.size(), std::nullopt);
  return values;
}

std::vector<double> b_values_in_sequence_name(std::string_view sequence_name) {
  const std::string text = lower(sequence_name);
  std::vector<double> values;
  for (std::size_t at = text.find("_b"); at != std::string::npos && values.empty();
       at = text.find("_b", at + 1)) {
    std::size_t i = at + 2;
    for (bool more = true; more;) {
      const std::size_t begin = i;
      while (i < text.size() && i - begin < 6 && text[i] >= '0' && text[i] <= '9') ++i;
      // "_b1map" is a B1 map: after the number comes only a trace mark, a direction or the next number.
      const bool ends = i == text.size() || contains("t#_ ", text.substr(i, 1));
      if (i == begin || !ends) break;
      values.push_back(*parse_number(text.substr(begin, i - begin)));
      more = i < text.size() && text[i++] == '_';
    }
  }
  return values;
}

std::optional<Vec3> gradient_direction(const DicomDataset& header, int frame) {
  if (const DicomDataset* group = functional_group(header, group_tag::MRDiffusion, frame)) {
    if (const DicomDataset* item = group->first_item(kGradientDirectionSequence))
      if (auto v = three(item->numbers(kGradientOrientation))) return v;
    if (const std::string kind = group->text(kDirectionality); kind == "ISOTROPIC" || kind == "NONE")
      return Vec3{};
  }
  if (auto v = three(header.numbers(kGradientOrientation))) return v;
  if (const auto tag = private_tag(header, 0x0019, "SIEMENS MR HEADER", 0x0E))
    if (auto v = three(private_numbers(header, *tag))) return v;
  if (const auto x = private_tag(header, 0x0019, "GEMS_ACQU_01", 0xBB)) {
    const auto y = private_tag(header, 0x0019, "GEMS_ACQU_01", 0xBC);
    const auto z = private_tag(header, 0x0019, "GEMS_ACQU_01", 0xBD);
    const auto gx = header.number(*x), gy = y ? header.number(*y) : gx, gz = z ? header.number(*z) : gx;
    if (gx && gy && gz) return Vec3{*gx, *gy, *gz};
  }
  return std::nullopt;
}

}  // namespace lobule::exam
