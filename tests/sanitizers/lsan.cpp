// What the leak sanitizer must not report: libgit2's own leak, for programs that use it.
//
// libgit2 1.5 keeps 20 KiB for each entry of a repository's .gitmodules that an expression of its own does
// not match. The expression's memory is PCRE2's, which is all that the report's
// short stack shows.
extern "C" __attribute__((visibility("default"))) const char*
__lsan_default_suppressions() {  // NOLINT: the sanitizer's name
  return "leak:libpcre2-8";
}
