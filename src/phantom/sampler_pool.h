#pragma once
// A bounded pool of random patients behind a sampler. Sample i uses slot i mod slots; a slot's patient serves
// some samples and is then followed by the next, at another time in each slot, so that the cost of new
// patients is spread. Which patient serves a sample is a function of its index alone.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace lobule::phantom {

struct PoolPlace {
  std::size_t slot = 0;
  std::uint64_t patient = 0;  // a number; no two slots share one
};

inline PoolPlace pool_place(std::uint64_t sample, std::size_t slots, std::uint64_t uses) {
  const std::size_t slot = static_cast<std::size_t>(sample % slots);
  const std::uint64_t turn = sample / slots + slot * uses / slots;
  return {slot, turn / uses * slots + slot};
}

template <class Value>
class PatientPool {
 public:
  PatientPool(std::size_t slots, std::function<Value(std::uint64_t patient)> make)
      : make_(std::move(make)), slots_(slots) {}

  std::size_t size() const { return slots_.size(); }

  // Made on first use; threads that want the same slot wait. The one before stays alive while it is in use.
  std::shared_ptr<const Value> at(const PoolPlace& place) {
    Slot& slot = slots_[place.slot];
    const std::lock_guard lock(slot.mutex);
    if (!slot.value || slot.patient != place.patient) {
      slot.value.reset();
      slot.value = std::make_shared<const Value>(make_(place.patient));
      slot.patient = place.patient;
    }
    return slot.value;
  }

 private:
  struct Slot {
    std::mutex mutex;
    std::uint64_t patient = 0;
    std::shared_ptr<const Value> value;
  };
  std::function<Value(std::uint64_t)> make_;
  std::vector<Slot> slots_;
};

}  // namespace lobule::phantom
