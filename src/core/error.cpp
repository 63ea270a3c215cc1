#include "core/error.h"

#include <utility>

namespace lobule {
namespace {

Finding make_error(std::string where, std::string what, std::string why, std::string what_to_do) {
  return {Severity::error, std::move(where), std::move(what), std::move(why), std::move(what_to_do)};
}

}  // namespace

std::string sentence(const Finding& finding) {
  std::string text;
  if (!finding.where.empty()) text += finding.where + ": ";
  text += finding.what;
  if (!finding.why.empty()) text += "; " + finding.why;
  if (!finding.what_to_do.empty()) text += ". " + finding.what_to_do;
  return text.ends_with('?') || text.ends_with('.') ? text : text + ".";
}

std::string name(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "error";
}

Error::Error(std::string where, std::string what, std::string why, std::string what_to_do)
    : Error(make_error(std::move(where), std::move(what), std::move(why), std::move(what_to_do))) {}

Error::Error(Finding finding) : std::runtime_error(sentence(finding)), finding_(std::move(finding)) {}

}  // namespace lobule
