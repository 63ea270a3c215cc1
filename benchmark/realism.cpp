// lobule_realism DATA OUT [CONVERTED ANALYZED [DDSM]] [--patients N]: figures of real and synthetic images
// side by side. DATA is the folder of shared data; CONVERTED and ANALYZED are what `lobule convert` and
// `lobule analyze` wrote of the real exam; DDSM holds ddsm_tissue.tar unpacked. OUT gets a page with pictures
// of both: real pixels, so never commit it.
//
// Nothing here is fitted: the phantoms' constants come from the literature, and these figures judge them.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "core/error.h"
#include "pictures.h"
#include "realism_contrasts.h"
#include "realism_mammograms.h"

namespace {

using namespace lobule;
using namespace lobule::bench;

void write_page(const std::filesystem::path& out,
                const std::vector<std::pair<std::string, std::vector<io::Picture>>>& rows) {
  std::filesystem::create_directories(out);
  std::ofstream page(out / "index.html");
  page << "<!doctype html><meta charset=utf-8><title>Real and synthetic</title><body "
          "style='background:#111;color:#ddd;"
          "font-family:sans-serif'>\n";
  for (std::size_t n = 0; n < rows.size(); ++n) {
    if (rows[n].second.empty()) continue;
    const std::string name = "row_" + std::to_string(n) + ".png";
    write_png(out / name, tiled(rows[n].second, 6, 320));
    page << "<h2>" << rows[n].first << "</h2><img style='width:100%' src='" << name << "'>\n";
  }
}

int run(int argc, char** argv) {
  std::vector<std::string> words;
  int patients = 20;
  for (int n = 1; n < argc; ++n)
    if (std::string(argv[n]) == "--patients" && n + 1 < argc)
      patients = std::atoi(argv[++n]);
    else
      words.push_back(argv[n]);
  if (words.size() < 2) {
    std::fprintf(stderr, "lobule_realism DATA OUT [CONVERTED ANALYZED [DDSM]] [--patients N]\n");
    return 2;
  }
  words.resize(5);
  std::vector<std::pair<std::string, std::vector<io::Picture>>> page;
  const MammogramSample digital = real_mammograms(words[0], ""), film = real_mammograms("", words[4]);
  print_exponents("real digital mammograms", digital, true);
  print_exponents("real films, resized by their source", film, false);
  page.emplace_back("Real digital mammograms", digital.pictures);
  page.emplace_back("Real films", film.pictures);
  for (const bool second : {false, true}) {
    const char* family = second ? "second" : "first";
    const MammogramSample sample = synthetic_mammograms(second, std::max(1, patients / 3));
    print_exponents(std::string("synthetic mammograms, ") + family + " family", sample, true);
    page.emplace_back(std::string("Synthetic mammograms, ") + family + " family", sample.pictures);
    std::fflush(stdout);
  }
  const ContrastSample exam = words[2].empty() ? ContrastSample{} : real_exam(words[2], words[3]);
  page.emplace_back("The real exam", exam.pictures);
  print_volumes(exam, "real exam");
  for (const bool second : {false, true}) {
    const char* family = second ? "second" : "first";
    const ContrastSample sample = synthetic_exams(second, patients);
    print_contrasts(exam, sample, family);
    print_volumes(sample, family);
    page.emplace_back(std::string("Synthetic exams, ") + family + " family", sample.pictures);
    std::fflush(stdout);
  }
  write_page(words[1], page);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const lobule::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
