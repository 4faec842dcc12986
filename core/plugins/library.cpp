#define BOOST_DLL_USE_STD_FS
#include "plugins/library.hpp"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <string>
#include <string_view>

namespace collet::plugins {
namespace {

namespace dll = boost::dll;

// Libraries stay loaded until the process ends: what came from them (exceptions, threads, texts) may outlive
// any object that could own them. Holds on to one that is loaded already.
void pin(const std::filesystem::path& file) {
  ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD | RTLD_NODELETE);
}

bool is_id(std::string_view id) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
  return id.find('.') != std::string_view::npos && id.find_first_not_of(kAllowed) == std::string_view::npos &&
         id.front() != '.' && id.back() != '.';
}

}  // namespace

std::string check_entry(const collet_entry& entry) {
  if (entry.magic != COLLET_ENTRY_MAGIC) return "its entry symbol has a wrong magic number";
  if (entry.abi_major != COLLET_ABI_MAJOR)
    return "it is built for plugin ABI " + std::to_string(entry.abi_major) + ", this program has " +
           std::to_string(COLLET_ABI_MAJOR);
  if (entry.struct_size < sizeof(collet_entry)) return "its entry symbol is too short";
  if (entry.id == nullptr || !is_id(entry.id)) return "its id is no reversed domain in lower case";
  if (entry.version == nullptr || *entry.version == '\0') return "it states no version";
  if (entry.create == nullptr || entry.destroy == nullptr || entry.feature == nullptr ||
      entry.start == nullptr || entry.stop == nullptr)
    return "its entry symbol lacks a function";
  return {};
}

Result<const collet_entry*> load_library(const std::filesystem::path& file) {
  const auto path = std::filesystem::absolute(file);
  dll::shared_library library;
  boost::dll::fs::error_code failure;
  library.load(path, failure, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  if (failure) {
    // The code's text is about errno, which the loader doesn't set; its own words are here.
    const char* words = ::dlerror();
    return invalid(words != nullptr ? words : failure.message());
  }
  pin(path);
  if (!library.has(COLLET_ENTRY_SYMBOL)) return invalid("it has no symbol " COLLET_ENTRY_SYMBOL);
  const collet_entry& entry = library.get<const collet_entry>(COLLET_ENTRY_SYMBOL);
  if (std::string wrong = check_entry(entry); !wrong.empty()) return invalid(std::move(wrong));
  return &entry;
}

}  // namespace collet::plugins
