#include "exam/sort_facts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/text.h"
#include "exam/b_value.h"
#include "exam/clock.h"
#include "exam/functional_groups.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

using io::DicomDataset;
using io::Tag;

// Functional groups of Enhanced MR (PS3.3 C.7.6.16, C.8.13.5) and what is read from them.
constexpr Tag kTiming{0x0018, 0x9112}, kModifier{0x0018, 0x9115};
constexpr Tag kTemporalPositionIndex{0x0020, 0x9128}, kFrameAcquisitionDateTime{0x0018, 0x9074},
    kFrameAcquisitionNumber{0x0020, 0x9156}, kEffectiveEchoTime{0x0018, 0x9082},
    kInversionTimes{0x0018, 0x9079}, kFatSuppression{0x0018, 0x9025}, kFrameType{0x0008, 0x9007},
    kEchoTrainLength{0x0018, 0x0091}, kRfEchoTrainLength{0x0018, 0x9240}, kPulseSequenceName{0x0018, 0x9005},
    kEchoPulseSequence{0x0018, 0x9008}, kEchoPlanar{0x0018, 0x9018}, kAcquisitionContrast{0x0008, 0x9209},
    kContrastAgent{0x0018, 0x0010}, kContrastVolume{0x0018, 0x1041}, kContrastRoute{0x0018, 0x1040};

constexpr double kSamePositionMm = 0.05;
constexpr double kSameDirectionCosine = 0.866;  // 30 degrees: localizers turn by 90, oblique stacks by less

std::vector<double> numbers_of(const DicomDataset& dataset, int frame, Tag group, Tag tag) {
  return frame_attributes(dataset, group, tag, frame).numbers(tag);
}

std::optional<double> number_of(const DicomDataset& dataset, int frame, Tag group, Tag tag) {
  return frame_attributes(dataset, group, tag, frame).number(tag);
}

std::vector<std::string> texts_of(const DicomDataset& dataset, int frame, Tag group, Tag tag) {
  return frame_attributes(dataset, group, tag, frame).texts(tag);
}

std::optional<int> integer_of(const std::optional<double>& value) {
  if (!value || std::abs(*value) > 1e9) return std::nullopt;
  return static_cast<int>(std::lround(*value));
}

std::string flavour_of(const std::set<std::string>& image_type) {
  // ImageType values of Dixon reconstructions: Siemens WATER/FAT/IN_PHASE/OPP_PHASE (and W, F, IN, OPP in
  // the syngo XA line), GE WATER/FAT/IN_PHASE/OUT_PHASE, Philips W/F/IP/OP.
  static const std::pair<const char*, const char*> kFlavours[] = {{"WATER", "water"},
                                                                  {"W", "water"},
                                                                  {"FAT", "fat"},
                                                                  {"F", "fat"},
                                                                  {"IN_PHASE", "in_phase"},
                                                                  {"IP", "in_phase"},
                                                                  {"IN", "in_phase"},
                                                                  {"OPP_PHASE", "opposed_phase"},
                                                                  {"OUT_PHASE", "opposed_phase"},
                                                                  {"OP", "opposed_phase"},
                                                                  {"OPP", "opposed_phase"},
                                                                  {"P", "phase"},
                                                                  {"PHASE", "phase"},
                                                                  {"PHASE MAP", "phase"},
                                                                  {"B0 MAP", "phase"}};
  for (const auto& [value, flavour] : kFlavours)
    if (image_type.count(value) != 0) return flavour;
  return "";
}

std::set<std::string> upper_set(const std::vector<std::string>& values) {
  std::set<std::string> result;
  for (std::string value : values) {
    std::transform(value.begin(), value.end(), value.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    if (!value.empty()) result.insert(value);
  }
  return result;
}

void read_geometry(const DicomDataset& dataset, int frame, FrameFacts& facts) {
  const auto position = numbers_of(dataset, frame, group_tag::PlanePosition, io::tag::ImagePositionPatient);
  const auto orientation =
      numbers_of(dataset, frame, group_tag::PlaneOrientation, io::tag::ImageOrientationPatient);
  const auto spacing = numbers_of(dataset, frame, group_tag::PixelMeasures, io::tag::PixelSpacing);
  facts.rows = dataset.integer(io::tag::Rows).value_or(0);
  facts.columns = dataset.integer(io::tag::Columns).value_or(0);
  if (spacing.size() >= 2) facts.row_spacing_mm = spacing[0], facts.column_spacing_mm = spacing[1];
  if (position.size() < 3 || orientation.size() < 6) return;
  facts.position_mm = {position[0], position[1], position[2]};
  facts.row = {orientation[0], orientation[1], orientation[2]};
  facts.column = {orientation[3], orientation[4], orientation[5]};
  facts.has_geometry = norm(facts.normal()) > 0.9;
}

std::optional<double> acquisition_seconds(const DicomDataset& dataset, int frame) {
  const auto whole = texts_of(dataset, frame, group_tag::FrameContent, kFrameAcquisitionDateTime);
  if (!whole.empty() && whole[0].size() >= 14) return seconds_from_time(whole[0]);
  if (const std::string both = dataset.text(io::tag::AcquisitionDateTime); both.size() >= 14)
    return seconds_from_time(both);
  return seconds_from_time(dataset.text(io::tag::AcquisitionTime));
}

FrameFacts frame_facts(const DicomDataset& dataset, FrameRef ref) {
  FrameFacts facts;
  facts.ref = ref;
  read_geometry(dataset, ref.frame, facts);
  facts.temporal_position =
      integer_of(number_of(dataset, ref.frame, group_tag::FrameContent, kTemporalPositionIndex));
  if (!facts.temporal_position)
    facts.temporal_position = dataset.integer(io::tag::TemporalPositionIdentifier);
  facts.acquisition_number =
      integer_of(number_of(dataset, ref.frame, group_tag::FrameContent, kFrameAcquisitionNumber));
  if (!facts.acquisition_number) facts.acquisition_number = dataset.integer(io::tag::AcquisitionNumber);
  facts.instance_number = dataset.integer(io::tag::InstanceNumber);
  facts.trigger_time_ms = dataset.number(io::tag::TriggerTime);
  facts.acquisition_s = acquisition_seconds(dataset, ref.frame);
  facts.echo_time_ms = number_of(dataset, ref.frame, group_tag::MREcho, kEffectiveEchoTime)
                           .value_or(dataset.number(io::tag::EchoTime).value_or(0));
  auto type = texts_of(dataset, ref.frame, group_tag::MRImageFrameType, kFrameType);
  if (type.empty()) type = dataset.texts(io::tag::ImageType);
  facts.flavour = flavour_of(upper_set(type));
  return facts;
}

std::string vendor_of(const std::string& manufacturer) {
  const std::string text = lower(manufacturer);
  if (contains(text, "siemens")) return "Siemens";
  if (contains(text, "philips")) return "Philips";
  if (contains(text, "ge medical") || text == "ge" || contains(text, "general electric") ||
      contains(text, "ge healthcare"))
    return "GE";
  return "";
}

void add_text(std::vector<HeaderText>& texts, const char* keyword, Tag tag, const std::string& value) {
  if (!value.empty()) texts.push_back({std::string(keyword) + " " + io::to_text(tag), value});
}

void read_texts(const DicomDataset& d, SeriesFacts& facts) {
  add_text(facts.descriptions, "SeriesDescription", io::tag::SeriesDescription,
           d.text(io::tag::SeriesDescription));
  add_text(facts.descriptions, "ProtocolName", io::tag::ProtocolName, d.text(io::tag::ProtocolName));
  add_text(facts.sequences, "SequenceName", io::tag::SequenceName, d.text(io::tag::SequenceName));
  add_text(facts.sequences, "PulseSequenceName", kPulseSequenceName, d.text(kPulseSequenceName));
  // Private names of the sequence, from DCMTK's private dictionary.
  const auto add_private = [&](const char* keyword, std::uint16_t group, const char* creator,
                               std::uint8_t offset) {
    if (const auto tag = d.private_tag(group, creator, offset))
      add_text(facts.sequences, keyword, *tag, d.text(*tag));
  };
  add_private("GE PulseSequenceName", 0x0019, "GEMS_ACQU_01", 0x9c);
  add_private("GE InternalPulseSequenceName", 0x0019, "GEMS_ACQU_01", 0x9e);
  add_private("Philips ScanningTechnique", 0x2001, "Philips Imaging DD 001", 0x20);
  if (const auto tag = d.private_tag(0x2001, "Philips Imaging DD 001", 0x21))
    if (d.text(*tag) == "Y") facts.spectral_fat_suppression = true;
}

void read_physics(const DicomDataset& d, SeriesFacts& facts) {
  facts.repetition_time_ms = number_of(d, 0, kTiming, io::tag::RepetitionTime);
  facts.flip_angle_deg = number_of(d, 0, kTiming, io::tag::FlipAngle);
  facts.echo_train_length = integer_of(number_of(d, 0, kTiming, kRfEchoTrainLength));
  if (!facts.echo_train_length) facts.echo_train_length = d.integer(kEchoTrainLength);
  facts.echo_time_ms = number_of(d, 0, group_tag::MREcho, kEffectiveEchoTime);
  if (!facts.echo_time_ms) facts.echo_time_ms = d.number(io::tag::EchoTime);
  facts.inversion_time_ms = number_of(d, 0, kModifier, kInversionTimes);
  if (!facts.inversion_time_ms) facts.inversion_time_ms = d.number(io::tag::InversionTime);
  facts.slice_thickness_mm = number_of(d, 0, group_tag::PixelMeasures, io::tag::SliceThickness);
  facts.rescale_slope = number_of(d, 0, group_tag::PixelValueTransformation, io::tag::RescaleSlope);
  facts.rescale_intercept = number_of(d, 0, group_tag::PixelValueTransformation, io::tag::RescaleIntercept);
  const auto suppression = texts_of(d, 0, kModifier, kFatSuppression);
  if (!suppression.empty() && (suppression[0] == "FAT" || suppression[0] == "FAT_AND_WATER"))
    facts.spectral_fat_suppression = true;
  facts.no_spectral_suppression = !suppression.empty() && suppression[0] == "NONE";
  facts.acquisition_type = d.text(io::tag::MRAcquisitionType);
  facts.acquisition_contrast = d.text(kAcquisitionContrast);
  facts.scanning_sequence = upper_set(d.texts(io::tag::ScanningSequence));
  const std::string echo = d.text(kEchoPulseSequence);  // Enhanced: SPIN, GRADIENT, BOTH
  if (echo == "SPIN") facts.scanning_sequence.insert("SE");
  if (echo == "GRADIENT") facts.scanning_sequence.insert("GR");
  facts.echo_planar = facts.scanning_sequence.count("EP") != 0 || d.text(kEchoPlanar) == "YES";
  facts.sequence_variant = upper_set(d.texts(io::tag::SequenceVariant));
  facts.scan_options = upper_set(d.texts(io::tag::ScanOptions));
  for (const auto& [tag, keyword] : {std::pair{kContrastAgent, "ContrastBolusAgent"},
                                     {kContrastVolume, "ContrastBolusVolume"},
                                     {kContrastRoute, "ContrastBolusRoute"}}) {
    const std::string value = d.text(tag);
    if (value.empty() || facts.has_contrast_agent) continue;
    facts.has_contrast_agent = true;
    facts.contrast_agent_tag = std::string(keyword) + " " + io::to_text(tag) + " \"" + value + "\"";
  }
}

// Gives places within kSamePositionMm of each other one number.
class PlaceNumbers {
 public:
  int number_of(Vec3 p) {
    const auto x = bin(p.x), y = bin(p.y), z = bin(p.z);
    for (long long dx = -1; dx <= 1; ++dx)
      for (long long dy = -1; dy <= 1; ++dy)
        for (long long dz = -1; dz <= 1; ++dz) {
          const auto found = known_.find({x + dx, y + dy, z + dz});
          if (found != known_.end() && norm(found->second.first - p) <= kSamePositionMm)
            return found->second.second;
        }
    const int number = static_cast<int>(known_.size());
    known_[{x, y, z}] = {p, number};
    return number;
  }
  int count() const { return static_cast<int>(known_.size()); }

 private:
  static long long bin(double mm) { return std::llround(std::clamp(mm, -1e9, 1e9) / kSamePositionMm); }
  std::map<std::array<long long, 3>, std::pair<Vec3, int>> known_;
};

void count_geometry(SeriesFacts& facts) {
  std::vector<Vec3> directions;
  PlaceNumbers places;
  for (FrameFacts& frame : facts.frames) {
    if (!frame.has_geometry) continue;
    const Vec3 n = frame.normal();
    if (std::none_of(directions.begin(), directions.end(),
                     [&](Vec3 d) { return std::abs(dot(d, n)) > kSameDirectionCosine; }))
      directions.push_back(n);
    frame.position_id = places.number_of(frame.position_mm);
  }
  facts.orientation_count = static_cast<int>(directions.size());
  facts.position_count = places.count();
}

void read_b_values(const DicomIndex& index, const Series& series, const DicomDataset& first,
                   SeriesFacts& facts) {
  std::set<double> distinct;
  const auto values = exam::b_values_of(index, series.images);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) continue;
    facts.frames[i].b_value_s_per_mm2 = values[i]->s_per_mm2;
    distinct.insert(values[i]->s_per_mm2);
    if (facts.b_value_source.empty()) facts.b_value_source = values[i]->source;
  }
  // A map names the b-values that it was made from.
  if (distinct.empty()) {
    const std::string name = first.text(io::tag::SequenceName);
    for (const double b : b_values_in_sequence_name(name)) distinct.insert(b);
    if (!distinct.empty()) facts.b_value_source = "SequenceName (0018,0024) \"" + name + "\"";
  }
  facts.b_values.assign(distinct.begin(), distinct.end());
}

}  // namespace

double SeriesFacts::slice_step_mm() const {
  std::vector<double> along;
  for (const FrameFacts& frame : frames)
    if (frame.has_geometry) along.push_back(dot(frame.position_mm, frames.front().normal()));
  std::sort(along.begin(), along.end());
  double step = 0;
  for (std::size_t i = 1; i < along.size(); ++i) {
    const double d = along[i] - along[i - 1];
    if (d > kSamePositionMm && (step == 0 || d < step)) step = d;
  }
  return step;
}

SeriesFacts gather_facts(const DicomIndex& index, const Series& series) {
  SeriesFacts facts;
  if (series.images.empty()) return facts;
  const DicomDataset& first =
      index.entries[static_cast<std::size_t>(series.images.front().entry)].header.dataset;
  facts.modality = first.text(io::tag::Modality);
  facts.sop_class_uid = first.text(io::tag::SOPClassUID);
  facts.vendor = vendor_of(first.text(io::tag::Manufacturer));
  facts.frame_of_reference_uid = first.text(io::tag::FrameOfReferenceUID);
  read_texts(first, facts);
  read_physics(first, facts);
  facts.image_type_text = join(first.texts(io::tag::ImageType), "\\");
  int last_entry = -1;
  for (const FrameRef ref : series.images) {
    const DicomDataset& dataset = index.entries[static_cast<std::size_t>(ref.entry)].header.dataset;
    facts.frames.push_back(frame_facts(dataset, ref));
    facts.frames.back().file_name = index.entries[static_cast<std::size_t>(ref.entry)].file.name;
    if (ref.entry != last_entry) facts.image_type.merge(upper_set(dataset.texts(io::tag::ImageType)));
    last_entry = ref.entry;
  }
  read_b_values(index, series, first, facts);
  count_geometry(facts);
  return facts;
}

}  // namespace lobule::exam
