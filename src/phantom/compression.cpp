#include "phantom/compression.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace lobule::phantom {
namespace {

constexpr double kRowStep = 0.5;       // table rows, mm of u
constexpr double kOutlineStep = 0.05;  // of the outline's table, mm of u
constexpr double kPectoralBulge = 5;   // muscle reaches further forward between the paddles, mm

double mix(double a, double b, double t) {
  return a + t * (b - a);
}

// A non-negative function on cells as its running integral, and the inverse of that.
class Running {
 public:
  explicit Running(std::vector<double> per_cell) : sum_(per_cell.size() + 1, 0.0) {
    for (std::size_t i = 0; i < per_cell.size(); ++i) sum_[i + 1] = sum_[i] + per_cell[i];
  }
  double total() const { return sum_.back(); }
  double at_edge(std::size_t edge) const { return sum_[edge]; }
  // Position in cells where the integral reaches `share` of the total.
  double inverse(double share) const {
    const double wanted = std::clamp(share, 0.0, 1.0) * total();
    const auto above = std::upper_bound(sum_.begin(), sum_.end(), wanted);
    if (above == sum_.begin()) return 0;
    // At the total: the first edge that has it, so that empty cells at the end stay outside.
    const auto edge = above == sum_.end() ? std::lower_bound(sum_.begin(), sum_.end(), total()) : above;
    const std::size_t i = static_cast<std::size_t>(edge - sum_.begin());
    if (i == 0) return 0;
    const double gain = sum_[i] - sum_[i - 1];
    return static_cast<double>(i - 1) + (gain > 0 ? (wanted - sum_[i - 1]) / gain : 0);
  }

 private:
  std::vector<double> sum_;
};

// One value of a row of cells, linear between centres.
double sample(const std::vector<double>& row, double position) {
  const double x = std::clamp(position - 0.5, 0.0, static_cast<double>(row.size()) - 1.0);
  const std::size_t i = std::min(static_cast<std::size_t>(x), row.size() - 2);
  return mix(row[i], row[i + 1], x - static_cast<double>(i));
}

struct Section {
  std::vector<double> length, middle;
};

// The plane at a position in cells forward, between the two nearest rows of columns.
Section section_at(const BreastColumns& breast, double position) {
  const double x = std::clamp(position - 0.5, 0.0, breast.forward - 1.0);
  const int i = std::min(static_cast<int>(x), breast.forward - 2);
  const double t = x - i;
  Section section;
  for (int j = 0; j < breast.across; ++j) {
    const std::size_t a = static_cast<std::size_t>(i) * breast.across + j, b = a + breast.across;
    section.length.push_back(mix(breast.length_mm[a], breast.length_mm[b], t));
    section.middle.push_back(mix(breast.middle_mm[a], breast.middle_mm[b], t));
  }
  return section;
}

}  // namespace

double BreastColumns::volume_mm3() const {
  double sum = 0;
  for (const float length : length_mm) sum += length;
  return sum * step_mm * step_mm;
}

Compression::Compression(const BreastColumns& breast, const CompressedShape& shape) : shape_(shape) {
  if (shape_.exponent_above <= 0) shape_.exponent_above = shape_.exponent;
  if (!(breast.volume_mm3() > 1000) || breast.forward < 2 || breast.across < 2)
    throw Error("breast compression", "there is no breast to compress",
                "less than 1 ml of tissue lies in front of the chest wall", "choose a larger breast");
  fit_size(breast.volume_mm3());
  tabulate(breast);
}

double Compression::outline(double u, bool high) const {
  const std::vector<double>& table = high ? high_ : low_;
  const double x = std::clamp(u / kOutlineStep, 0.0, static_cast<double>(table.size()) - 1.001);
  const std::size_t i = static_cast<std::size_t>(x);
  return mix(table[i], table[i + 1], x - static_cast<double>(i));
}

// Distance inside the outline, to first order, in units of the rounded edge's width (half the thickness).
double Compression::rim_at(double u, double v) const {
  const double n = v < center_ ? shape_.exponent : shape_.exponent_above;
  const double half = v < center_ ? half_low_ : half_high_;
  const double a = std::max(u, 0.0) / depth_, b = std::abs(v - center_) / half;
  const double rho = std::pow(std::pow(a, n) + std::pow(b, n), 1 / n);
  if (rho < 1e-3) return 0;
  const double slope = std::hypot(std::pow(a / rho, n - 1) / depth_, std::pow(b / rho, n - 1) / half);
  return std::clamp(1 - (1 - rho) / slope / (shape_.thickness_mm / 2), 0.0, 1.0);
}

double Compression::half_thickness(double u, double v) const {
  const double rim = rim_at(u, v);
  return shape_.thickness_mm / 2 * std::sqrt(std::max(0.0, 1 - rim * rim));
}

void Compression::fit_size(double volume) {
  // At fixed thickness volume grows with the square of size, nearly.
  constexpr int kCells = 200, kSteps = 12;
  double size = std::sqrt(volume / shape_.thickness_mm);
  for (int step = 0; step < kSteps; ++step) {
    depth_ = size * shape_.depth_to_width;
    half_low_ = 2 * size / (1 + shape_.wider_above), half_high_ = shape_.wider_above * half_low_;
    low_.clear(), high_.clear();
    for (double u = 0; u < depth_ + kOutlineStep; u += kOutlineStep) {
      const auto share = [&](double n) {
        return std::pow(std::max(0.0, 1 - std::pow(std::min(u / depth_, 1.0), n)), 1 / n);
      };
      low_.push_back(half_low_ * share(shape_.exponent));
      high_.push_back(half_high_ * share(shape_.exponent_above));
    }
    double sum = 0;
    for (int i = 0; i < kCells; ++i) {
      const double u = (i + 0.5) * depth_ / kCells, from = -outline(u, false), to = outline(u, true);
      for (int j = 0; j < kCells; ++j)
        sum += 2 * half_thickness(u, center_ + mix(from, to, (j + 0.5) / kCells)) * (to - from);
    }
    const double change = std::sqrt(volume / (sum * depth_ / kCells / kCells));
    size *= change;
    if (std::abs(change - 1) < 1e-12) break;
  }
}

void Compression::tabulate(const BreastColumns& breast) {
  rows_ = std::max(2, static_cast<int>(std::ceil(depth_ / kRowStep)) + 1);
  row_step_ = depth_ / (rows_ - 1);
  // Volumes behind the planes, before and after.
  std::vector<double> before(static_cast<std::size_t>(breast.forward), 0.0);
  for (int i = 0; i < breast.forward; ++i)
    for (int j = 0; j < breast.across; ++j)
      before[i] += breast.length_mm[static_cast<std::size_t>(i) * breast.across + j];
  const Running source(before);
  std::vector<double> after;
  std::vector<std::vector<double>> profiles;
  constexpr int kFine = 4;  // planes between rows
  for (int n = 0; n < kFine * (rows_ - 1); ++n) {
    const double u = (n + 0.5) * row_step_ / kFine;
    const double from = -outline(u, false), to = outline(u, true);
    double area = 0;
    for (int j = 0; j < kAcross; ++j)
      area += half_thickness(u, center_ + mix(from, to, (j + 0.5) / kAcross)) * (to - from) / kAcross;
    after.push_back(area);
  }
  const Running target(after);

  // The nipple's line: where the foremost tissue is, so that the breast is not drawn aside.
  const Section front = section_at(breast, source.inverse(0.995));
  const Running front_areas(front.length);
  const double shift = breast.across_mm + front_areas.inverse(0.5) * breast.step_mm;
  center_ += shift;
  hanging_tip_ = {source.inverse(1) * breast.step_mm, shift, sample(front.middle, front_areas.inverse(0.5))};

  cells_.resize(static_cast<std::size_t>(rows_) * kAcross);
  for (int row = 0; row < rows_; ++row) {
    const double u = row * row_step_;
    const double share = target.at_edge(static_cast<std::size_t>(kFine) * row) / target.total();
    const double position = source.inverse(share);
    forward_.push_back(position * breast.step_mm);
    // The last plane has no area of its own: it takes the shape of the one just behind it.
    const double inside = std::min(u, depth_ - 0.3 * row_step_);
    const Section section = section_at(breast, std::min(position, source.inverse(0.9999)));
    const Running areas(section.length);
    const double from = -outline(inside, false), to = outline(inside, true);
    std::vector<double> profile;
    for (int j = 0; j + 1 < kAcross; ++j)
      profile.push_back(half_thickness(inside, center_ + mix(from, to, (j + 0.5) / (kAcross - 1))));
    const Running thick(profile);
    for (int j = 0; j < kAcross; ++j) {
      const double across = areas.inverse(thick.at_edge(static_cast<std::size_t>(j)) / thick.total());
      const double t = std::clamp(j, 1, kAcross - 2) / (kAcross - 1.0);
      const double edge = areas.inverse(
          thick.at_edge(static_cast<std::size_t>(std::clamp(j, 1, kAcross - 2))) / thick.total());
      const double half = half_thickness(inside, center_ + mix(from, to, t));
      Cell& cell = cells_[static_cast<std::size_t>(row) * kAcross + j];
      cell.set(kQ, breast.across_mm + across * breast.step_mm);
      cell.set(kMiddle, sample(section.middle, across));
      cell.set(kScale, sample(section.length, edge) / 2 / std::max(half, 0.05));
      const double v = center_ + mix(-outline(u, false), outline(u, true), j / (kAcross - 1.0));
      cell.set(kRim, j == 0 || j == kAcross - 1 ? 1 : rim_at(u, v));
    }
  }
}

Compression::Cell Compression::cell_at(double row, double t) const {
  const double y = std::clamp(row, 0.0, rows_ - 1.001),
               x = std::clamp(t * (kAcross - 1), 0.0, kAcross - 1.001);
  const int i = static_cast<int>(y), j = static_cast<int>(x);
  const Cell* near = &cells_[static_cast<std::size_t>(i) * kAcross + j];
  return blend(near, near + kAcross, static_cast<float>(x - j), static_cast<float>(y - i));
}

double Compression::pectoral_mm(double v, double w) const {
  if (shape_.pectoral_mm <= 0) return 0;
  const double end = center_ + shape_.pectoral_end_mm, rise = (v - end) / (high_mm() - end);
  if (rise <= 0) return 0;
  const double c = shape_.pectoral_curve, x = 2 * w / shape_.thickness_mm - 1;
  // A rounded beginning instead of a corner at the chest wall.
  const double start = rise * rise / (rise + 0.15);
  return start * ((1 + c - c * start) * shape_.pectoral_mm + kPectoralBulge * (1 - x * x));
}

Vec3 Compression::tip() const {
  const double w = shape_.thickness_mm / 2;
  return {depth_ + pectoral_mm(center_, w), center_, w};
}

Compression::Source Compression::release(Vec3 compressed) const {
  return release_unsheared(compressed.x - pectoral_mm(compressed.y, compressed.z), compressed.y,
                           compressed.z);
}

Compression::Source Compression::release_unsheared(double u, double v, double w) const {
  Source source;
  if (u < 0) {
    source.pectoral = true;
    const double half = shape_.thickness_mm / 2;
    source.depth_mm = half * (1 - std::abs((w - half) / half));
    return source;
  }
  return u < depth_ ? plane_at(u).release(v, w) : source;
}

Compression::Plane Compression::plane_at(double u) const {
  Plane plane;
  const double row = std::clamp(u / row_step_, 0.0, rows_ - 1.001);
  const std::size_t i = static_cast<std::size_t>(row);
  plane.near_ = &cells_[i * kAcross], plane.far_ = plane.near_ + kAcross;
  plane.forward_ = static_cast<float>(row - static_cast<double>(i));
  plane.p_ = mix(forward_[i], forward_[i + 1], u / row_step_ - static_cast<double>(i));
  plane.half_ = shape_.thickness_mm / 2;
  const double low = outline(u, false), high = outline(u, true);
  plane.from_ = center_ - low;
  plane.per_mm_ = (kAcross - 1) / (low + high);
  return plane;
}

Vec3 Compression::compress(Vec3 hanging) const {
  const auto above = std::upper_bound(forward_.begin(), forward_.end(), hanging.x);
  const std::size_t i =
      std::clamp<std::size_t>(static_cast<std::size_t>(above - forward_.begin()), 1, forward_.size() - 1) - 1;
  const double gain = forward_[i + 1] - forward_[i];
  const double row = static_cast<double>(i) + (gain > 0 ? (hanging.x - forward_[i]) / gain : 0);
  double low = 0, high = 1;
  for (int step = 0; step < 45; ++step) {
    const double t = (low + high) / 2;
    (cell_at(row, t)[kQ] < hanging.y ? low : high) = t;
  }
  const Cell cell = cell_at(row, low);
  const double u = row * row_step_;
  const double v = center_ + mix(-outline(u, false), outline(u, true), low);
  const double w = shape_.thickness_mm / 2 + (hanging.z - cell[kMiddle]) / std::max(cell[kScale], 1e-3f);
  return {u + pectoral_mm(v, w), v, w};
}

}  // namespace lobule::phantom
