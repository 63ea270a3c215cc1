#pragma once
// Three-vectors and 3×3 matrices for points and directions in LPS millimetres.

#include <array>
#include <cmath>

namespace lobule {

struct Vec3 {
  double x = 0, y = 0, z = 0;

  double& operator[](int axis) { return axis == 0 ? x : axis == 1 ? y : z; }
  double operator[](int axis) const { return axis == 0 ? x : axis == 1 ? y : z; }
  friend bool operator==(const Vec3&, const Vec3&) = default;
};

inline Vec3 operator+(Vec3 a, Vec3 b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Vec3 operator-(Vec3 a, Vec3 b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Vec3 operator*(double s, Vec3 a) {
  return {s * a.x, s * a.y, s * a.z};
}
inline double dot(Vec3 a, Vec3 b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline double norm(Vec3 a) {
  return std::sqrt(dot(a, a));
}
inline Vec3 cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

// Columns are the images of the unit vectors: `matrix.column[0]` is where the first axis points.
struct Mat3 {
  std::array<Vec3, 3> column{Vec3{1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, 0, 1}};

  double operator()(int row, int col) const { return column[col][row]; }
  double& operator()(int row, int col) { return column[col][row]; }
  friend bool operator==(const Mat3&, const Mat3&) = default;
};

inline Vec3 operator*(const Mat3& m, Vec3 v) {
  return v.x * m.column[0] + v.y * m.column[1] + v.z * m.column[2];
}
inline Mat3 operator*(const Mat3& a, const Mat3& b) {
  return {{a * b.column[0], a * b.column[1], a * b.column[2]}};
}
inline Mat3 transpose(const Mat3& m) {
  Mat3 t;
  for (int r = 0; r < 3; ++r)
    for (int c = 0; c < 3; ++c) t(c, r) = m(r, c);
  return t;
}
inline double determinant(const Mat3& m) {
  return dot(m.column[0], cross(m.column[1], m.column[2]));
}

// The inverse; the caller makes sure that the determinant is not zero.
inline Mat3 inverse(const Mat3& m) {
  const double d = determinant(m);
  Mat3 rows{{(1 / d) * cross(m.column[1], m.column[2]), (1 / d) * cross(m.column[2], m.column[0]),
             (1 / d) * cross(m.column[0], m.column[1])}};
  return transpose(rows);
}

}  // namespace lobule
