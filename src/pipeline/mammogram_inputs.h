#pragma once
// The images among the files that a user named, and the names of what is made of them.

#include <set>
#include <string>
#include <vector>

#include "core/error.h"
#include "io/inputs.h"

namespace lobule::pipeline {

// Files that may hold an image: pictures and DICOM objects, damaged ones too, and whatever was named by
// itself. Text and tables are counted in a note.
std::vector<io::InputFile> images_among(const std::vector<io::InputFile>& files,
                                        const std::vector<std::string>& inputs, Findings& findings);

// The name under which `lobule density` writes masks of a file, without ending: "a.tar:x/R_MLO.png" gives
// "R_MLO".
std::string mammogram_stem(const std::string& file);

// Names of results, no two alike: of images with one stem the second is <stem>_2.
class ImageStems {
 public:
  std::string next(const std::string& file);

 private:
  std::set<std::string> taken_;
};

}  // namespace lobule::pipeline
