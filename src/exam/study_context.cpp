#include "exam/study_context.h"

#include <algorithm>

#include "io/dicom_tags.h"

namespace lobule::exam {
namespace tag = io::tag;

StudyContext study_context(const io::DicomDataset& header) {
  StudyContext study;
  study.patient_id = header.text(tag::PatientID);
  study.patient_name = header.text(tag::PatientName);
  study.patient_birth_date = header.text(tag::PatientBirthDate);
  study.patient_sex = header.text(tag::PatientSex);
  study.study_uid = header.text(tag::StudyInstanceUID);
  study.study_date = header.text(tag::StudyDate);
  study.study_time = header.text(tag::StudyTime);
  study.accession_number = header.text(tag::AccessionNumber);
  study.study_description = header.text(tag::StudyDescription);
  study.study_id = header.text({0x0020, 0x0010});
  study.referring_physician = header.text({0x0008, 0x0090});
  study.manufacturer = header.text(tag::Manufacturer);
  study.model_name = header.text(tag::ManufacturerModelName);
  study.field_strength_tesla = header.number(tag::MagneticFieldStrength).value_or(0);
  count_dates(header, study);
  return study;
}

void count_dates(const io::DicomDataset& header, StudyContext& study) {
  for (const io::Tag date :
       {tag::StudyDate, tag::SeriesDate, tag::AcquisitionDate, tag::ContentDate, tag::InstanceCreationDate})
    study.newest_source_date = std::max(study.newest_source_date, header.text(date));
}

}  // namespace lobule::exam
