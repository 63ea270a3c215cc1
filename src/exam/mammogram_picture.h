#pragma once
// One mammogram in standard form, whatever it came from: a DICOM object of any vendor or a picture. Dense
// tissue is bright, the chest wall is at the left edge, air is 0. What was done to get there is kept, so that
// masks can be put back on the input's own pixels.

#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/image.h"
#include "exam/analysis.h"
#include "exam/mammogram_header.h"
#include "io/inputs.h"
#include "measure/mammogram_breast.h"

namespace lobule::exam {

struct MammogramPicture {
  // One slice from 0 (air, padding) to 1 (what 99.5 % of the breast do not exceed; brighter is 1). Spacing in
  // mm, 1 where none is known. Empty where `refusal` is set.
  Image<float> image;
  // Why no density may be measured on it, as the header says; pixels were not read then.
  std::optional<Finding> refusal;

  std::string side, side_source;  // "R", "L" or ""; "the header", "the file's name"
  std::string view, view_source;  // "CC", "MLO", … or ""; without a word, by the outline
  std::string modifier;           // "magnification", …; may be empty
  bool for_processing = false;    // a raw image, by its header
  std::optional<double> spacing_mm;
  std::string spacing_source;
  std::string study_date;  // StudyDate (0008,0020) as "2019-05-02"; empty where it is no date
  // What result objects refer to; empty of pictures.
  StudyContext study;
  std::string series_uid, frame_of_reference_uid;
  SliceSource instance;
  std::optional<double> age_years;  // PatientAge (0010,1010), where it is in years
  MammogramBeam beam;               // empty of pictures
  // The detector's signal, air bright, in the same place as `image`; empty where the file holds none that is
  // linear in exposure.
  Image<float> signal;

  // From input to standard form, in this order: so many columns at the chest wall cut off, mirrored, grey
  // scale turned over.
  int source_width = 0, source_height = 0, cut_columns = 0;
  bool mirrored = false, turned_over = false;
  measure::MammogramBreast breast;  // of the input's pixels as the header shows them
  std::vector<std::string> steps;   // what was done, in words
  Findings findings;                // conflicts and oddities; the rest is there
};

// Reads a DICOM object or a picture (io/picture_read.h), told apart by their contents. Throws Error where it
// cannot be read.
MammogramPicture read_mammogram_picture(const io::InputFile& file);

// The same of pixels that are at hand; NaN is padding. `polarity_known`: higher values are known to be
// denser.
MammogramPicture standard_mammogram(const Image<float>& image, bool polarity_known, const std::string& name);

// A mask or image on the standard picture's pixels as one of the input's; 0 on columns that were cut off.
Mask put_back(const MammogramPicture& picture, const Mask& mask);
Image<float> put_back(const MammogramPicture& picture, const Image<float>& image);

// The same of a box, from its upper left corner; only what of it lies on the picture.
struct PictureBox {
  double x = 0, y = 0, width = 0, height = 0;
};
PictureBox put_back(const MammogramPicture& picture, PictureBox box);

// How a standard picture lies on its input, for boxes of a picture whose pixels are no longer kept.
struct PictureFrame {
  int columns = 0, rows = 0;  // of the standard picture
  int cut_columns = 0;
  bool mirrored = false;
};
PictureFrame frame_of(const MammogramPicture& picture);
PictureBox put_back(const PictureFrame& frame, PictureBox box);

// A mask on the input's pixels as one of the standard picture's. Throws Error where its size is another.
Mask in_standard_form(const MammogramPicture& picture, const Mask& mask);

}  // namespace lobule::exam
