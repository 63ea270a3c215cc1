// lobule_gallery OUT: the pictures of docs/phantoms.md, all of digital patients. About two minutes; the same
// bytes each time.

#include <cstdio>
#include <filesystem>

#include "core/error.h"
#include "phantom/mammogram_look.h"
#include "phantom/second/exam.h"
#include "phantom/second/mammogram.h"
#include "pictures.h"

namespace {

using namespace lobule;
using namespace lobule::bench;
namespace fs = std::filesystem;

constexpr int kSide = 230;  // of a picture, in pixels
constexpr phantom::LesionKind kKinds[] = {
    phantom::LesionKind::mass,        phantom::LesionKind::rim_mass, phantom::LesionKind::spiculated_mass,
    phantom::LesionKind::non_mass,    phantom::LesionKind::focus,    phantom::LesionKind::cyst,
    phantom::LesionKind::fibroadenoma};

class Gallery {
 public:
  explicit Gallery(fs::path folder) : folder_(std::move(folder)) { fs::create_directories(folder_); }

  void add(const std::string& name, const io::Picture& picture) {
    write_png(folder_ / (name + ".png"), fitted(picture, kSide));
    std::printf("%s.png\n", name.c_str());
    std::fflush(stdout);
  }

 private:
  fs::path folder_;
};

std::string file_word(std::string text) {
  for (char& c : text) c = c == ' ' || c == '-' ? '_' : static_cast<char>(std::tolower(c));
  return text;
}

phantom::ExamOptions exam_options() {
  phantom::ExamOptions options = phantom::with_spacing({}, 1.4);
  options.anatomy.seed = 21;
  options.anatomy.density_percent = 16;
  options.anatomy.lesions.clear();
  options.truth_spacing_mm = 2;
  options.choice.t1_fatsat = options.choice.t2_fatsat = options.choice.post_highres = true;
  options.choice.dixon = true;
  return options;
}

Image<float> difference(const Image<float>& post, const Image<float>& pre) {
  Image<float> out = post;
  for (std::size_t i = 0; i < out.voxels.size(); ++i)
    out.voxels[i] = std::max(0.0f, post.voxels[i] - pre.voxels[i]);
  return out;
}

// Every image of the exam's list once, in the slice through z = 0.
void add_sequences(Gallery& gallery, const phantom::Exam& exam) {
  for (const phantom::SeriesImage& image : exam.series()) {
    if (image.role == "localizer" || image.phase_index > 1) continue;
    std::string name = "mri_" + image.name;
    if (image.phase_index >= 0) name += image.phase_index == 0 ? "_pre" : "_early";
    if (image.b_s_per_mm2 >= 0) name += "_b" + std::to_string(static_cast<int>(image.b_s_per_mm2));
    gallery.add(name, slice_picture(*image.image, slice_at(image.image->grid, 0)));
  }
  const Image<float> subtraction = difference(exam.phases[1].image, exam.phases[0].image);
  gallery.add("mri_subtraction", slice_picture(subtraction, slice_at(subtraction.grid, 0), 0.998));
}

// A square of 60 mm around a point.
io::Picture around(const Image<float>& image, Vec3 point, double white) {
  const Vec3 at = index_from_point(image.grid, point);
  const double w = image.grid.size[0], h = image.grid.size[1], half = 30 / image.grid.spacing_mm.x;
  const io::Picture whole = slice_picture(image, slice_at(image.grid, point.z), 0, white);
  const double left = std::clamp(at.x - half, 0.0, w - 2 * half),
               top = std::clamp(at.y - half, 0.0, h - 2 * half);
  return cropped(whole, left / w, top / h, (left + 2 * half) / w, (top + 2 * half) / h);
}

void add_lesions(Gallery& gallery) {
  for (const phantom::LesionKind kind : kKinds) {
    phantom::ExamOptions options = exam_options();
    options = phantom::with_spacing(options, 1.1);
    options.dynamic_slices = 40;
    options.choice = {};
    options.choice.localizer = options.choice.diffusion = options.choice.t1 = options.choice.stir = false;
    options.post_phases = 1;
    phantom::LesionPlan plan;
    plan.kind = kind;
    plan.diameter_mm = kind == phantom::LesionKind::focus      ? 4.5
                       : kind == phantom::LesionKind::non_mass ? 32
                                                               : 17;
    plan.place = {0.15, 0.45, 0.05};
    options.anatomy.lesions = {plan};
    const phantom::Exam exam = phantom::make_exam(options);
    const Vec3 center = exam.truth.lesions[0].center_mm;
    gallery.add("lesion_" + file_word(phantom::to_text(kind)) + "_early",
                around(exam.phases[1].image, center, 900));
    gallery.add("lesion_" + file_word(phantom::to_text(kind)) + "_t2", around(exam.t2, center, 900));
  }
}

io::Picture mammogram_picture(const Image<float>& image) {
  return slice_picture(image, 0, 0, 4095);
}

void add_mammograms(Gallery& gallery) {
  phantom::AnatomyOptions anatomy = exam_options().anatomy;
  phantom::MammogramOptions options;
  options.pixel_mm = 0.2;
  options.anatomy_mm = 0.4;
  options.sides = {phantom::BreastSide::left};
  phantom::LesionPlan plan;
  plan.kind = phantom::LesionKind::spiculated_mass;
  plan.diameter_mm = 16;
  anatomy.lesions = {plan};
  phantom::LesionPlan grains;
  grains.kind = phantom::LesionKind::calcifications;
  grains.place = {-0.2, 0.4, -0.2};
  anatomy.lesions.push_back(grains);
  const phantom::MammogramExam exam = phantom::make_mammograms(phantom::Anatomy(anatomy), options);
  for (const phantom::Mammogram& image : exam.images) {
    const std::string view = image.view == phantom::MammogramView::cc ? "cc" : "mlo";
    gallery.add("mg_" + view, mammogram_picture(image.presentation));
    Image<float> labels = image.presentation;
    for (std::size_t i = 0; i < labels.voxels.size(); ++i) labels.voxels[i] = image.labels.voxels[i];
    gallery.add("mg_" + view + "_labels", slice_picture(labels, 0, 0, 3));
    gallery.add("mg_" + view + "_raw", slice_picture(image.raw, 0, 1.0));
  }
  const phantom::Mammogram& mlo = exam.images.back();
  for (int look = 0; look < 6; ++look) {
    const auto kind = static_cast<phantom::MammogramLook>(look);
    gallery.add(file_word(std::string("look_") + phantom::to_text(kind)),
                mammogram_picture(phantom::present(mlo.raw, kind, mlo.side, mlo.view, 1)));
  }
  anatomy.lesions.clear();
  options.views = {phantom::MammogramView::cc};
  for (const int percent : {6, 15, 30, 50}) {
    anatomy.density_percent = percent;
    const phantom::MammogramExam one = phantom::make_mammograms(phantom::Anatomy(anatomy), options);
    gallery.add("density_" + std::to_string(percent), mammogram_picture(one.images[0].presentation));
  }
}

void add_second_family(Gallery& gallery) {
  phantom::ExamOptions options = exam_options();
  phantom::LesionPlan plan;
  plan.kind = phantom::LesionKind::spiculated_mass;
  plan.diameter_mm = 18;
  options.anatomy.lesions = {plan};
  options.post_phases = 1;
  options.choice = {};
  const phantom::Exam exam = phantom::second::make_exam(options);
  const double z = exam.truth.lesions[0].center_mm.z;
  gallery.add("second_t1", slice_picture(exam.t1, slice_at(exam.t1.grid, z)));
  gallery.add("second_t2", slice_picture(exam.t2, slice_at(exam.t2.grid, z)));
  gallery.add("second_early",
              slice_picture(exam.phases[1].image, slice_at(exam.phases[1].image.grid, z), 0.998));
  gallery.add("second_adc", slice_picture(exam.adc, slice_at(exam.adc.grid, z), 0, 2500));
  phantom::MammogramOptions mammograms;
  mammograms.pixel_mm = 0.2;
  mammograms.sides = {phantom::BreastSide::left};
  for (const phantom::Mammogram& image : phantom::second::make_mammograms(options.anatomy, mammograms).images)
    gallery.add(image.view == phantom::MammogramView::cc ? "second_cc" : "second_mlo",
                mammogram_picture(image.presentation));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "lobule_gallery OUT\n");
    return 2;
  }
  try {
    Gallery gallery(argv[1]);
    add_second_family(gallery);
    add_mammograms(gallery);
    add_lesions(gallery);
    add_sequences(gallery, phantom::make_exam(exam_options()));
  } catch (const lobule::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
