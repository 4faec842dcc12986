# collet_module(NAME SOURCES … [TESTS …] [DEPENDS …] [PRIVATE …])
# One folder of core/ as a static library collet_NAME, its unit tests as the program NAME_tests.
# DEPENDS: libraries seen in its headers; PRIVATE: libraries seen in its .cpp files only.
function(collet_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;DEPENDS;PRIVATE" ${ARGN})
  add_library(collet_${name} STATIC ${ARG_SOURCES})
  target_include_directories(collet_${name} PUBLIC ${PROJECT_SOURCE_DIR}/core)
  target_link_libraries(collet_${name}
    PUBLIC collet_options collet_sdk Threads::Threads ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE})
  if(COLLET_TESTS AND ARG_TESTS)
    add_executable(${name}_tests ${ARG_TESTS})
    target_link_libraries(${name}_tests PRIVATE collet_${name} ${ARG_PRIVATE} GTest::gtest GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${name}_tests TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 PROPERTIES ${COLLET_TEST_PROPERTIES})
  endif()
endfunction()
