#include "pipeline/density_image.h"

#include <algorithm>

#include "core/text.h"
#include "measure/mammogram_domain.h"
#include "pipeline/mammogram_volume.h"
#include "pipeline/models.h"
#include "report/density_page.h"

namespace lobule::pipeline {
namespace {

// Two outlines of one breast that share no assumption agree at least so well; ours. Below the first a person
// should look, below the second no number is given.
constexpr double kAgreeing = 0.85, kContradicting = 0.5;
constexpr std::size_t kHashShown = 12;
// Copies that should not matter move percent density by less than this many points; ours.
constexpr double kSteady = 20;

std::string named(const std::string& name, const std::string& sha256) {
  return "network " + name + ", SHA-256 " + sha256.substr(0, kHashShown);
}

void refuse(report::DensityImage& image, const std::string& reason) {
  image.status = report::DensityStatus::refused;
  image.reason = reason;
  image.density.reset();
}

std::string reason_of(const Finding& finding) {
  Finding said = finding;
  said.where.clear();
  return sentence(said);
}

void measure_volume(const exam::MammogramPicture& picture, const Mask& labels, report::DensityImage& image) {
  const MeasuredVolume measured = measured_volume(picture, labels);
  image.volume = measured.density;
  image.no_volume = measured.reason;
}

// Of the plain outline, which is rough and coarse, and all tissue that the network found.
double agreement(const Mask& labels, const Mask& rough) {
  double both = 0, sum = 0;
  for (int y = 0; y < rough.grid.size[1]; ++y)
    for (int x = 0; x < rough.grid.size[0]; ++x) {
      const int i = (2 * x + 1) * labels.grid.size[0] / (2 * rough.grid.size[0]),
                j = (2 * y + 1) * labels.grid.size[1] / (2 * rough.grid.size[1]);
      const bool a = labels.at(i, j, 0) != measure::kBackground, b = rough.at(x, y, 0) != 0;
      both += a && b ? 1 : 0;
      sum += (a ? 1 : 0) + (b ? 1 : 0);
    }
  return sum > 0 ? 2 * both / sum : 0;
}

void describe(const exam::MammogramPicture& picture, report::DensityImage& image) {
  image.patient_id = picture.study.patient_id;
  image.side = picture.side, image.side_source = picture.side_source;
  image.view = picture.view, image.view_source = picture.view_source;
  image.spacing_mm = picture.spacing_mm, image.spacing_source = picture.spacing_source;
  image.steps = picture.steps;
  image.for_processing = picture.for_processing;
  image.findings = picture.findings;
}

void doubt(report::DensityImage& image, std::string what, std::string why) {
  image.findings.push_back(
      {Severity::warning, image.file, std::move(what), std::move(why), "Look at the contours"});
}

// Looks for regions in what is labelled as breast.
void point_out(const exam::MammogramPicture& picture, const Mask& labels, const RegionNetwork& network,
               bool pictured, bool at_right, Context& context, report::DensityImage& image) {
  const FoundRegions found = network.find(picture.image, labels, context);
  for (const FoundRegion& region : found.regions)
    image.regions.push_back(
        {region.score, region.x, region.y, region.width, region.height, region.type, region.malignancy});
  if (pictured)
    image.pointed = report::pointed_picture(
        picture.image, found.heat, {found.x, found.y, found.width, found.height}, image.regions, at_right);
  for (report::PointedRegion& region : image.regions) {
    const exam::PictureBox box =
        exam::put_back(picture, exam::PictureBox{region.x, region.y, region.width, region.height});
    region.x = box.x, region.y = box.y, region.width = box.width, region.height = box.height;
  }
}

void judge(const exam::MammogramPicture& picture, const DensityNetwork& network, const RegionNetwork* regions,
           const measure::DensityCuts& cuts, bool pictured, Context& context, MeasuredImage& result) {
  report::DensityImage& image = result.image;
  const measure::MammogramDomain domain = measure::mammogram_domain(picture.breast);
  image.domain_score = domain.score;
  if (!domain.inside())
    return refuse(image, "it does not look like a mammogram of one whole breast (score " +
                             format_fixed(domain.score, 2) + ", at least " +
                             format_fixed(measure::MammogramDomain::kLeastScore, 2) +
                             " is needed): " + domain.reason());
  const DensityLabels answer = network.label(picture.image, context);
  image.density = measure::breast_density(answer.labels, picture.spacing_mm, cuts);
  if (!image.density) return refuse(image, "the network found no breast");
  image.lowest_percent = std::min(answer.lowest_percent, image.density->percent_density);
  image.highest_percent = std::max(answer.highest_percent, image.density->percent_density);
  measure_volume(picture, answer.labels, image);
  Mask labels = exam::put_back(picture, answer.labels);
  const double dice = agreement(labels, picture.breast.breast);
  if (dice < kContradicting)
    return refuse(image, "the network and the plain outline contradict each other (Dice " +
                             format_fixed(dice, 2) + ", at least " + format_fixed(kContradicting, 2) +
                             " is needed)");
  if (dice < kAgreeing)
    doubt(image, "the network's outline and the plain one differ: Dice " + format_fixed(dice, 2),
          "one of them is wrong");
  if (image.highest_percent - image.lowest_percent > kSteady)
    doubt(image,
          "percent density is " + format_fixed(image.lowest_percent, 1) + " to " +
              format_fixed(image.highest_percent, 1) + " % on copies that should not matter",
          "the network is unsure");
  result.labels = std::move(labels);
  const measure::MaskingMap masking = measure::masking_map(answer.labels, picture.spacing_mm);
  result.view = {masking.dense_share, exam::frame_of(picture)};
  const bool at_right = image.side.empty() ? picture.mirrored : image.side == "R";
  if (regions) point_out(picture, answer.labels, *regions, pictured, at_right, context, image);
  if (!pictured) return;
  image.outlined = report::outlined_picture(picture.image, answer.labels, at_right);
  image.masking = report::masking_picture(picture.image, masking, at_right);
}

// The first warning's words decide what the table says.
void conclude(report::DensityImage& image) {
  if (image.status == report::DensityStatus::refused) return;
  std::vector<std::string> reasons;
  for (const Finding& finding : image.findings)
    if (finding.severity != Severity::note) reasons.push_back(reason_of(finding));
  if (reasons.empty()) return;
  image.status = report::DensityStatus::warned;
  image.reason = join(reasons, " ");
}

}  // namespace

DensityNetwork density_network(const std::string& model) {
  if (model == "density" && !shipped_model(model))
    throw Error("model density", "it is not among the shipped models",
                "density is measured by a network, and there is no other way",
                "Name a model folder with --model, or make one with lobule-train density");
  return DensityNetwork::open(model);
}

std::string method_of(const DensityNetwork& network) {
  return named(network.name(), network.sha256());
}

std::string method_of(const RegionNetwork& network) {
  return named(network.name(), network.sha256());
}

std::optional<report::DensitySource> source_of(const exam::MammogramPicture& picture) {
  if (picture.instance.sop_instance_uid.empty()) return {};
  return report::DensitySource{
      picture.study, picture.instance, picture.series_uid, picture.frame_of_reference_uid, {}, {}};
}

MeasuredImage measure_image(const io::InputFile& file, const DensityNetwork& network,
                            const RegionNetwork* regions, const measure::DensityCuts& cuts, bool pictured,
                            Context& context) {
  MeasuredImage result;
  report::DensityImage& image = result.image;
  image.file = file.name;
  try {
    const exam::MammogramPicture picture = exam::read_mammogram_picture(file);
    describe(picture, image);
    image.source = source_of(picture);
    result.study_date = picture.study_date;
    result.age_years = picture.age_years;
    if (picture.refusal)
      refuse(image, reason_of(*picture.refusal));
    else
      judge(picture, network, regions, cuts, pictured, context, result);
  } catch (const Error& error) {
    refuse(image, reason_of(error.finding()));
  }
  conclude(image);
  return result;
}

}  // namespace lobule::pipeline
