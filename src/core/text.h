#pragma once
// Small things with text, in one place. Nothing here depends on the locale.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lobule {

std::string join(const std::vector<std::string>& words, std::string_view separator);

// The parts between separators; empty text gives no parts.
std::vector<std::string> split(std::string_view text, char separator);

// Without blanks, tabs, line ends and NULs at both ends.
std::string trim(std::string_view text);

// ASCII letters only.
std::string lower(std::string_view text);

bool contains(std::string_view text, std::string_view part);

// The whole text as a finite number, blanks around it allowed; nothing otherwise.
std::optional<double> parse_number(std::string_view text);

// The shortest text that reads back as the same double ("0.1", "90", "nan").
std::string format_number(double value);

// With a fixed number of decimals.
std::string format_fixed(double value, int decimals);

// Foreign text for a message: in double quotes, bytes other than printable ASCII as "\\xNN", and no longer
// than 80 characters ("…" stands for what is left out).
std::string quote(std::string_view text);

// Text for HTML element content and attribute values.
std::string escape_html(std::string_view text);

// Bytes in base 64 with padding (RFC 4648, section 4).
std::string base64(std::string_view bytes);

// A name for one file or folder made from any text: no separators, no leading dot, never empty; two
// different texts give two different names, and none can lead out of its folder.
std::string escape_path_component(std::string_view text);

}  // namespace lobule
