#include "report/density_dicom.h"

#include <cmath>

#include "core/context.h"
#include "core/text.h"
#include "io/dicom_tags.h"
#include "io/dicom_write.h"
#include "report/page.h"

namespace lobule::report {
namespace {
namespace fs = std::filesystem;
namespace tag = io::tag;
using exam::Side;
using io::DicomDataset;

std::optional<Side> side_of(const std::string& letter) {
  if (letter.empty()) return {};
  return letter == "R" ? Side::right : Side::left;
}

// CID 4014; nothing for other views.
std::optional<Code> view_code(const std::string& view) {
  static const std::map<std::string, Code> known{
      {"CC", sct("399162004", "cranio-caudal")},
      {"MLO", sct("399368009", "medio-lateral oblique")},
      {"ML", sct("399260004", "medio-lateral")},
      {"LM", sct("399352003", "latero-medial")},
      {"LMO", sct("399099002", "latero-medial oblique")},
      {"FB", sct("399196006", "caudo-cranial (from below)")},
      {"SIO", sct("399188001", "superolateral to inferomedial oblique")},
      {"ISO", sct("441555000", "inferomedial to superolateral oblique")},
      {"XCCL", sct("399192008", "cranio-caudal exaggerated laterally")},
      {"XCCM", sct("399101009", "cranio-caudal exaggerated medially")}};
  const auto found = known.find(view);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

// CID 6001.
Code composition_code(char category) {
  switch (category) {
    case 'a': return sct("129716005", "Almost entirely fat");
    case 'b': return sct("129717001", "Scattered fibroglandular densities");
    case 'c': return sct("129718006", "Heterogeneously dense");
    default: return sct("129719003", "Extremely dense");
  }
}

// "R CC"; the file's stem where neither is known or two images of an exam share them.
std::string name_in(const DensityExam& exam, const DensityImage& image) {
  const std::string view = trim(image.side + " " + image.view);
  const auto same = std::count_if(exam.images.begin(), exam.images.end(), [&](const DensityImage& other) {
    return trim(other.side + " " + other.view) == view;
  });
  return view.empty() ? image.stem : same > 1 ? view + " " + image.stem : view;
}

void put_side_and_view(const DensityImage& image, Relation relation, Content& rows) {
  if (const auto side = side_of(image.side))
    rows.push_back(code_content(relation, dcm("111027", "Image Laterality"), laterality(*side)));
  if (const auto view = view_code(image.view))
    rows.push_back(code_content(relation, dcm("111031", "Image View"), *view));
}

bool has_objects(const DensityImage& image) {
  return image.density && image.source && !image.source->study.study_uid.empty();
}

// TID 1600: a group an image, since side and view differ.
DicomDataset image_library(const DensityExam& exam) {
  const Relation acquired = Relation::has_acq_context;
  Content groups;
  for (const DensityImage& image : exam.images) {
    if (!has_objects(image)) continue;
    Content group{code_content(acquired, dcm("121139", "Modality"), dcm("MG", "Mammography")),
                  code_content(acquired, dcm("123014", "Target Region"), code::kBreast)};
    put_side_and_view(image, acquired, group);
    group.push_back(image_content({}, image.source->instance));
    groups.push_back(container(Relation::contains, dcm("126200", "Image Library Group"), std::move(group)));
  }
  return container(Relation::contains, dcm("111028", "Image Library"), std::move(groups));
}

// What measured: the same for a whole report.
struct Method {
  const std::string& name;  // the network with its hash
  const measure::DensityCuts& cuts;
};

// TID 4019.
void put_algorithm(const Method& method, Content& rows) {
  const Relation modifies = Relation::has_concept_mod;
  rows.push_back(text_content(modifies, dcm("111001", "Algorithm Name"), "lobule density, " + method.name));
  rows.push_back(text_content(modifies, dcm("111003", "Algorithm Version"), std::string(version())));
}

struct Percents {
  double density = 0, lowest = 0, highest = 0, masking = 0;
};

// Percent density (111046: by area), its range, masking, and the estimated category.
void put_numbers(const Percents& p, const measure::BreastDensity* of_image, const measure::DensityCuts& cuts,
                 Content& rows) {
  const auto add = [&](const Code& code, double value, const std::string& unit) {
    rows.push_back(measured({code, {}}, value, unit));
  };
  add(dcm("111046", "Percent Fibroglandular Tissue"), p.density, "%");
  add(own_code("PD_LOW", "Percent density, smallest over copies of the image"), p.lowest, "%");
  add(own_code("PD_HIGH", "Percent density, largest over copies of the image"), p.highest, "%");
  add(own_code("MASKING", "Share of breast that could hide a lesion of 15 mm"), p.masking, "%");
  if (of_image != nullptr) add(sct("42798000", "Area"), of_image->breast_cm2.value_or(std::nan("")), "cm2");
  add(own_code("BIRADS4", "BI-RADS 4th edition density quartile, estimated"), measure::birads4_of(p.density),
      "1");
  const char category = measure::birads5_of(p.density, cuts);
  const Code yes_or_no = cuts.calibrated ? sct("373066001", "Yes") : sct("373067005", "No");  // CID 230
  rows.push_back(
      code_content(Relation::contains, sct("129715009", "Breast composition"), composition_code(category),
                   {code_content(Relation::has_concept_mod,
                                 own_code("CALIBRATED", "Calibrated with readers of the site"), yes_or_no)}));
  rows.push_back(text_content(Relation::contains, dcm("121106", "Comment"),
                              "BI-RADS 5th edition, " + std::string(1, category) +
                                  ": estimated from percent density, " +
                                  (cuts.calibrated ? cuts.source : "not calibrated") + ", not a reader's"));
}

DicomDataset breast_group(const DensityImage& image, const std::string& name, const Method& method) {
  Content rows = group_head(name + " breast", derived_uid(image.source->seed, "tracking " + name + " breast"),
                            code::kBreast, {}, side_of(image.side));
  put_algorithm(method, rows);
  put_side_and_view(image, Relation::has_concept_mod, rows);
  rows.push_back(image_content(dcm("121112", "Source of Measurement"), image.source->instance));
  put_numbers(
      {image.density->percent_density, image.lowest_percent, image.highest_percent, image.density->masking},
      &*image.density, method.cuts, rows);
  // By volume, CID 6142; 111046 above is by area.
  if (image.volume)
    rows.push_back(
        measured({dcm("112191", "Breast tissue density"), {}}, image.volume->percent_density, "%"));
  return measurement_group(std::move(rows));
}

// The areas of adipose and dense tissue, with their segments.
Content tissue_groups(const DensityImage& image, const Method& method) {
  Content groups;
  if (!image.source->segmentation) return groups;
  const SegmentationReference& object = *image.source->segmentation;
  const measure::BreastDensity& d = *image.density;
  const double nowhere = std::nan("");
  for (const Segment& segment : object.segmentation.segments) {
    if (segment.label == measure::kPectoral) continue;
    const double dense = d.dense_cm2.value_or(nowhere), breast = d.breast_cm2.value_or(nowhere);
    Content rows = group_head(segment.tracking_id, segment.tracking_uid, segment.type,
                              segment_content(object, segment.tracking_id, image.source->series_uid),
                              side_of(image.side));
    put_algorithm(method, rows);
    rows.push_back(measured({sct("42798000", "Area"), {}},
                            segment.label == measure::kDense ? dense : breast - dense, "cm2"));
    groups.push_back(measurement_group(std::move(rows)));
  }
  return groups;
}

// The means over the views.
DicomDataset exam_group(const DensityExam& exam, const Method& method, const std::string& seed) {
  bool right = false, left = false, unknown = false;
  for (const DensityImage& image : exam.images)
    if (image.density) (image.side == "R" ? right : image.side == "L" ? left : unknown) = true;
  std::optional<Side> side;
  if (!unknown) side = right && left ? Side::both : right ? Side::right : Side::left;
  Content rows = group_head("exam", derived_uid(seed, "tracking exam"), code::kBreast, {}, side);
  put_algorithm(method, rows);
  put_numbers({*exam.percent_density, *exam.lowest_percent, *exam.highest_percent, *exam.masking}, nullptr,
              method.cuts, rows);
  return measurement_group(std::move(rows));
}

}  // namespace

SegmentationReference write_mammogram_labels(const fs::path& file, const Mask& labels,
                                             const DensityImage& image, const std::string& method) {
  const DensitySource& source = *image.source;
  const std::string view = trim(image.side + " " + image.view);
  const Sources sources{source.series_uid, source.frame_of_reference_uid, {source.instance}};
  SegmentationReference made;
  made.segmentation =
      mammogram_segmentation(source.seed, view.empty() ? image.stem : view,
                             side_of(image.side).value_or(Side::both), image.spacing_mm, method);
  const DicomDataset object =
      segmentation_object(labels, made.segmentation, source.study, sources, source.seed);
  made.sop_class_uid = object.text(tag::SOPClassUID);
  made.instance_uid = object.text(tag::SOPInstanceUID);
  made.series_uid = object.text(tag::SeriesInstanceUID);
  io::write_dicom(file, object);
  return made;
}

Findings write_density_segmentation(DensityImage& image, const Mask& labels, const std::string& method,
                                    const fs::path& folder) {
  if (!image.density || !image.source) return {};
  if (image.source->study.study_uid.empty())
    return {{Severity::warning, image.file, "no DICOM results were written",
             "the image names no study (0020,000D)", ""}};
  try {
    image.source->segmentation =
        write_mammogram_labels(folder / (image.stem + "_seg.dcm"), labels, image, method);
  } catch (const Error& error) {
    return {error.finding()};
  }
  return {};
}

Findings write_density_report(const DensityExam& exam, const std::string& method,
                              const measure::DensityCuts& cuts, const fs::path& folder) {
  Content groups;
  Evidence evidence;
  std::string seed;
  exam::StudyContext study;
  for (const DensityImage& image : exam.images) {
    if (!has_objects(image)) continue;
    const DensitySource& source = *image.source;
    groups.push_back(breast_group(image, name_in(exam, image), {method, cuts}));
    for (DicomDataset& group : tissue_groups(image, {method, cuts})) groups.push_back(std::move(group));
    evidence.add(source.series_uid, source.instance);
    if (const auto& object = source.segmentation)
      evidence.add(object->series_uid, {object->sop_class_uid, object->instance_uid, 0});
    const std::string newest = std::max(study.newest_source_date, source.study.newest_source_date);
    if (seed.empty()) study = source.study;
    study.newest_source_date = newest;
    seed += source.seed + "\n";
  }
  if (groups.empty()) return {};
  groups.push_back(exam_group(exam, {method, cuts}, seed));
  Content content = report_head(seed, sct("71651007", "Mammography"));
  content.push_back(image_library(exam));
  content.push_back(container(Relation::contains, dcm("126010", "Imaging Measurements"), std::move(groups)));
  content.push_back(text_content(Relation::contains, dcm("121106", "Comment"), std::string(kDisclaimer)));
  try {
    io::write_dicom(folder / ("exam_" + std::to_string(exam.number) + "_sr.dcm"),
                    report_object(std::move(content), evidence, study,
                                  {"density report", "lobule: breast density", 9022}, seed));
  } catch (const Error& error) {
    return {error.finding()};
  }
  return {};
}

}  // namespace lobule::report
