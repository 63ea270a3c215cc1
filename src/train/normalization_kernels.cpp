#include "train/normalization_kernels.h"

#include <algorithm>
#include <cstring>

// Wide values pass between inlined functions of this file only, whatever the ABI says of them.
#pragma GCC diagnostic ignored "-Wpsabi"

// Each loop is compiled for several instruction sets; the processor chooses when the program starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define LOBULE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LOBULE_CLONES
#endif
#define LOBULE_INLINE inline __attribute__((always_inline))

namespace lobule::train {
namespace {

constexpr std::size_t kLanes = 16;
using Floats = float __attribute__((vector_size(64)));
using Words = std::uint32_t __attribute__((vector_size(64)));
using HalfWords = std::uint16_t __attribute__((vector_size(32)));
using Doubles = double __attribute__((vector_size(128)));

template <class Element>
struct Lanes {
  using Type = Floats;
  using Number = float;
};
template <>
struct Lanes<double> {
  using Type = Doubles;
  using Number = double;
};

// `count` values, at most 16; zeros behind them.
LOBULE_INLINE Floats load(const float* from, std::size_t count) {
  Floats values{};
  std::memcpy(&values, from, count * sizeof(float));
  return values;
}
LOBULE_INLINE Doubles load(const double* from, std::size_t count) {
  Doubles values{};
  std::memcpy(&values, from, count * sizeof(double));
  return values;
}
LOBULE_INLINE Floats load(const BFloat16* from, std::size_t count) {
  HalfWords halves{};
  std::memcpy(&halves, from, count * sizeof(BFloat16));
  const Words words = __builtin_convertvector(halves, Words) << 16;
  Floats values;
  std::memcpy(&values, &words, sizeof values);
  return values;
}

LOBULE_INLINE void store(float* to, const Floats& values, std::size_t count) {
  std::memcpy(to, &values, count * sizeof(float));
}
LOBULE_INLINE void store(double* to, const Doubles& values, std::size_t count) {
  std::memcpy(to, &values, count * sizeof(double));
}
// Rounded to the nearest, to even between two.
LOBULE_INLINE void store(BFloat16* to, const Floats& values, std::size_t count) {
  Words words;
  std::memcpy(&words, &values, sizeof words);
  const HalfWords halves = __builtin_convertvector((words + 0x7FFF + ((words >> 16) & 1)) >> 16, HalfWords);
  std::memcpy(to, &halves, count * sizeof(BFloat16));
}

template <class Vector, class Number>
LOBULE_INLINE Vector narrow(const double* from, std::size_t count) {
  Number values[kLanes] = {};
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<Number>(from[i]);
  Vector result;
  std::memcpy(&result, values, sizeof result);
  return result;
}

template <class Vector>
LOBULE_INLINE void widen_add(const Vector& values, double* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] += static_cast<double>(values[i]);
}

// Calls body(first channel, channels, whether they are 16), so that the compiler sees a constant where they
// are.
template <class Body>
LOBULE_INLINE void for_lanes(std::size_t channels, const Body& body) {
  std::size_t first = 0;
  for (; first + kLanes <= channels; first += kLanes) body(first, kLanes);
  if (first < channels) body(first, channels - first);
}

template <class Element>
LOBULE_INLINE void add_up_body(const Element* x, std::size_t count, std::size_t channels, const double* shift,
                               double* sums) {
  using Vector = typename Lanes<Element>::Type;
  using Number = typename Lanes<Element>::Number;
  std::fill(sums, sums + 2 * channels, 0.0);
  const auto body = [&](std::size_t first, std::size_t lanes) {
    const Vector from = narrow<Vector, Number>(shift + first, lanes);
    Vector sum{}, square{};
    for (std::size_t i = 0; i < count; ++i) {
      const Vector value = load(x + i * channels + first, lanes) - from;
      sum += value;
      square += value * value;
    }
    widen_add(sum, sums + first, lanes);
    widen_add(square, sums + channels + first, lanes);
  };
  for_lanes(channels, body);
}

template <class Element>
LOBULE_INLINE void normalize_body(const Element* x, Element* y, std::size_t count, std::size_t channels,
                                  const Affine& affine) {
  using Vector = typename Lanes<Element>::Type;
  using Number = typename Lanes<Element>::Number;
  const Number slope = static_cast<Number>(affine.slope);
  const auto body = [&](std::size_t first, std::size_t lanes) {
    const Vector scale = narrow<Vector, Number>(affine.scale + first, lanes);
    const Vector offset = narrow<Vector, Number>(affine.offset + first, lanes);
    for (std::size_t i = 0; i < count; ++i) {
      const Vector t = load(x + i * channels + first, lanes) * scale + offset;
      store(y + i * channels + first, t > 0 ? t : t * slope, lanes);
    }
  };
  for_lanes(channels, body);
}

template <class Element>
LOBULE_INLINE void add_up_gradient_body(const Element* gradient, const Element* x, std::size_t count,
                                        std::size_t channels, const Affine& affine, const double* mean,
                                        double* sums) {
  using Vector = typename Lanes<Element>::Type;
  using Number = typename Lanes<Element>::Number;
  const Number slope = static_cast<Number>(affine.slope);
  std::fill(sums, sums + 2 * channels, 0.0);
  const auto body = [&](std::size_t first, std::size_t lanes) {
    const Vector scale = narrow<Vector, Number>(affine.scale + first, lanes);
    const Vector offset = narrow<Vector, Number>(affine.offset + first, lanes);
    const Vector middle = narrow<Vector, Number>(mean + first, lanes);
    Vector sum{}, product{};
    for (std::size_t i = 0; i < count; ++i) {
      const Vector value = load(x + i * channels + first, lanes);
      const Vector given = load(gradient + i * channels + first, lanes);
      const Vector g = value * scale + offset > 0 ? given : given * slope;
      sum += g;
      product += g * (value - middle);
    }
    widen_add(sum, sums + first, lanes);
    widen_add(product, sums + channels + first, lanes);
  };
  for_lanes(channels, body);
}

template <class Element>
LOBULE_INLINE void backward_body(const Element* gradient, const Element* x, Element* by_x, std::size_t count,
                                 std::size_t channels, const Affine& affine, const Backward& backward) {
  using Vector = typename Lanes<Element>::Type;
  using Number = typename Lanes<Element>::Number;
  const Number slope = static_cast<Number>(affine.slope);
  const auto body = [&](std::size_t first, std::size_t lanes) {
    const Vector scale = narrow<Vector, Number>(affine.scale + first, lanes);
    const Vector offset = narrow<Vector, Number>(affine.offset + first, lanes);
    const Vector by_value = narrow<Vector, Number>(backward.by_value + first, lanes);
    const Vector constant = narrow<Vector, Number>(backward.constant + first, lanes);
    for (std::size_t i = 0; i < count; ++i) {
      const Vector value = load(x + i * channels + first, lanes);
      const Vector given = load(gradient + i * channels + first, lanes);
      const Vector g = value * scale + offset > 0 ? given : given * slope;
      store(by_x + i * channels + first, g * scale + value * by_value + constant, lanes);
    }
  };
  for_lanes(channels, body);
}

}  // namespace

#define LOBULE_FOR(Element)                                                                                 \
  LOBULE_CLONES void add_up(const Element* x, std::size_t count, std::size_t channels, const double* shift, \
                            double* sums) {                                                                 \
    add_up_body(x, count, channels, shift, sums);                                                           \
  }                                                                                                         \
  LOBULE_CLONES void normalize(const Element* x, Element* y, std::size_t count, std::size_t channels,       \
                               const Affine& affine) {                                                      \
    normalize_body(x, y, count, channels, affine);                                                          \
  }                                                                                                         \
  LOBULE_CLONES void add_up_gradient(const Element* gradient, const Element* x, std::size_t count,          \
                                     std::size_t channels, const Affine& affine, const double* mean,        \
                                     double* sums) {                                                        \
    add_up_gradient_body(gradient, x, count, channels, affine, mean, sums);                                 \
  }                                                                                                         \
  LOBULE_CLONES void normalize_backward(const Element* gradient, const Element* x, Element* by_x,           \
                                        std::size_t count, std::size_t channels, const Affine& affine,      \
                                        const Backward& backward) {                                         \
    backward_body(gradient, x, by_x, count, channels, affine, backward);                                    \
  }

LOBULE_FOR(float)
LOBULE_FOR(BFloat16)
LOBULE_FOR(double)

}  // namespace lobule::train
