#include "measure/bias_field_itk.h"

#include <itkImage.h>
#include <itkMultiThreaderBase.h>
#include <itkN4BiasFieldCorrectionImageFilter.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "core/resample.h"

namespace lobule::measure {
namespace {

using ItkImage = itk::Image<float, 3>;
using ItkMask = itk::Image<std::uint8_t, 3>;
using N4 = itk::N4BiasFieldCorrectionImageFilter<ItkImage, ItkMask, ItkImage>;

// ITK adds up the spline's coefficients per piece of the image; a fixed number of pieces keeps the
// result the same on any machine.
constexpr int kPieces = 4;

// Fewer working voxels than this cannot tell shading from tissue.
constexpr int kFewestVoxels = 1000;

template <class Itk, class T>
typename Itk::Pointer to_itk(const Image<T>& image) {
  auto result = Itk::New();
  typename Itk::SizeType size;
  typename Itk::SpacingType spacing;
  for (int a = 0; a < 3; ++a) {
    size[a] = image.grid.size[a];
    spacing[a] = image.grid.spacing_mm[a];
  }
  result->SetRegions(size);
  result->SetSpacing(spacing);
  result->Allocate();
  std::copy(image.voxels.begin(), image.voxels.end(), result->GetBufferPointer());
  return result;
}

// Control points of the logarithm of the field over the working grid.
struct Lattice {
  Index3 size{};
  std::vector<double> value;
};

Lattice run_n4(const Image<float>& image, const Mask& mask, const BiasFieldOptions& options) {
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(kPieces);
  auto n4 = N4::New();
  n4->SetInput(to_itk<ItkImage>(image));
  n4->SetMaskImage(to_itk<ItkMask>(mask));
  N4::ArrayType control_points;
  for (int a = 0; a < 3; ++a) {
    const double extent = (image.grid.size[a] - 1) * image.grid.spacing_mm[a];
    control_points[a] = 3 + std::max(1, static_cast<int>(std::lround(extent / options.knot_spacing_mm)));
  }
  n4->SetNumberOfControlPoints(control_points);
  n4->SetNumberOfFittingLevels(options.levels);
  N4::VariableSizeArrayType iterations(options.levels);
  iterations.Fill(options.iterations_per_level);
  n4->SetMaximumNumberOfIterations(iterations);
  n4->SetConvergenceThreshold(options.convergence);
  n4->SetNumberOfWorkUnits(kPieces);
  n4->Update();
  const auto* control = n4->GetLogBiasFieldControlPointLattice();
  Lattice lattice;
  const auto size = control->GetLargestPossibleRegion().GetSize();
  for (int a = 0; a < 3; ++a) lattice.size[a] = static_cast<int>(size[a]);
  const std::size_t count = size[0] * size[1] * size[2];
  for (std::size_t i = 0; i < count; ++i) lattice.value.push_back(control->GetBufferPointer()[i][0]);
  return lattice;
}

// The four control points that matter at one voxel along one axis.
struct Tap {
  int first = 0;
  std::array<double, 4> weight{};
};

std::array<double, 4> cubic_bspline(double t) {
  const double s = 1 - t;
  return {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6,
          t * t * t / 6};
}

// Of every voxel of `fine` along an axis; beyond the outermost working voxels the field stays constant.
std::vector<Tap> taps(const Grid& fine, const Grid& working, const Lattice& lattice, int axis) {
  std::vector<Tap> result(fine.size[axis]);
  const int spans = lattice.size[axis] - 3;
  for (int i = 0; i < fine.size[axis]; ++i) {
    Vec3 index;
    index[axis] = i;
    const double position = index_from_point(working, point_from_index(fine, index))[axis];
    const double u = std::clamp(position / (working.size[axis] - 1), 0.0, 1.0) * spans;
    result[i].first = std::min(static_cast<int>(u), spans - 1);
    result[i].weight = cubic_bspline(u - result[i].first);
  }
  return result;
}

// exp of the spline at every voxel of the grid, contracting the lattice one axis at a time.
Image<float> evaluate(const Lattice& lattice, const Grid& grid, const Grid& working, double log_offset) {
  const std::vector<Tap> x = taps(grid, working, lattice, 0), y = taps(grid, working, lattice, 1),
                         z = taps(grid, working, lattice, 2);
  Image<float> field(grid);
  const std::size_t nx = lattice.size[0], nxy = nx * lattice.size[1];
  parallel_for(grid.size[2], [&](std::size_t k) {
    std::vector<double> plane(nxy, 0), line(nx);
    for (int t = 0; t < 4; ++t)
      for (std::size_t p = 0; p < nxy; ++p)
        plane[p] += z[k].weight[t] * lattice.value[(z[k].first + t) * nxy + p];
    float* out = field.voxels.data() + grid.offset(0, 0, static_cast<int>(k));
    for (int j = 0; j < grid.size[1]; ++j) {
      std::fill(line.begin(), line.end(), -log_offset);
      for (int t = 0; t < 4; ++t)
        for (std::size_t p = 0; p < nx; ++p) line[p] += y[j].weight[t] * plane[(y[j].first + t) * nx + p];
      for (int i = 0; i < grid.size[0]; ++i) {
        double v = 0;
        for (int t = 0; t < 4; ++t) v += x[i].weight[t] * line[x[i].first + t];
        *out++ = static_cast<float>(std::exp(v));
      }
    }
  });
  return field;
}

double mean_log(const Image<float>& field, const Mask& mask) {
  double sum = 0;
  std::size_t n = 0;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i)
    if (mask.voxels[i] != 0) {
      sum += std::log(field.voxels[i]);
      ++n;
    }
  return n == 0 ? 0 : sum / static_cast<double>(n);
}

}  // namespace

Image<float> estimate_bias_field(const Image<float>& image, const Mask& mask,
                                 const BiasFieldOptions& options) {
  if (!same_grid(image.grid, mask.grid))
    throw Error("bias field", "image and mask lie on different grids: " + describe(image.grid) + " and " +
                                  describe(mask.grid));
  Image<float> working = downsample(image, options.working_spacing_mm);
  Mask inside = downsample_mask(mask, options.working_spacing_mm);
  int usable = 0;
  for (std::size_t i = 0; i < working.voxels.size(); ++i) {
    float& v = working.voxels[i];
    if (!(v > 0)) {
      inside.voxels[i] = 0;
      v = 0;
    }
    usable += inside.voxels[i] != 0;
  }
  const Index3& size = working.grid.size;
  if (usable < kFewestVoxels || std::min({size[0], size[1], size[2]}) < 4)
    return Image<float>(image.grid, 1.0F);
  const Lattice lattice = run_n4(working, inside, options);
  const double offset = mean_log(evaluate(lattice, working.grid, working.grid, 0), inside);
  return evaluate(lattice, image.grid, working.grid, offset);
}

Image<float> divide_by_field(const Image<float>& image, const Image<float>& field) {
  if (!same_grid(image.grid, field.grid))
    throw Error("bias field", "image and field lie on different grids: " + describe(image.grid) + " and " +
                                  describe(field.grid));
  Image<float> result(image.grid);
  parallel_for_ranges(result.voxels.size(), 1 << 18, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) result.voxels[i] = image.voxels[i] / field.voxels[i];
  });
  return result;
}

}  // namespace lobule::measure
