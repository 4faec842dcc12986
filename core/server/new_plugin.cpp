#include "server/new_plugin.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>

#include "plugins/inspect.hpp"

namespace collet::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 40;  // the tool's name begins with it, and has at most 64 characters

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == '-' || c == '_'; }

std::string as_identifier(std::string name) {
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
}

std::string as_class(std::string_view name) {
  std::string made;
  bool start = true;
  for (const char c : name) {
    if (!is_separator(c)) made += start && is_letter(c) ? static_cast<char>(c - 'a' + 'A') : c;
    start = is_separator(c);
  }
  return made;
}

std::string with_name(std::string text, const std::string& name) {
  const std::array<std::pair<std::string_view, std::string>, 3> words{
      {{"template-name", name}, {"template_name", as_identifier(name)}, {"TemplateName", as_class(name)}}};
  for (const auto& [old, put_in] : words)
    for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + put_in.size()))
      text.replace(at, old.size(), put_in);
  return text;
}

Result<void> copy_file(const fs::path& from, const fs::path& to, const std::string& name) {
  std::ifstream in(from, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return unavailable(from.string() + " cannot be read");
  std::ofstream out(to, std::ios::binary);
  out << with_name(std::move(text), name) << std::flush;
  if (!out) return unavailable(to.string() + " cannot be written");
  return {};
}

Result<void> copy_folder(const fs::path& from, const fs::path& to, const std::string& name) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(from, error), end; !error && it != end; it.increment(error)) {
    const fs::path place = to / with_name(it->path().lexically_relative(from).string(), name);
    if (it->is_directory()) {
      fs::create_directory(place, error);
    } else if (auto copied = copy_file(it->path(), place, name); !copied) {
      return copied;
    }
    if (error) break;
  }
  if (error) return unavailable(to.string() + " cannot be made: " + error.message());
  return {};
}

bool is_in_path(const fs::path& folder) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): the command line has one thread
  std::istringstream entries(path == nullptr ? "" : path);
  std::error_code error;
  for (std::string entry; std::getline(entries, entry, ':');)
    if (!entry.empty() && fs::equivalent(entry, folder, error)) return true;
  return false;
}

fs::path program_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

}  // namespace

fs::path template_folder() { return program_folder().parent_path() / "share" / "collet" / "template"; }

std::string check_new_name(std::string_view name) {
  if (name.empty() || !is_letter(name.front())) return "a plugin's name begins with a letter from a to z";
  if (name.size() > kLongestName)
    return "a plugin's name has at most " + std::to_string(kLongestName) + " characters";
  bool separated = false;
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c) && !is_separator(c))
      return "a plugin's name holds only a-z, 0-9, '-' and '_'";
    if (separated && is_separator(c)) return "a plugin's name has no two '-' or '_' in a row";
    separated = is_separator(c);
  }
  if (separated) return "a plugin's name does not end with '-' or '_'";
  if (name == "core" || name == "directories" || name.find("template-name") != name.npos ||
      name.find("template_name") != name.npos)
    return "the name " + std::string(name) + " is taken";
  return {};
}

Result<void> make_plugin(const fs::path& from, const fs::path& to, const std::string& name) {
  if (std::string wrong = check_new_name(name); !wrong.empty()) return invalid(std::move(wrong));
  std::error_code error;
  if (!fs::is_directory(from, error)) return not_found("there is no template in " + from.string());
  if (fs::exists(fs::symlink_status(to, error))) return conflict(to.string() + " is there already");
  fs::create_directory(to, error);
  if (error) return unavailable(to.string() + " cannot be made: " + error.message());
  auto copied = copy_folder(from, to, name);
  if (!copied) fs::remove_all(to, error);
  return copied;
}

int new_plugin(const std::string& name, const std::string& directory) {
  const fs::path folder = directory.empty() ? name : directory;
  std::error_code error;
  auto made = fs::exists(plugins::own_directory() / (name + ".so"), error)
                  ? Result<void>(conflict("Collet has a plugin " + name + " of its own"))
                  : make_plugin(template_folder(), folder, name);
  if (!made) {
    std::fprintf(stderr, "collet: %s\n", made.error().message.c_str());
    return 1;
  }
  std::printf("Made the plugin %s in %s. Next:\n\n", name.c_str(), folder.c_str());
  if (const auto program = program_folder(); !is_in_path(program))
    std::printf("  PATH=%s:$PATH\n", program.c_str());
  std::printf(
      "  cd %s\n"
      "  cmake -B build && cmake --build build && ctest --test-dir build\n"
      "  collet serve --config collet.json\n",
      folder.c_str());
  return 0;
}

}  // namespace collet::server
