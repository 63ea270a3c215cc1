#include "exam/exam.h"

#include <array>
#include <utility>

#include "core/options.h"
#include "core/text.h"

namespace lobule::exam {
namespace {

constexpr std::array<std::pair<Role, const char*>, 16> kRoleWords{{{Role::t1, "t1"},
                                                                   {Role::t1_fatsat, "t1_fatsat"},
                                                                   {Role::t2, "t2"},
                                                                   {Role::t2_fatsat, "t2_fatsat"},
                                                                   {Role::dwi, "dwi"},
                                                                   {Role::adc, "adc"},
                                                                   {Role::dce, "dce"},
                                                                   {Role::dce_pre, "dce_pre"},
                                                                   {Role::dce_post, "dce_post"},
                                                                   {Role::derived, "derived"},
                                                                   {Role::localizer, "localizer"},
                                                                   {Role::post_highres, "post_highres"},
                                                                   {Role::ultrasound, "ultrasound"},
                                                                   {Role::mammogram, "mammogram"},
                                                                   {Role::tomosynthesis, "tomosynthesis"},
                                                                   {Role::other, "other"}}};

}  // namespace

std::string to_text(Role role) {
  for (const auto& [known, word] : kRoleWords)
    if (known == role) return word;
  return "other";
}

Role role_from_text(const std::string& word) {
  std::vector<std::string> words;
  for (const auto& [role, known] : kRoleWords) {
    if (word == known) return role;
    words.emplace_back(known);
  }
  const auto nearest = nearest_words(word, words);
  throw Error(
      "role \"" + word + "\"", "there is no such role", "",
      nearest.empty() ? "The roles are " + join(words, ", ") : "Did you mean " + join(nearest, ", ") + "?");
}

std::string to_text(ExamKind kind) {
  switch (kind) {
    case ExamKind::breast_mri: return "breast_mri";
    case ExamKind::mammography: return "mammography";
    case ExamKind::tomosynthesis: return "tomosynthesis";
    case ExamKind::ultrasound: return "ultrasound";
    case ExamKind::not_breast: break;
  }
  return "not_breast";
}

std::string short_name(const Series& series) {
  constexpr std::size_t kShownOfUid = 7;
  const std::string& uid = series.series_uid;
  if (series.series_number != 0 || uid.size() <= kShownOfUid)
    return "series " + std::to_string(series.series_number);
  return "series …" + uid.substr(uid.size() - kShownOfUid);
}

std::string describe(const Series& series) {
  std::string text = short_name(series);
  if (!series.description.empty()) text += " \"" + series.description + "\"";
  return text;
}

}  // namespace lobule::exam
