# find_package(collet): the SDK for plugins outside of Collet's own tree. Gives Collet::sdk, collet_add_plugin(),
# collet_PREFIX (where it is installed) and collet_PROGRAM (the server).
get_filename_component(collet_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(collet_PROGRAM "${collet_PREFIX}/bin/collet")
if(NOT TARGET Collet::sdk)
  add_library(Collet::sdk INTERFACE IMPORTED)
  target_include_directories(Collet::sdk INTERFACE "${collet_PREFIX}/include")
endif()
include("${CMAKE_CURRENT_LIST_DIR}/ColletPlugin.cmake")
