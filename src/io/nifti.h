#pragma once
// NIfTI-1 files (.nii, .nii.gz), one 3D volume or vector field each. Coordinates turn from LPS to RAS here
// and nowhere else; both sform and qform are written, in scanner coordinates (code 1).

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/image.h"

namespace lobule::io {

// The same image gives the same bytes (no time in the gzip header). Throws Error with the system's reason.
void write_nifti(const std::filesystem::path& path, const Image<float>& image);
void write_nifti(const std::filesystem::path& path, const Image<std::int16_t>& image);
void write_nifti(const std::filesystem::path& path, const Mask& mask);

// A vector a voxel as floats, x, y and z in the fifth dimension (NIFTI_INTENT_VECTOR). The components are
// written as they are: a displacement in LPS millimetres stays one, as ITK and ANTs keep their warps.
void write_nifti_vectors(const std::filesystem::path& path, const Image<Vec3>& field);

// Any of NIfTI-1's integer and float types, either byte order, scl_slope applied, sform before qform.
// Throws Error saying what is wrong with the file; never allocates more than the file's bytes can fill
// (for .gz: at most 1100 times as many, what deflate can reach). A file without an orientation counts as
// RAS with its first voxel at the origin.
Image<float> read_nifti(const std::filesystem::path& path);

// The same from bytes that hold a whole file, compressed or not; `name` is where messages say the trouble is.
Image<float> read_nifti(std::span<const std::uint8_t> bytes, const std::string& name);

// Whether a file's name ends in .nii or .nii.gz.
bool is_nifti(const std::filesystem::path& file);

// "1_5_t1" of "1_5_t1.nii.gz"; of other files the name without its ending.
std::string image_stem(const std::filesystem::path& file);

// What write_nifti_vectors wrote: 32-bit floats, three components in the fifth dimension.
Image<Vec3> read_nifti_vectors(const std::filesystem::path& path);

}  // namespace lobule::io
