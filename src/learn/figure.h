#pragma once
// A figure of merit as two numbers that add up over cases, so that cases may be parts of a whole: of a slice
// with three voxels of breast, a Dice of its own says nothing.

#include <map>
#include <string>

namespace lobule::learn {

struct Figure {
  double sum = 0, weight = 0;

  double value() const { return sum / weight; }
  Figure& operator+=(const Figure& other) {
    sum += other.sum;
    weight += other.weight;
    return *this;
  }
};

using Figures = std::map<std::string, Figure>;

}  // namespace lobule::learn
