#include "report/dicom_results.h"

#include <algorithm>

#include "io/dicom_tags.h"
#include "io/dicom_write.h"
#include "report/dicom_parametric_map.h"
#include "report/dicom_seg.h"
#include "report/dicom_sr.h"

namespace lobule::report {
namespace {
namespace tag = io::tag;

// The images behind a grid of `slice_count` slices; none where an identifier is missing.
Sources sources_of(const std::string& series_uid, const std::string& frame_of_reference_uid,
                   const std::vector<exam::SliceSource>& slices, int slice_count) {
  Sources sources{series_uid, frame_of_reference_uid, slices};
  const bool complete = !series_uid.empty() && slices.size() == static_cast<std::size_t>(slice_count) &&
                        std::none_of(slices.begin(), slices.end(), [](const exam::SliceSource& slice) {
                          return slice.sop_class_uid.empty() || slice.sop_instance_uid.empty();
                        });
  if (!complete) sources.slices.clear();
  return sources;
}

// Of the grid of the masks: the pre-contrast phase, else the first map that knows its images.
Sources main_sources(const exam::Analysis& analysis) {
  if (!analysis.dynamic.phases.empty()) {
    const exam::Volume& pre = analysis.dynamic.phases.front();
    return sources_of(pre.series_uid, pre.frame_of_reference_uid, pre.slices, pre.image.grid.size[2]);
  }
  for (const exam::Map& map : analysis.maps)
    if (!map.slices.empty())
      return sources_of(map.series_uid, map.frame_of_reference_uid, map.slices, map.image.grid.size[2]);
  return {};
}

class Writer {
 public:
  Writer(const exam::Analysis& analysis, std::string seed, std::filesystem::path folder)
      : analysis_(analysis), seed_(std::move(seed)), folder_(std::move(folder)) {}

  Findings run() {
    if (analysis_.study.study_uid.empty())
      return {{Severity::warning, "DICOM results", "they were not written",
               "the source images name no study (0020,000D)", ""}};
    const Sources sources = main_sources(analysis_);
    const bool by_person = analysis_.masks_source.find("person") != std::string::npos;
    write_mask(analysis_.breast, breast_segmentation(seed_, by_person), sources);
    write_mask(analysis_.fgt, fgt_segmentation(seed_, by_person), sources);
    if (!analysis_.dynamic.phases.empty())
      write_mask(candidate_mask(analysis_.dynamic.phases.front().image.grid, analysis_.candidates),
                 candidate_segmentation(seed_, analysis_.candidates), sources);
    write("measurements_sr.dcm",
          [&] { return measurement_report_object(analysis_, references_, sources, seed_); });
    int number = 9011;
    for (const char* name : {"pe_1", "ser", "adc"}) write_map(name, number++);
    return std::move(findings_);
  }

 private:
  // Writes one object; a failure is a finding. Returns whether it was written.
  template <class Make>
  bool write(const std::string& file, const Make& make) {
    try {
      io::write_dicom(folder_ / "dicom" / file, make());
      return true;
    } catch (const Error& error) {
      findings_.push_back(error.finding());
      return false;
    }
  }

  void write_mask(const Mask& mask, const Segmentation& segmentation, const Sources& sources) {
    const bool any = std::any_of(mask.voxels.begin(), mask.voxels.end(), [](auto v) { return v != 0; });
    if (!any || segmentation.segments.empty()) return;
    SegmentationReference made{segmentation, {}, {}, {}};
    const bool written = write(segmentation.what + "_seg.dcm", [&] {
      io::DicomDataset object = segmentation_object(mask, segmentation, analysis_.study, sources, seed_);
      made.sop_class_uid = object.text(tag::SOPClassUID);
      made.instance_uid = object.text(tag::SOPInstanceUID);
      made.series_uid = object.text(tag::SeriesInstanceUID);
      return object;
    });
    if (written) references_.push_back(std::move(made));
  }

  void write_map(const std::string& name, int series_number) {
    const exam::Map* map = analysis_.map(name);
    if (map == nullptr || map->image.empty()) return;
    const Sources sources =
        sources_of(map->series_uid, map->frame_of_reference_uid, map->slices, map->image.grid.size[2]);
    write("map_" + name + ".dcm",
          [&] { return parametric_map_object(*map, sources, analysis_.study, seed_, series_number); });
  }

  const exam::Analysis& analysis_;
  std::string seed_;
  std::filesystem::path folder_;
  Findings findings_;
  std::vector<SegmentationReference> references_;
};

}  // namespace

Findings write_dicom_results(const exam::Analysis& analysis, const std::string& identity_seed,
                             const std::filesystem::path& folder) {
  return Writer(analysis, identity_seed, folder).run();
}

}  // namespace lobule::report
