# The HTTP routes of the plugin.
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(LIBGIT2 REQUIRED IMPORTED_TARGET libgit2)

target_sources(collet_plugin_file_parts PRIVATE
  operations.cpp query.cpp request_paths.cpp routes.cpp
  archive/archive_routes.cpp archive/archive_writer.cpp archive/excludes.cpp archive/folder_walk.cpp
  archive/git_repository.cpp archive/spool.cpp archive/tar_stream.cpp
  folders/folder_routes.cpp folders/listing.cpp
  trajectory/redaction.cpp trajectory/trajectory_routes.cpp trajectory/trajectory_source.cpp
  transfer/file_answer.cpp transfer/incoming_file.cpp transfer/multipart.cpp transfer/ranges.cpp
  transfer/transfer_routes.cpp transfer/upload.cpp
  workspace/beneath.cpp workspace/content_types.cpp workspace/workspace_routes.cpp)
target_link_libraries(collet_plugin_file_parts PRIVATE PkgConfig::LIBARCHIVE PkgConfig::LIBGIT2)

if(TARGET plugin_file_tests)
  target_sources(plugin_file_tests PRIVATE
    plugin.cpp
    archive/archive_routes_test.cpp archive/excludes_test.cpp archive/git_repository_test.cpp archive/tar_stream_test.cpp
    folders/listing_test.cpp
    trajectory/trajectory_routes_test.cpp
    transfer/incoming_file_test.cpp transfer/multipart_test.cpp transfer/ranges_test.cpp
    transfer/transfer_routes_test.cpp
    workspace/beneath_test.cpp workspace/workspace_routes_test.cpp)
  target_link_libraries(plugin_file_tests PRIVATE PkgConfig::LIBARCHIVE)
endif()
