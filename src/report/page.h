#pragma once
// The one page style of everything that people read in a browser: self-contained (no reference leaves the
// file, no script), readable on a screen and on A4 paper. Pages are built from Html values; plain text
// becomes Html only through text(), which escapes it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/context.h"
#include "core/error.h"

namespace lobule::report {

// A piece of markup that is safe to put into a page.
struct Html {
  std::string code;

  bool empty() const { return code.empty(); }
  Html& operator+=(const Html& other) {
    code += other.code;
    return *this;
  }
  friend Html operator+(Html a, const Html& b) { return a += b; }
};

Html text(std::string_view plain);    // escaped
Html markup(std::string_view code);   // as it is; only for code that we wrote
Html strong(std::string_view plain);  // in bold type
Html muted(std::string_view plain);   // in small grey type
Html paragraph(const Html& content);
Html link(std::string_view href, std::string_view plain);  // a relative address inside the result folder

// A small coloured word. Tones: "good", "note", "warning", "error", "plain".
Html pill(std::string_view tone, std::string_view plain);

struct Column {
  std::string heading;
  bool is_number = false;  // set right, with figures of equal width
};

// A table; each row holds one cell a column.
Html table(const std::vector<Column>& columns, const std::vector<std::vector<Html>>& rows);

// One figure that matters, set large: "Percent density", "12.3", "%", "R".
struct Card {
  std::string label;
  std::string value;  // "not measured" is shown in grey where this is empty
  std::string unit;
  std::string detail;  // one short line below; may be empty
  std::string side;    // "R", "L" or "": gives the colour of that side
};
Html cards(const std::vector<Card>& list);

// Letters that stand at the four edges of a picture: where the patient's right, left, front … are.
struct EdgeMarks {
  std::string left, right, top, bottom;
};

// A picture on black. `uri` is a data URI or a relative address; `width_px` its width on the page, 0 for
// as wide as the place allows.
Html picture(std::string_view uri, std::string_view alternative, const EdgeMarks& marks = {},
             int width_px = 0);

Html figure(const Html& content, const Html& caption);

// Pieces beside each other that wrap to the page's width; each at least `least_px` wide.
Html side_by_side(const std::vector<Html>& pieces, int least_px);

// Pieces of equal height in one row as wide as the page; `shape` is width over height of each.
struct StripPiece {
  Html content;
  double shape = 1;
};
Html strip(const std::vector<StripPiece>& pieces);

// A framed piece of a contact sheet: a picture, its title, and what is said about it.
Html tile(const Html& picture, const Html& title, const Html& body);

// A coloured stroke with its meaning, for legends of contours and overlays.
struct LegendEntry {
  std::string colour;  // CSS
  std::string label;
};
Html legend(const std::vector<LegendEntry>& entries);

// Errors first, then warnings, then notes; within a severity in the order given. With none, says so.
Html findings_list(const Findings& findings);

// What only few readers need: opens on demand on a screen, stays out of print unless opened.
Html details(std::string_view summary, const Html& content);

Html section(std::string_view id, std::string_view heading, const Html& content);

// How the result came about: the only section whose content may differ between two runs with one result.
Html provenance_section(const Provenance& provenance);

struct Page {
  std::string title;     // also the browser's tab
  std::string subtitle;  // one line below it; may be empty
  Html body;
};

// The whole document.
std::string to_html(const Page& page);

inline constexpr std::string_view kDisclaimer = "Research use only – not a medical device";

// The colours of the two sides and of fibroglandular tissue, alike on pages, charts and pictures; hues of
// Okabe and Ito (2008), which people with any colour vision can tell apart.
inline constexpr std::string_view kRightColour = "#0072B2";
inline constexpr std::string_view kLeftColour = "#D55E00";
inline constexpr std::string_view kTissueColour = "#009E73";

}  // namespace lobule::report
