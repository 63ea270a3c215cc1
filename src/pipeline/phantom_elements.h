#pragma once
// Parts of DICOM objects that classic and Enhanced MR images of digital patients share.

#include <string>

#include "io/dicom_dataset.h"
#include "pipeline/phantom_dicom.h"
#include "pipeline/phantom_protocol.h"

namespace lobule::pipeline {

inline constexpr const char* kPhantomDate = "20000101";

// What all images of one study have in common.
struct MrWriting {
  const PhantomStudy& study;
  const MrHabits& habits;
  const Phrases& phrases;
};

// "081005.50" of seconds after midnight.
std::string clock_text(double seconds_of_day);

void put_patient(io::DicomDataset& d, const PhantomStudy& study);
void put_study(io::DicomDataset& d, const PhantomStudy& study, const std::string& description);
void put_mr_equipment(io::DicomDataset& d, const MrHabits& habits);
void put_private_names(io::DicomDataset& d, const MrHabits& habits, const PlannedSeries& series,
                       const PlannedImage& image);

// Where a slice lies as it is stored: turned where the unit turns its images.
struct SlicePlace {
  Vec3 position, row, column, normal;
};
SlicePlace place_of(const PlannedImage& image, bool half_turn);

// Appends a slice's stored values, 16 bits little endian, and returns the largest. Values are clamped to 12
// bits.
int append_pixels(std::string& bytes, const PlannedImage& image, const PlannedSeries& series, bool half_turn);

void put_pixel_format(io::DicomDataset& d, const Grid& grid, int smallest, int largest);

// One slice as an MR Image, and the images of one volume or series as an Enhanced MR Image.
io::DicomDataset classic_image(const MrWriting& writing, const PlannedSeries& series,
                               const std::string& uid_seed, std::size_t n);
io::DicomDataset enhanced_object(const MrWriting& writing, const PlannedSeries& series,
                                 const std::string& uid_seed, std::size_t first, std::size_t count,
                                 int instance);

}  // namespace lobule::pipeline
