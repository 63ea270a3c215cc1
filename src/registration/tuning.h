#pragma once
// The constants of the registration that both parts share, with their source. None comes from a patient.

namespace lobule::registration {

// Local correlation in boxes of 5 voxels across: radius 2 is the usual choice of the method's authors
// (Avants et al. 2008, Medical Image Analysis 12, 26–41: radius 2 to 4 of the level's voxels).
inline constexpr int kWindowRadius = 2;

// Structure below one hundredth of tissue brightness counts as noise: a signal-to-noise ratio of 100 in
// a level's voxel is the better end of what fast three-dimensional gradient echo sequences give.
inline constexpr float kNoiseVariance = 1e-4f;

// A neighbourhood whose variance rises by more than this, against the middle of the image, has taken up
// contrast. Chosen on synthetic lesions: without it an enhancing sphere of 12 mm radius grew by 10 to 17 %
// where breasts moved by 3 mm, with 4 by 1 to 5 %, with 2 its volume stays within 1.6 %.
inline constexpr float kContrastRatio = 2;

// Voxels around the judged region that take part: two windows and room for motion.
inline constexpr int kMargin = 6;

// The ridge of the local least-squares step, as a share of the mean gradient energy: where the surroundings
// show nothing, nothing moves. Chosen on synthetic breasts.
inline constexpr double kRidge = 0.05;

// The same as a share of the surroundings' own energy: along a smooth skin there is next to no structure,
// and what moves points along it is mostly noise. Chosen on synthetic breasts: from 0.02 to 1 the error
// along the skin fell from 1.2 to 0.3 mm, that across it stayed below 0.1 mm.
inline constexpr double kLocalRidge = 1;

// Level images are smoothed by this many of their voxels (standard deviation), against the aliases of
// edges that box means leave and that would hold structures on the grid. Chosen on synthetic breasts: less
// lets points slide along the skin, more (0.5) pushes it out by 0.1 to 0.2 mm where gland below enhances.
inline constexpr double kPresmoothing = 0.35;

// The surroundings reach over at least this many voxels of a level (standard deviation), so that coarse
// levels see the motion of whole regions.
inline constexpr double kSmoothnessVoxels = 1.5;

// The field itself is smoothed by this share of the surroundings' standard deviation after each step: the
// ratio of total to update smoothing that greedy uses by default (0.707 / 1.732 voxels) is 0.41.
inline constexpr double kFieldSmoothing = 0.4;

// The finest levels on which the field is optimised; at coarser ones contrast weighs more than motion.
// Chosen on synthetic breasts.
inline constexpr int kDeformedLevels = 2;

// Rounds of divergence diffusion after each step. Chosen on synthetic lesions.
inline constexpr int kDivergenceSteps = 5;

// A step that would shrink any neighbourhood below a fifth of its volume is halved.
inline constexpr float kSmallestJacobian = 0.2f;

// Mean local correlation that three steps must gain to go on.
inline constexpr double kSmallGain = 1e-4;

// Steps below a hundredth of a level's voxel change nothing that a finer level would not change more.
inline constexpr double kSmallStep = 0.01;

}  // namespace lobule::registration
