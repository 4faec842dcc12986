# find_package(collet): the SDK as installed, for plugins outside of Collet's own tree.
add_library(Collet::sdk INTERFACE IMPORTED)
get_filename_component(collet_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
target_include_directories(Collet::sdk INTERFACE "${collet_prefix}/include")
include("${CMAKE_CURRENT_LIST_DIR}/ColletPlugin.cmake")
