#pragma once
// Where intermediate images lie: one block of memory, places in it shared by images that are not needed at
// the same time.

#include <cstddef>
#include <vector>

namespace lobule::nn {

// Bytes that are needed from one step to another, both included.
struct Lifetime {
  std::size_t bytes = 0;
  int first = 0, last = 0;
};

struct Placement {
  std::vector<std::size_t> offsets;  // multiples of 64
  std::size_t bytes = 0;             // of the whole
};

// Largest first, each at the lowest place that is free throughout its life.
Placement place(const std::vector<Lifetime>& lifetimes);

// Memory that begins at a page; at a huge one, where it is larger than one and the system gives them. Its
// pages are touched by whoever uses them first, and then stay.
class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Makes it at least so large; what it held is lost if it grows. Throws Error where there is not so much.
  void reserve(std::size_t bytes);
  std::byte* data() const { return data_; }
  float* floats() const { return reinterpret_cast<float*>(data_); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace lobule::nn
