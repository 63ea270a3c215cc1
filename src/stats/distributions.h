#pragma once
// Quantiles of the distributions that intervals rest on, by the incomplete beta function.

namespace lobule::stats {

// The regularized incomplete beta function I_x(a, b), 0 <= x <= 1, a and b above 0: by its continued fraction
// (DLMF 8.17.22, https://dlmf.nist.gov/8.17), exact to about 1e-14.
double incomplete_beta(double x, double a, double b);

// The value that Student's t with `df` degrees of freedom exceeds with the probability 1 - p, 0 < p < 1.
double student_t_quantile(double p, double df);

// The same of the F distribution with `df1` and `df2` degrees of freedom, which need not be whole.
double f_quantile(double p, double df1, double df2);

}  // namespace lobule::stats
