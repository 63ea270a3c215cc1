#pragma once
// How lobule says that something is wrong: an exception where nothing can be returned, a finding where
// the rest of the work goes on. Both say what, where, why, and what to do, and neither carries a
// patient's name, birth date or identifier.

#include <stdexcept>
#include <string>
#include <vector>

namespace lobule {

enum class Severity { note, warning, error };

struct Finding {
  Severity severity = Severity::warning;
  std::string where;       // "series 7 \"t2_tse\"", a file's name, an option
  std::string what;        // "slice 23 of 40 is missing (gap of 6.6 mm after z = −14.2 mm)"
  std::string why;         // what follows from it, or what caused it
  std::string what_to_do;  // empty when nothing needs doing

  friend bool operator==(const Finding&, const Finding&) = default;
};

using Findings = std::vector<Finding>;

// "WHERE: WHAT; WHY. WHAT_TO_DO." with empty parts left out.
std::string sentence(const Finding& finding);

// "note", "warning" or "error".
std::string name(Severity severity);

class Error : public std::runtime_error {
 public:
  Error(std::string where, std::string what, std::string why = {}, std::string what_to_do = {});
  explicit Error(Finding finding);

  const Finding& finding() const { return finding_; }

 private:
  Finding finding_;
};

// Thrown by Cancellation::check; not an Error, so that no stage turns it into a finding.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled by the user"; }
};

}  // namespace lobule
