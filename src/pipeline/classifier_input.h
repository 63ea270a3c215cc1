#pragma once
// One image on its way into a classifier, as torchvision's evaluation prepares photographs.

#include <filesystem>
#include <string>

#include "core/tensor.h"
#include "io/picture_read.h"
#include "nn/preprocessing.h"

namespace lobule::pipeline {

// The picture in a PNG, JPEG, JPEG XL, TIFF, PGM or PPM; the single frame of a DICOM image, with its rescale slope and
// MONOCHROME1 turned so that large is bright; the single slice of a NIfTI image, its first voxel at the left
// of the first row. The latter two have `largest` = 0: their values mean what they are. Throws Error (where:
// `name`) for other files, several frames or slices, and colour in DICOM.
io::PictureValues read_image_for_classifier(const std::filesystem::path& path, const std::string& name);

// Antialiased bilinear: each pixel is the mean of what lies below it, weighed by a triangle of twice the
// scale where the picture shrinks, rows first, each of the two passes rounded to whole numbers where the
// picture's values are (Pillow's Image.resize with BILINEAR, which torchvision uses).
io::PictureValues resized(const io::PictureValues& picture, int width, int height);

// A picture of the window's size as it is; any other with its shorter side resized to 8/7 of the window's
// (256 for 224) and the longer one in proportion, then cut in the middle; a preprocessing without a window
// takes every picture as it is. Then the preprocessing's intensities: [1, channels, y, x]. Grey repeats in
// every channel; colour for a network of one channel becomes 0.299 R + 0.587 G + 0.114 B. Values without a
// meaning of their own count as 0 to 255; those of DICOM and NIfTI are brought to that from their smallest to
// their largest where the preprocessing expects pictures (before_scale 255).
Tensor classifier_input(const io::PictureValues& picture, const nn::Preprocessing& preprocessing);

}  // namespace lobule::pipeline
