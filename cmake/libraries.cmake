# The libraries at the edge.
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(LibArchive REQUIRED)
find_package(LibLZMA REQUIRED)
find_package(DCMTK REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(OPENJPEG REQUIRED IMPORTED_TARGET libopenjp2)
find_package(charls REQUIRED)
if(NOT LOBULE_FUZZ)
  # ITK by components only: a bare find_package(ITK) would pull in FFTW (GPL).
  # Debian's ITK looks at every GDCM program, in whatever component, and lists those that are not there.
  set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
  find_package(ITK REQUIRED COMPONENTS ITKCommon ITKBiasCorrection)
  unset(CMAKE_MESSAGE_LOG_LEVEL)
  find_package(CLI11 REQUIRED)
  find_package(tomlplusplus REQUIRED)
  # Debian's CMake file of oneDNN asks for OpenCL; the library itself does not.
  find_library(DNNL dnnl REQUIRED)
  find_package(OpenMP REQUIRED COMPONENTS CXX)
endif()
