# Which room uses which library. Their headers appear only in *_dcmtk.cpp, *_itk.cpp and the like.
target_compile_definitions(lobule_core PRIVATE LOBULE_VERSION="${PROJECT_VERSION}")
target_link_libraries(lobule_core PUBLIC Threads::Threads)
target_link_libraries(lobule_plain_io PRIVATE nlohmann_json::nlohmann_json)
target_link_libraries(lobule_io PRIVATE ZLIB::ZLIB PNG::PNG TIFF::TIFF PkgConfig::JXL LibArchive::LibArchive LibLZMA::LibLZMA
                      DCMTK::dcmdata DCMTK::dcmjpeg PkgConfig::OPENJPEG charls)
if(LOBULE_FUZZ)
  return()
endif()
target_include_directories(lobule_measure SYSTEM PRIVATE ${ITK_INCLUDE_DIRS})
target_link_libraries(lobule_measure PRIVATE ${ITK_LIBRARIES})
target_link_libraries(lobule_nn PRIVATE ${DNNL} OpenMP::OpenMP_CXX nlohmann_json::nlohmann_json)
# The engine's own loops, once for each instruction set; which one runs is asked of the processor. Wide values
# pass between functions of one file only, whatever the ABI says of them.
set(loops -ffp-contract=fast -fno-math-errno -fno-trapping-math -Wno-psabi)
set_source_files_properties(src/nn/engine_kernels_any.cpp PROPERTIES COMPILE_OPTIONS "${loops}")
set_source_files_properties(src/nn/engine_kernels_avx2.cpp PROPERTIES COMPILE_OPTIONS "${loops};-mavx2;-mfma")
set_source_files_properties(src/nn/engine_kernels_avx512.cpp PROPERTIES COMPILE_OPTIONS
                            "${loops};-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mfma;-mprefer-vector-width=512")
target_link_libraries(lobule_exam PRIVATE nlohmann_json::nlohmann_json)
target_link_libraries(lobule_report PRIVATE nlohmann_json::nlohmann_json)
target_link_libraries(lobule_pipeline PRIVATE nlohmann_json::nlohmann_json)
