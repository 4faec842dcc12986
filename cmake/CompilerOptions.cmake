# -O3 buys nothing measurable here and costs a third more build time.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# With address,undefined the slowest file takes 240 s of processor time at -O2 -g, 90 s at -O1 -g1, 35 s at -O0 -g1; with
# thread it takes 22 s at -O1 -g1. Assertions of the libraries are on.
if(COLLET_SANITIZE)
  if(COLLET_SANITIZE MATCHES "thread")
    set(sanitizer_flags "-O1 -g1")
  else()
    set(sanitizer_flags "-O0 -g1")
  endif()
  set(CMAKE_C_FLAGS_DEBUG "${sanitizer_flags}")
  set(CMAKE_CXX_FLAGS_DEBUG "${sanitizer_flags}")
endif()

# Of every unit test. One variable at most in the environment: its list and that of the properties do not go together.
set(COLLET_TEST_PROPERTIES TIMEOUT 300)
if(COLLET_SANITIZE MATCHES "address")
  set(COLLET_TEST_ENVIRONMENT "ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1")
elseif(COLLET_SANITIZE MATCHES "thread")
  # A thread that hangs in a plugin is left behind on purpose, and std::thread lets no other one be forgotten.
  set(COLLET_TEST_ENVIRONMENT
    "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/sanitizers/tsan.supp:second_deadlock_stack=1:report_thread_leaks=0")
endif()
if(COLLET_TEST_ENVIRONMENT)
  list(APPEND COLLET_TEST_PROPERTIES ENVIRONMENT "${COLLET_TEST_ENVIRONMENT}")
endif()

# Warnings and sanitizers for our own targets: collet_options is linked by every one of them.
add_library(collet_options INTERFACE)
target_compile_options(collet_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(COLLET_WERROR)
  target_compile_options(collet_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Wrong positives of g++ 12 inside the standard library at -O2.
  target_compile_options(collet_options INTERFACE -Wno-restrict)
else()
  # Boost 1.81's string_view and Asio's executors compare with C++17's operators, of which clang says so in C++20.
  target_compile_options(collet_options INTERFACE -Wno-ambiguous-reversed-operator)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
    # It has the standard's coroutines and does not say so, neither to libstdc++ nor to Asio.
    target_compile_options(collet_options INTERFACE -Wno-builtin-macro-redefined)
    target_compile_definitions(collet_options INTERFACE
      __cpp_impl_coroutine=201902L BOOST_ASIO_HAS_CO_AWAIT=1 BOOST_ASIO_HAS_STD_COROUTINE=1)
  endif()
endif()
if(COLLET_SANITIZE)
  # A finding ends the program, also one of the undefined behaviour sanitizer: a test must not pass over it.
  target_compile_options(collet_options INTERFACE
    -fsanitize=${COLLET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(collet_options INTERFACE -fsanitize=${COLLET_SANITIZE})
endif()
if(COLLET_SANITIZE MATCHES "thread")
  # This sanitizer doesn't see fences, on which Asio's reference counts rely by default.
  target_compile_definitions(collet_options INTERFACE
    BOOST_ASIO_DISABLE_STD_ATOMIC BOOST_AC_USE_STD_ATOMIC BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()
if(COLLET_FUZZ)
  # RapidJSON adds offsets to a null pointer that it does not use then.
  target_compile_options(collet_options INTERFACE -fsanitize=fuzzer-no-link -fno-sanitize=pointer-overflow)
endif()
target_compile_definitions(collet_options INTERFACE
  RAPIDJSON_HAS_STDSTRING=1 BOOST_ASIO_NO_DEPRECATED BOOST_ERROR_CODE_HEADER_ONLY)
