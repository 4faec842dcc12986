# -O3 buys nothing measurable here and costs a third more build time.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# Warnings and sanitizers for our own targets: collet_options is linked by every one of them.
add_library(collet_options INTERFACE)
target_compile_options(collet_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(COLLET_WERROR)
  target_compile_options(collet_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Wrong positives of g++ 12 inside the standard library at -O2.
  target_compile_options(collet_options INTERFACE -Wno-restrict)
endif()
if(COLLET_SANITIZE)
  target_compile_options(collet_options INTERFACE -fsanitize=${COLLET_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(collet_options INTERFACE -fsanitize=${COLLET_SANITIZE})
endif()
target_compile_definitions(collet_options INTERFACE
  RAPIDJSON_HAS_STDSTRING=1 BOOST_ASIO_NO_DEPRECATED BOOST_ERROR_CODE_HEADER_ONLY)
