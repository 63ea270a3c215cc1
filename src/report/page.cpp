#include "report/page.h"

#include <algorithm>

#include "core/text.h"
#include "report/page_style.h"

namespace lobule::report {
namespace {

std::string tag(std::string_view name, std::string_view css_class, const std::string& content) {
  std::string code = "<" + std::string(name);
  if (!css_class.empty()) code += " class=\"" + std::string(css_class) + "\"";
  return code + ">" + content + "</" + std::string(name) + ">";
}

std::string mark(std::string_view css_class, const std::string& letter) {
  return letter.empty() ? "" : tag("i", css_class, escape_html(letter));
}

Html one_finding(const Finding& finding) {
  const std::string word = name(finding.severity);
  std::string code = pill(word, word).code;
  std::string what = escape_html(finding.what);
  if (!finding.where.empty()) what = escape_html(finding.where) + ": " + what;
  code += tag("div", "what", what);
  if (!finding.why.empty()) code += tag("div", "rest", escape_html(finding.why));
  if (!finding.what_to_do.empty()) code += tag("div", "do", "→ " + escape_html(finding.what_to_do));
  return {tag("div", "finding", code) + "\n"};
}

Html text_map_table(const std::string& key_heading, const std::string& value_heading,
                    const std::map<std::string, std::string>& values) {
  std::vector<std::vector<Html>> rows;
  for (const auto& [key, value] : values) rows.push_back({text(key), {tag("code", "", escape_html(value))}});
  return table({{key_heading}, {value_heading}}, rows);
}

}  // namespace

Html text(std::string_view plain) {
  return {escape_html(plain)};
}

Html markup(std::string_view code) {
  return {std::string(code)};
}

Html strong(std::string_view plain) {
  return {tag("strong", "", escape_html(plain))};
}

Html muted(std::string_view plain) {
  return {tag("span", "muted", escape_html(plain))};
}

Html paragraph(const Html& content) {
  return {tag("p", "", content.code) + "\n"};
}

Html link(std::string_view href, std::string_view plain) {
  return {"<a href=\"" + escape_html(href) + "\">" + escape_html(plain) + "</a>"};
}

Html pill(std::string_view tone, std::string_view plain) {
  return {tag("span", "pill " + std::string(tone), escape_html(plain))};
}

Html table(const std::vector<Column>& columns, const std::vector<std::vector<Html>>& rows) {
  std::string code = "<div class=\"table\"><table>\n<thead><tr>";
  const auto css_class = [](const Column& column) { return column.is_number ? "n" : ""; };
  for (const Column& column : columns) code += tag("th", css_class(column), escape_html(column.heading));
  code += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    code += "<tr>";
    for (std::size_t c = 0; c < columns.size() && c < row.size(); ++c)
      code += tag("td", css_class(columns[c]), row[c].code);
    code += "</tr>\n";
  }
  return {code + "</tbody></table></div>\n"};
}

Html cards(const std::vector<Card>& list) {
  std::string code = "<div class=\"cards\">\n";
  for (const Card& card : list) {
    std::string label = tag("span", "", escape_html(card.label));
    if (!card.side.empty()) label += tag("span", "side", escape_html(card.side));
    std::string value = tag("span", "none", "not measured");
    if (!card.value.empty()) value = escape_html(card.value) + tag("span", "unit", escape_html(card.unit));
    std::string content = tag("div", "label", label) + tag("div", "value", value);
    if (!card.detail.empty()) content += tag("div", "detail", escape_html(card.detail));
    code += tag("div", card.side.empty() ? "card" : "card " + escape_html(card.side), content) + "\n";
  }
  return {code + "</div>\n"};
}

Html picture(std::string_view uri, std::string_view alternative, const EdgeMarks& marks, int width_px) {
  std::string code = "<img src=\"" + escape_html(uri) + "\" alt=\"" + escape_html(alternative) + "\"";
  if (width_px > 0) code += " width=\"" + std::to_string(width_px) + "\"";
  code += ">" + mark("ml", marks.left) + mark("mr", marks.right) + mark("mt", marks.top) +
          mark("mb", marks.bottom);
  return {tag("span", width_px > 0 ? "picture" : "picture wide", code)};
}

Html figure(const Html& content, const Html& caption) {
  std::string code = content.code;
  if (!caption.empty()) code += tag("figcaption", "", caption.code);
  return {tag("figure", "", code) + "\n"};
}

Html side_by_side(const std::vector<Html>& pieces, int least_px) {
  std::string code = "<div class=\"beside\" style=\"--least:" + std::to_string(least_px) + "px\">\n";
  for (const Html& piece : pieces) code += tag("div", "", piece.code) + "\n";
  return {code + "</div>\n"};
}

Html strip(const std::vector<StripPiece>& pieces) {
  std::string code = "<div class=\"strip\">\n";
  for (const StripPiece& piece : pieces)
    code += "<div style=\"flex:" + format_fixed(piece.shape, 3) + " 1 0\">" + piece.content.code + "</div>\n";
  return {code + "</div>\n"};
}

Html tile(const Html& shot, const Html& title, const Html& body) {
  std::string code;
  if (!shot.empty()) code += tag("div", "shot", shot.code);
  code += tag("div", "say", tag("div", "title", title.code) + body.code);
  return {tag("div", "tile", code)};
}

Html legend(const std::vector<LegendEntry>& entries) {
  std::string code;
  for (const LegendEntry& entry : entries)
    code += "<span><b style=\"border-color:" + escape_html(entry.colour) + "\"></b>" +
            escape_html(entry.label) + "</span>";
  return {tag("div", "legend", code) + "\n"};
}

Html findings_list(const Findings& findings) {
  if (findings.empty()) return paragraph(text("Nothing to report."));
  Findings sorted = findings;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  Html list;
  for (const Finding& finding : sorted) list += one_finding(finding);
  return list;
}

Html details(std::string_view summary, const Html& content) {
  return {"<details>" + tag("summary", "", escape_html(summary)) + content.code + "</details>\n"};
}

Html section(std::string_view id, std::string_view heading, const Html& content) {
  return {"<section id=\"" + escape_html(id) + "\">\n" + tag("h2", "", escape_html(heading)) + "\n" +
          content.code + "</section>\n"};
}

Html provenance_section(const Provenance& provenance) {
  Html content = paragraph(text("lobule " + provenance.version + ", command " + provenance.command + "."));
  std::vector<std::vector<Html>> rows;
  for (const StageRecord& stage : provenance.stages())
    rows.push_back({text(stage.name), text(format_fixed(stage.seconds, 2)),
                    text(format_fixed(stage.peak_mib, 0)), text(stage.cached ? "from cache" : "computed")});
  if (!rows.empty())
    content += table({{"Stage"}, {"Seconds", true}, {"Peak memory, MiB", true}, {"Result"}}, rows);
  if (!provenance.options.empty())
    content += details("Options", text_map_table("Option", "Value", provenance.options));
  if (!provenance.inputs.empty())
    content += details("Inputs and their SHA-256", text_map_table("Input", "SHA-256", provenance.inputs));
  return section("provenance", "Provenance", content);
}

std::string to_html(const Page& page) {
  const std::string title = escape_html(page.title);
  std::string code =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      title + "</title>\n<style>" + kStyleSheet + "</style>\n</head>\n<body>\n<header><div><h1>" + title +
      "</h1>";
  if (!page.subtitle.empty()) code += tag("p", "subtitle", escape_html(page.subtitle));
  code += "</div>" + tag("div", "use", std::string(kDisclaimer)) + "</header>\n<main>\n" + page.body.code +
          "</main>\n<footer>" + tag("span", "", "Made by lobule") +
          tag("span", "", std::string(kDisclaimer)) + "</footer>\n</body>\n</html>\n";
  return code;
}

}  // namespace lobule::report
