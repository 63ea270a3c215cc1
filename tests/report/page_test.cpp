#include "report/page.h"

#include <gtest/gtest.h>

namespace lobule::report {
namespace {

TEST(Page, TextIsEscapedEverywhere) {
  const std::string nasty = "<script>&\"'";
  Page page{nasty, nasty, {}};
  page.body += table({{nasty}}, {{text(nasty)}});
  page.body += cards({{nasty, nasty, nasty, nasty, "R"}});
  page.body += figure(picture("a.png", nasty, {nasty, nasty, nasty, nasty}), text(nasty));
  page.body += findings_list({{Severity::error, nasty, nasty, nasty, nasty}});
  page.body += details(nasty, legend({{"red", nasty}})) + link(nasty, nasty) + pill("note", nasty);
  const std::string html = to_html(page);
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;&amp;&quot;&#39;"), std::string::npos);
}

TEST(Page, NothingRefersOutsideThePage) {
  const std::string html = to_html({"Title", "Subtitle", paragraph(text("Body"))});
  for (const char* word : {"http:", "https:", "url(", "@import", "<script", "<link"})
    EXPECT_EQ(html.find(word), std::string::npos) << word;
}

TEST(Page, TheDisclaimerStandsInHeaderAndFooter) {
  const std::string html = to_html({"Title", "", {}});
  const std::size_t first = html.find("Research use only – not a medical device");
  ASSERT_NE(first, std::string::npos);
  EXPECT_LT(first, html.find("<main>"));
  EXPECT_NE(html.find("Research use only – not a medical device", html.find("</main>")), std::string::npos);
}

TEST(Page, FindingsStandByFallingSeverity) {
  const std::string html = findings_list({{Severity::note, "", "first", "", ""},
                                          {Severity::error, "", "second", "", ""},
                                          {Severity::warning, "", "third", "", "do it"}})
                               .code;
  EXPECT_LT(html.find("second"), html.find("third"));
  EXPECT_LT(html.find("third"), html.find("first"));
  EXPECT_NE(html.find("→ do it"), std::string::npos);
  EXPECT_EQ(findings_list({}).code, "<p>Nothing to report.</p>\n");
}

TEST(Page, ACardWithoutAValueSaysNotMeasured) {
  EXPECT_NE(cards({{"ADC", "", "um2/s", "", "L"}}).code.find("not measured"), std::string::npos);
}

TEST(Page, TheProvenanceListsStagesOptionsAndInputs) {
  Provenance provenance;
  provenance.version = "1.2.3";
  provenance.command = "analyze";
  provenance.options["ftv-box"] = "1,2,3";
  provenance.inputs["series 8"] = "abc123";
  provenance.add({"register phase 1", 1.25, 512.4, true});
  const std::string html = provenance_section(provenance).code;
  for (const char* part : {"<section id=\"provenance\">", "1.2.3", "ftv-box", "1,2,3", "series 8", "abc123",
                           "register phase 1", "1.25", "512", "from cache"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace lobule::report
