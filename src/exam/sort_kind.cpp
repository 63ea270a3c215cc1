#include "exam/sort_kind.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>

#include "core/text.h"
#include "exam/sort_rules.h"
#include "io/dicom_tags.h"

namespace lobule::exam {
namespace {

using io::DicomDataset;
using io::Tag;

constexpr Tag kReceiveCoilName{0x0018, 0x1250}, kReceiveCoilSequence{0x0018, 0x9042},
    kEnhancedCoilName{0x0018, 0x1250}, kRequestedProcedure{0x0032, 0x1060},
    kPerformedProcedure{0x0040, 0x0254}, kBodyPartSequence{0x0008, 0x2218}, kCodeMeaning{0x0008, 0x0104};

// English, German, French, Spanish, Portuguese, Italian, Dutch, Swedish/Danish, Finnish, Polish, Turkish,
// Russian, Japanese/Chinese, Korean.
constexpr const char* kBreastWords[] = {" breast", " brust", " mamma",  " mammo",  " mamo",  " mama ",
                                        " mamas ", " sein ", " seins ", " seno ",  " borst", " bryst",
                                        " brost",  " bröst", " rinta",  " rinnat", " piers", " meme ",
                                        " молочн", "乳",     "유방"};
constexpr const char* kOtherBodyWords[] = {
    " head",    " brain",   " neuro", " skull",    " spine",    " cervical", " lumbar", " thoracic spine",
    " knee",    " hip ",    " wrist", " ankle",    " shoulder", " elbow",    " hand ",  " foot ",
    " prostat", " pelvi",   " abdom", " liver",    " kidney",   " cardiac",  " heart",  " extremity",
    " leg ",    " phantom", " neck",  " kopf",     " schadel",  " cerebr",   " crane",  " craneo",
    " rodilla", " genou",   " knie",  " encefalo", " rachis",   " colonne"};

struct Vote {
  double weight = 0;
  std::vector<std::string> reasons;
  void add(double w, std::string reason) {
    weight += w;
    reasons.push_back(std::move(reason));
  }
};

struct Votes {
  Vote breast, other;
  bool any_word = false;  // whether a text that could name a body part has any content
};

const char* first_hit(const std::string& words, const char* const* begin, const char* const* end) {
  const auto hit = std::find_if(begin, end, [&](const char* word) { return contains(words, word); });
  return hit == end ? nullptr : *hit;
}

// A text votes once for breast, or once for another body part.
void vote_on_text(const char* keyword, Tag tag, const std::string& value, double weight, Votes& votes) {
  if (value.empty()) return;
  const std::string words = as_words(value), cited = std::string(keyword) + " " + io::to_text(tag);
  if (const char* hit = first_hit(words, std::begin(kBreastWords), std::end(kBreastWords)))
    votes.breast.add(weight, cited + " has \"" + trim(hit) + "\"");
  else if (const char* part = first_hit(words, std::begin(kOtherBodyWords), std::end(kOtherBodyWords)))
    votes.other.add(weight, cited + " has \"" + trim(part) + "\"");
}

void vote_on_headers(const DicomIndex& index, const std::vector<SeriesWork>& works, Votes& votes) {
  struct Source {
    const char* keyword;
    Tag tag;
    double weight;
  };
  constexpr Source kSources[] = {{"BodyPartExamined", io::tag::BodyPartExamined, 4},
                                 {"StudyDescription", io::tag::StudyDescription, 3},
                                 {"RequestedProcedureDescription", kRequestedProcedure, 3},
                                 {"PerformedProcedureStepDescription", kPerformedProcedure, 3},
                                 {"ProtocolName", io::tag::ProtocolName, 3},
                                 {"SeriesDescription", io::tag::SeriesDescription, 3},
                                 {"ReceiveCoilName", kReceiveCoilName, 3}};
  std::set<std::pair<Tag, std::string>> heard;  // many images repeat one text
  std::set<Tag> voted;
  bool prone = false, supine = false;
  for (const SeriesWork& work : works) {
    if (work.series->images.empty()) continue;
    const DicomDataset& d =
        index.entries[static_cast<std::size_t>(work.series->images.front().entry)].header.dataset;
    for (const Source& source : kSources) {
      const std::string value = d.text(source.tag);
      votes.any_word = votes.any_word || !value.empty();
      if (voted.count(source.tag) != 0 || !heard.insert({source.tag, value}).second) continue;
      const double before = votes.breast.weight + votes.other.weight;
      vote_on_text(source.keyword, source.tag, value, source.weight, votes);
      if (votes.breast.weight + votes.other.weight > before) voted.insert(source.tag);
    }
    const std::string position = d.text(io::tag::PatientPosition);
    prone = prone || position == "HFP" || position == "FFP";
    supine = supine || position == "HFS" || position == "FFS";
  }
  if (prone && !supine) votes.breast.add(1, "PatientPosition (0018,5100) is prone");
  if (supine && !prone) votes.other.add(1, "PatientPosition (0018,5100) is supine");
}

void note_implants(Exam& exam, const std::vector<SeriesWork>& works) {
  for (const SeriesWork& work : works)
    for (const HeaderText& text : work.facts.descriptions)
      for (const char* word :
           {" implant", " silicone", " silikon", " silicon ", " protes", " prothes", " prosthes"})
        if (contains(as_words(text.value), word)) {
          exam.findings.push_back(
              {Severity::warning, describe(*work.series),
               "implants are likely: " + text.name + " has \"" + trim(word) + "\"",
               "volumes and density of a breast with an implant are not those of its tissue",
               "Look at the images before using measurements"});
          return;
        }
}

std::string joined(const Vote& vote) {
  return vote.reasons.empty() ? "nothing" : join(vote.reasons, "; ");
}

}  // namespace

void decide_mr_kind(Exam& exam, const DicomIndex& index, const std::vector<SeriesWork>& works,
                    const BreastShape& shape, std::optional<double> network_breast) {
  // Three is one clear word or a body part; prone alone, or a shape alone, is too little.
  constexpr double kEnough = 3;
  Votes votes;
  vote_on_headers(index, works, votes);
  const double header_weight = votes.breast.weight;
  if (shape.lobes == Lobes::two) votes.breast.add(3, "pixels: " + shape.text);
  if (shape.lobes == Lobes::one) votes.breast.add(2, "pixels: " + shape.text);
  if (shape.lobes == Lobes::none) votes.other.add(2, "pixels: " + shape.text);
  // The network is sure of one or the other, or has no vote.
  constexpr double kSure = 0.8;
  if (network_breast) {
    const std::string text = "network: its images look like a breast exam with " +
                             format_fixed(100 * *network_breast, 0) + " % on average";
    if (*network_breast >= kSure) votes.breast.add(2, text);
    if (*network_breast <= 1 - kSure) votes.other.add(3, text);
  }
  // Where the headers are blank there is nothing to weigh a shape against: two hanging breasts are enough.
  // With the network's word one breast is.
  const bool network_agrees = network_breast && *network_breast >= kSure;
  const bool by_pixels =
      !votes.any_word && (shape.lobes == Lobes::two || (shape.lobes == Lobes::one && network_agrees));
  const bool is_breast = votes.breast.weight >= kEnough && (header_weight >= 1 || by_pixels) &&
                         votes.breast.weight >= votes.other.weight + 2;
  exam.kind = is_breast ? ExamKind::breast_mri : ExamKind::not_breast;
  if (!is_breast) {
    exam.findings.push_back(
        {Severity::warning, "kind of exam", "this is not taken for a breast MRI",
         "for it: " + joined(votes.breast) + "; against it: " + joined(votes.other),
         "If it is one, say so in the descriptions or check that the right files are here"});
    return;
  }
  exam.findings.push_back({Severity::note, "kind of exam", "breast MRI", joined(votes.breast), ""});
  if (votes.other.weight >= 2)
    exam.findings.push_back({Severity::warning, "kind of exam", "some evidence speaks against a breast MRI",
                             joined(votes.other), "Look at the contact sheet"});
  if (shape.lobes == Lobes::one)
    exam.findings.push_back({Severity::warning, "breasts", "only the " + shape.side + " breast is seen",
                             shape.text, "Values of the other side will be missing"});
  if (shape.lobes == Lobes::unknown && !shape.text.empty())
    exam.findings.push_back({Severity::warning, "breasts",
                             "one breast, or a field of view too narrow to tell", shape.text,
                             "Look at the contact sheet"});
  note_implants(exam, works);
}

}  // namespace lobule::exam
