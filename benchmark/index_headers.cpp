#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>

#include "core/hash.h"
#include "core/parallel.h"
#include "exam/index.h"
#include "io/dicom_tags.h"
#include "io/dicom_write.h"
#include "io/inputs.h"
#include "process.h"
#include "row.h"

namespace lobule::benchmark {
namespace {
namespace fs = std::filesystem;
namespace tag = io::tag;

constexpr int kFiles = 10000;
constexpr double kGoalFilesPerSecond = 10000;
constexpr std::size_t kHeaderBytes = 8192;

// The header of an MR image as scanners write it: about a hundred elements, a few kilobytes.
io::DicomDataset header_of(int number) {
  io::DicomDataset d;
  const auto uid = [](const std::string& seed) { return uid_from_seed("bench " + seed); };
  const int series = number / 200;
  d.put_text(tag::SOPClassUID, "UI", "1.2.840.10008.5.1.4.1.1.4");
  d.put_text(tag::SOPInstanceUID, "UI", uid("image " + std::to_string(number)));
  d.put_text(tag::StudyInstanceUID, "UI", uid("study"));
  d.put_text(tag::SeriesInstanceUID, "UI", uid("series " + std::to_string(series)));
  d.put_text(tag::Modality, "CS", "MR");
  d.put_text(tag::PatientID, "LO", "BENCH");
  d.put_text(tag::SeriesDescription, "LO", "t1_fl3d_tra_dyn");
  d.put_number(tag::SeriesNumber, "IS", series);
  d.put_number(tag::InstanceNumber, "IS", number % 200 + 1);
  d.put_texts(tag::ImageType, "CS", {"ORIGINAL", "PRIMARY", "M", "NORM"});
  d.put_numbers(tag::ImagePositionPatient, "DS", {-170, -100, -90 + 1.2 * (number % 200)});
  d.put_numbers(tag::ImageOrientationPatient, "DS", {1, 0, 0, 0, 1, 0});
  d.put_numbers(tag::PixelSpacing, "DS", {1, 1});
  d.put_number(tag::Rows, "US", 16);
  d.put_number(tag::Columns, "US", 16);
  d.put_number(tag::BitsAllocated, "US", 16);
  d.put_number(tag::BitsStored, "US", 12);
  d.put_number(tag::HighBit, "US", 11);
  d.put_number(tag::PixelRepresentation, "US", 0);
  d.put_number(tag::SamplesPerPixel, "US", 1);
  d.put_text(tag::PhotometricInterpretation, "CS", "MONOCHROME2");
  for (std::uint16_t e = 0; e < 80; ++e)
    d.put_text({0x0019, static_cast<std::uint16_t>(0x1000 + e)}, "LO",
               "a private value of a scanner " + std::to_string(e));
  d.put_text({0x0019, 0x0010}, "LO", "BENCH PRIVATE");
  d.put({tag::PixelData, {'O', 'W'}, std::string(16 * 16 * 2, '\1'), {}});
  return d;
}

}  // namespace

int make_headers(const std::string& folder, int count) {
  fs::create_directories(folder);
  parallel_for(count, [&](std::size_t i) {
    io::write_dicom(fs::path(folder) / (std::to_string(i) + ".dcm"), header_of(static_cast<int>(i)));
  });
  return 0;
}

int index_folder(const std::string& folder) {
  Progress progress;
  const Cancellation cancellation;
  const io::Inputs inputs = io::collect_inputs({folder}, "", {}, cancellation);
  std::printf("%zu\n", exam::index_files(inputs.files, progress, cancellation).entries.size());
  return 0;
}

int touch_folder(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) files.push_back(entry.path());
  std::atomic<std::size_t> bytes{0};
  parallel_for_ranges(files.size(), 64, [&](std::size_t begin, std::size_t end) {
    std::array<char, kHeaderBytes> buffer{};
    for (std::size_t i = begin; i < end; ++i) {
      const int fd = ::open(files[i].c_str(), O_RDONLY);
      const ssize_t n = ::read(fd, buffer.data(), buffer.size());
      ::close(fd);
      bytes += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
  });
  std::printf("%zu\n", bytes.load());
  return 0;
}

Row index_headers(const Setting& setting) {
  const std::string folder = setting.scratch + "/headers";
  make_headers(folder, kFiles);
  run({setting.self, "index", folder});  // warms the page cache
  Row row;
  row.name = "index_headers";
  const Measured ours = median_run({setting.self, "index", folder}, 5);
  row.seconds = ours.seconds;
  row.peak_mib = ours.peak_mib;
  row.limit_seconds = median_run({setting.self, "touch", folder}, 5).seconds;
  row.goal_seconds = kFiles / kGoalFilesPerSecond;
  row.ok = ours.exit_code == 0 && ours.output == std::to_string(kFiles) + "\n";
  row.note = std::to_string(kFiles) +
             " synthetic MR headers of 100 elements, warm; limit: open and read the first " +
             std::to_string(kHeaderBytes) + " bytes of each file with the same threads";
  if (installed("dcmdump")) {
    const Measured peer = median_run({"dcmdump", "-q", "+sd", "+r", "+P", "0008,0018", "+P", "0020,000e",
                                      "+P", "0008,103e", "+P", "0020,0032", "+P", "0020,0037", folder},
                                     3);
    row.peer = "dcmdump of five tags";
    row.peer_seconds = peer.seconds;
  }
  if (installed("dcm2niix")) {
    const std::string out = setting.scratch + "/dcm2niix";
    fs::create_directories(out);
    row.note += "; dcm2niix -b o (headers and sidecars only) in the same run: " +
                std::to_string(run({"dcm2niix", "-b", "o", "-o", out, folder}).seconds) + " s";
  }
  return row;
}

}  // namespace lobule::benchmark
