#pragma once
// Changes of one channel's intensities.

#include <span>

#include "learn/augment.h"

namespace lobule::learn {

// Values [z][y][x] of a channel, changed in place. `key` tells the channel's noise from that of others.
void change_intensities(std::span<float> values, const std::array<std::int64_t, 3>& extents,
                        const ChannelDraw& draw, std::uint64_t seed, std::uint64_t index, std::size_t key);

// How many coefficients a bias field has in 2 or 3 dimensions.
int bias_coefficients(int dimensions);

}  // namespace lobule::learn
