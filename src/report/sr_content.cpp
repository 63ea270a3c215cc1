#include "report/sr_content.h"

#include <bit>
#include <cmath>
#include <cstdint>

namespace lobule::report {
namespace {
using io::DicomDataset;

constexpr io::Tag kContentSequence{0x0040, 0xA730};

const char* to_text(Relation relation) {
  switch (relation) {
    case Relation::contains: return "CONTAINS";
    case Relation::has_obs_context: return "HAS OBS CONTEXT";
    case Relation::has_acq_context: return "HAS ACQ CONTEXT";
    case Relation::has_concept_mod: return "HAS CONCEPT MOD";
  }
  return "";
}

DicomDataset item(Relation relation, const char* value_type, const Code& name, Content children = {}) {
  DicomDataset out;
  out.put_text({0x0040, 0xA010}, "CS", to_text(relation));
  out.put_text({0x0040, 0xA040}, "CS", value_type);
  if (!name.value.empty()) put_code(out, {0x0040, 0xA043}, name);
  if (!children.empty()) out.put_items(kContentSequence, std::move(children));
  return out;
}

}  // namespace

DicomDataset container(Relation relation, const Code& name, Content children) {
  DicomDataset out = item(relation, "CONTAINER", name, std::move(children));
  out.put_text({0x0040, 0xA050}, "CS", "SEPARATE");
  return out;
}

DicomDataset code_content(Relation relation, const Code& name, const Code& value, Content children) {
  DicomDataset out = item(relation, "CODE", name, std::move(children));
  put_code(out, {0x0040, 0xA168}, value);
  return out;
}

DicomDataset text_content(Relation relation, const Code& name, const std::string& value) {
  DicomDataset out = item(relation, "TEXT", name);
  out.put_text({0x0040, 0xA160}, "UT", value);
  return out;
}

DicomDataset uid_content(Relation relation, const Code& name, const std::string& value) {
  DicomDataset out = item(relation, "UIDREF", name);
  out.put_text({0x0040, 0xA124}, "UI", value);
  return out;
}

DicomDataset number_content(const Code& name, double value, const std::string& unit, Content children) {
  DicomDataset out = item(Relation::contains, "NUM", name, std::move(children));
  if (!std::isfinite(value)) {
    out.put_items({0x0040, 0xA300}, {});
    put_code(out, {0x0040, 0xA301}, {"114000", "DCM", "Not a number"});  // CID 42
    return out;
  }
  DicomDataset measured;
  measured.put_number({0x0040, 0xA30A}, "DS", value);
  measured.put_number({0x0040, 0xA161}, "FD", value);
  put_code(measured, {0x0040, 0x08EA}, ucum(unit));
  out.put_items({0x0040, 0xA300}, {measured});
  return out;
}

DicomDataset image_content(const Code& name, const exam::SliceSource& image, int segment) {
  DicomDataset out = item(Relation::contains, "IMAGE", name);
  DicomDataset target = reference(image);
  if (segment > 0) target.put_number({0x0062, 0x000B}, "US", segment);
  out.put_items({0x0008, 0x1199}, {target});
  return out;
}

DicomDataset point_content(const Code& name, Vec3 point_mm, const std::string& frame_of_reference_uid) {
  DicomDataset out = item(Relation::contains, "SCOORD3D", name);
  out.put_numbers({0x0070, 0x0022}, "FL", {point_mm.x, point_mm.y, point_mm.z});
  out.put_text({0x0070, 0x0023}, "CS", "POINT");
  out.put_text({0x3006, 0x0024}, "UI", frame_of_reference_uid);
  return out;
}

void put_root(DicomDataset& out, const Code& title, const std::string& template_id, Content children) {
  DicomDataset used;
  used.put_text({0x0008, 0x0105}, "CS", "DCMR");
  used.put_text({0x0040, 0xDB00}, "CS", template_id);
  out.put_text({0x0040, 0xA040}, "CS", "CONTAINER");
  put_code(out, {0x0040, 0xA043}, title);
  out.put_text({0x0040, 0xA050}, "CS", "SEPARATE");
  out.put_items({0x0040, 0xA504}, {used});
  out.put_items(kContentSequence, std::move(children));
}

}  // namespace lobule::report
