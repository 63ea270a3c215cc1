#pragma once
// Values to bytes and back, for cached stages. Little endian, no version inside: the cache key carries
// the version of the code. A reader that meets the end too early throws, and the stage runs again.

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "core/error.h"
#include "core/image.h"

namespace lobule {

class ByteWriter {
 public:
  void raw(const void* data, std::size_t size) { bytes_.append(static_cast<const char*>(data), size); }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(const std::string& bytes) : bytes_(bytes) {}
  void raw(void* data, std::size_t size) {
    if (size > remaining()) throw std::out_of_range("cached bytes end too early");
    if (size != 0) std::memcpy(data, bytes_.data() + position_, size);
    position_ += size;
  }
  std::size_t remaining() const { return bytes_.size() - position_; }

 private:
  const std::string& bytes_;
  std::size_t position_ = 0;
};

// A struct takes part by declaring `template <class F> static void fields(F& f, auto& self)` that calls
// f(self.a), f(self.b), …; plain numbers, enums, strings, vectors, optionals, maps and images do already.
struct ToBytes {
  ByteWriter& out;
  template <class T>
  void operator()(const T& value);
};
struct FromBytes {
  ByteReader& in;
  template <class T>
  void operator()(T& value);
};

namespace detail {

template <class T>
concept HasFields = requires(ToBytes& f, const T& value) {
  T::fields(f, value);
};

template <class T>
struct Codec {
  static void write(ToBytes& f, const T& v) {
    if constexpr (HasFields<T>) {
      T::fields(f, v);
    } else {
      static_assert(std::is_trivially_copyable_v<T>);
      f.out.raw(&v, sizeof v);
    }
  }
  static void read(FromBytes& f, T& v) {
    if constexpr (HasFields<T>) {
      T::fields(f, v);
    } else {
      static_assert(std::is_trivially_copyable_v<T>);
      f.in.raw(&v, sizeof v);
    }
  }
};

template <class Sequence>
std::size_t read_size(FromBytes& f) {
  std::uint64_t n = 0;
  f(n);
  if (n > f.in.remaining()) throw std::out_of_range("cached sequence longer than its bytes");
  return n;
}

template <>
struct Codec<std::string> {
  static void write(ToBytes& f, const std::string& v) {
    f(static_cast<std::uint64_t>(v.size()));
    f.out.raw(v.data(), v.size());
  }
  static void read(FromBytes& f, std::string& v) {
    v.resize(read_size<std::string>(f));
    f.in.raw(v.data(), v.size());
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static void write(ToBytes& f, const std::vector<T>& v) {
    f(static_cast<std::uint64_t>(v.size()));
    if constexpr (std::is_arithmetic_v<T>) {
      f.out.raw(v.data(), v.size() * sizeof(T));
    } else {
      for (const T& item : v) f(item);
    }
  }
  static void read(FromBytes& f, std::vector<T>& v) {
    v.resize(read_size<std::vector<T>>(f));
    if constexpr (std::is_arithmetic_v<T>) {
      f.in.raw(v.data(), v.size() * sizeof(T));
    } else {
      for (T& item : v) f(item);
    }
  }
};

template <class T, std::size_t N>
struct Codec<std::array<T, N>> {
  static void write(ToBytes& f, const std::array<T, N>& v) {
    for (const T& item : v) f(item);
  }
  static void read(FromBytes& f, std::array<T, N>& v) {
    for (T& item : v) f(item);
  }
};

template <class T>
struct Codec<std::optional<T>> {
  static void write(ToBytes& f, const std::optional<T>& v) {
    f(v.has_value());
    if (v) f(*v);
  }
  static void read(FromBytes& f, std::optional<T>& v) {
    bool has = false;
    f(has);
    v.reset();
    if (has) f(v.emplace());
  }
};

template <class K, class T>
struct Codec<std::map<K, T>> {
  static void write(ToBytes& f, const std::map<K, T>& v) {
    f(static_cast<std::uint64_t>(v.size()));
    for (const auto& [key, item] : v) {
      f(key);
      f(item);
    }
  }
  static void read(FromBytes& f, std::map<K, T>& v) {
    v.clear();
    for (std::size_t n = read_size<std::map<K, T>>(f); n > 0; --n) {
      K key{};
      f(key);
      f(v[key]);
    }
  }
};

template <class T>
struct Codec<Image<T>> {
  static void write(ToBytes& f, const Image<T>& v) {
    f(v.grid);
    f(v.voxels);
  }
  static void read(FromBytes& f, Image<T>& v) {
    f(v.grid);
    f(v.voxels);
  }
};

template <>
struct Codec<Finding> {
  static void write(ToBytes& f, const Finding& v) {
    f(v.severity), f(v.where), f(v.what), f(v.why), f(v.what_to_do);
  }
  static void read(FromBytes& f, Finding& v) {
    f(v.severity), f(v.where), f(v.what), f(v.why), f(v.what_to_do);
  }
};

}  // namespace detail

template <class T>
void ToBytes::operator()(const T& value) {
  detail::Codec<T>::write(*this, value);
}
template <class T>
void FromBytes::operator()(T& value) {
  detail::Codec<T>::read(*this, value);
}

template <class T>
std::string to_bytes(const T& value) {
  ByteWriter out;
  ToBytes f{out};
  f(value);
  return out.take();
}

template <class T>
T from_bytes(const std::string& bytes) {
  ByteReader in(bytes);
  FromBytes f{in};
  T value{};
  f(value);
  return value;
}

}  // namespace lobule
