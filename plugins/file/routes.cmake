# The HTTP routes of the plugin.
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(LIBGIT2 REQUIRED IMPORTED_TARGET libgit2)

target_sources(collet_plugin_file_parts PRIVATE
  query.cpp request_paths.cpp
  transfer/incoming_file.cpp transfer/multipart.cpp transfer/ranges.cpp
  workspace/beneath.cpp)
target_link_libraries(collet_plugin_file_parts PRIVATE PkgConfig::LIBARCHIVE PkgConfig::LIBGIT2)

if(TARGET plugin_file_tests)
  target_sources(plugin_file_tests PRIVATE
    transfer/incoming_file_test.cpp transfer/multipart_test.cpp transfer/ranges_test.cpp
    workspace/beneath_test.cpp)
endif()
