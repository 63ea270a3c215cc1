#include "exam/mammogram_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "core/text.h"

namespace lobule::exam {
namespace {

// ViewPosition's words (0018,5101), context group 4014.
constexpr std::array<const char*, 9> kViews{"cc", "mlo", "ml", "lm", "lmo", "xccl", "xccm", "xcc", "fb"};

bool is_view(const std::string& word) {
  return std::find(kViews.begin(), kViews.end(), word) != kViews.end();
}

std::vector<std::string> words_of(const std::string& name) {
  const auto start = name.find_last_of("/\\:");
  std::string last = lower(start == std::string::npos ? name : name.substr(start + 1));
  if (const auto dot = last.rfind('.'); dot != std::string::npos && dot > 0) last.resize(dot);
  for (char& c : last)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = ' ';
  return split(last, ' ');
}

// What the words agree on; nothing where they do not.
struct Claim {
  std::string word;
  bool contradicted = false;

  void add(const std::string& said) {
    if (!word.empty() && word != said) contradicted = true;
    word = said;
  }
  std::string agreed() const { return contradicted ? "" : word; }
};

std::string upper(std::string word) {
  for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return word;
}

}  // namespace

NamedView view_of_name(const std::string& name) {
  Claim side, view;
  std::vector<std::string> rest;
  for (const std::string& word : words_of(name)) {
    if (word == "r" || word == "right") side.add("R");
    if (word == "l" || word == "left") side.add("L");
    if (is_view(word)) {
      view.add(upper(word));
    } else if (word.size() > 2 && (word[0] == 'r' || word[0] == 'l') && is_view(word.substr(1))) {
      side.add(word[0] == 'r' ? "R" : "L");
      view.add(upper(word.substr(1)));
    } else if (!word.empty() && word != "r" && word != "l" && word != "right" && word != "left") {
      rest.push_back(word);
    }
  }
  return {side.agreed(), view.agreed(), join(rest, " ")};
}

}  // namespace lobule::exam
