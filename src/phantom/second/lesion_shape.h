#pragma once
// Lesions as clusters of metaballs: a mass is where the sum of its blobs passes a level; spicules are random
// walks; non-mass enhancement is a string of small blobs.

#include <vector>

#include "phantom/anatomy.h"
#include "phantom/second/ducts.h"
#include "phantom/second/material.h"

namespace lobule::phantom::second {

struct Calcification {
  Vec3 center_mm;
  double radius_mm = 0.15;
};

class LesionShape {
 public:
  LesionShape(const LesionPlan& plan, Vec3 center_mm, int number, std::uint64_t seed);

  // kBulk + number, kCore + number, or 0 outside.
  Material at(Vec3 point_mm) const;

  const LesionPlan& plan() const { return plan_; }
  Vec3 center_mm() const { return center_mm_; }
  double reach_mm() const { return reach_mm_; }
  const std::vector<Calcification>& calcifications() const { return calcifications_; }

  // Counted on a grid of `spacing_mm`, or a thirtieth of its reach where that is more.
  LesionTruth measure(double spacing_mm) const;

 private:
  struct Blob {
    Vec3 center_mm;
    double radius_mm;
  };
  double level(Vec3 point_mm) const;

  LesionPlan plan_;
  Vec3 center_mm_;
  int number_;
  double threshold_ = 0.5, reach_mm_ = 0;
  std::vector<Blob> blobs_;
  std::vector<Branch> spicules_;
  std::vector<Calcification> calcifications_;
};

}  // namespace lobule::phantom::second
