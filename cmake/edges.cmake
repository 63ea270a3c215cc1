# Which room uses which library. Their headers appear only in *_dcmtk.cpp, *_itk.cpp and the like.
target_compile_definitions(lobule_core PRIVATE LOBULE_VERSION="${PROJECT_VERSION}")
target_link_libraries(lobule_core PUBLIC Threads::Threads)
target_link_libraries(lobule_io PRIVATE ZLIB::ZLIB PNG::PNG LibArchive::LibArchive LibLZMA::LibLZMA
                      DCMTK::dcmdata DCMTK::dcmjpeg PkgConfig::OPENJPEG charls)
if(LOBULE_FUZZ)
  return()
endif()
target_include_directories(lobule_measure SYSTEM PRIVATE ${ITK_INCLUDE_DIRS})
target_link_libraries(lobule_measure PRIVATE ${ITK_LIBRARIES})
target_link_libraries(lobule_nn PRIVATE ${DNNL} nlohmann_json::nlohmann_json)
target_link_libraries(lobule_exam PRIVATE nlohmann_json::nlohmann_json)
target_link_libraries(lobule_report PRIVATE nlohmann_json::nlohmann_json)
target_link_libraries(lobule_pipeline PRIVATE nlohmann_json::nlohmann_json)
