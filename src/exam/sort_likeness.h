#pragma once
// What series of one geometry say of each other by looking alike, where no header tells them apart.

#include "exam/series_opinion.h"
#include "exam/sort_dynamic.h"

namespace lobule::exam {

// A volume that nobody marked and that correlates with every volume of its geometry taken for a phase, two at
// least, is acquired as they are.
void claim_likeness(std::vector<SeriesWork>& works, FrameSource& source);

// A series of three volumes or more of which one lacks what the others show in few voxels, most tissue being
// alike, is a dynamic series: contrast agent arrives.
void claim_agent(std::vector<SeriesWork>& works, FrameSource& source);

// Two unmarked volumes of one geometry with bright fat, and no third, are seldom of one contrast: what each
// looks like, T1 or T2, is weighed together with the other.
void claim_pairs(std::vector<SeriesWork>& works, FrameSource& source);

// A volume on a dynamic's grid that correlates with the difference of two phases, or with its ratio to the
// earlier, is a map of kinetics.
void claim_kinetic_maps(const DynamicGroup& dynamic, std::vector<SeriesWork>& works, FrameSource& source);

// Where no header tells how volumes were measured, geometry alone groups T1 and T2 as well: lets points leave
// that correlate with no other of their group, and groups go of which fewer than two are left.
void drop_unlike(std::vector<DynamicGroup>& groups, const std::vector<SeriesWork>& works,
                 FrameSource& source);

// A dynamic has one volume before the agent. Of several points that the network takes for it, the one whose
// contrast differs least from the mean of the others stays, one of a series of many volumes before any; the
// others leave the group if they are series of their own. True where one left.
bool set_aside_repeats(DynamicGroup& group, const std::vector<PhaseOpinion>& opinions,
                       std::vector<SeriesWork>& works, FrameSource& source);

}  // namespace lobule::exam
