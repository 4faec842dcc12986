#include "plugins/inspect.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>

#include "plugins/config_schema.hpp"
#include "plugins/elf_check.hpp"
#include "plugins/file_check.hpp"
#include "plugins/library.hpp"
#include "plugins/loading.hpp"
#include "plugins/words.hpp"
#include "secrets/sha256.hpp"

namespace collet::plugins {
namespace {

namespace fs = std::filesystem;

std::string text_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

// Of what operators are shown.
std::string line_of(const char* text) { return line_for_people(text == nullptr ? "" : text); }

// Names are config keys, owners of routes and names of files.
bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  return !name.empty() && name.size() <= 64 && name.find_first_not_of(kAllowed) == std::string_view::npos &&
         name != "core" && name != "directories";
}

Result<void> add_folder(const fs::path& folder, std::vector<fs::path>& found) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".so") files.push_back(it->path());
  if (error) return invalid("the plugin folder " + folder.string() + " cannot be read: " + error.message());
  std::sort(files.begin(), files.end());
  found.insert(found.end(), files.begin(), files.end());
  return {};
}

// `wanted`: 64 digits in lower case; empty: any.
Result<void> check_digest(const CheckedFile& file, const std::string& wanted) {
  if (wanted.empty()) return {};
  const auto digest = secrets::sha256_of_file(file.descriptor.get());
  if (!digest) return invalid("it " + digest.error().message);
  if (*digest != wanted) return invalid("its sha256 is " + *digest + ", not the one in the config");
  return {};
}

}  // namespace

fs::path own_directory() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path().parent_path() / "lib" / "collet" / "plugins";
}

Result<std::vector<fs::path>> discover(const fs::path& own, const std::vector<fs::path>& others) {
  std::vector<fs::path> found;
  std::error_code error;
  if (!own.empty() && fs::exists(own, error))
    if (auto added = add_folder(own, found); !added) return added.error();
  for (const auto& folder : others)
    if (auto added = add_folder(folder, found); !added) return added.error();
  return found;
}

Result<Loading> load_checked(const fs::path& file, const std::string& sha256) {
  if (!is_name(file.stem().string()))
    return invalid("its name may hold only a-z, 0-9, '-' and '_', and not be 'core' or 'directories'");
  const auto opened = open_checked(file);
  if (!opened) return opened.error();
  if (auto checked = check_elf(opened->descriptor.get()); !checked)
    return invalid("it " + checked.error().message);
  if (auto checked = check_digest(*opened, sha256); !checked) return checked.error();
  auto entry = load_library(*opened);
  if (!entry) return entry.error();
  const collet_entry& read = **entry;
  Loading loading{&read,
                  {read.id, line_of(read.version), line_of(read.description), line_of(read.build_tag),
                   text_of(read.config_schema)}};
  if (!parse_schema(loading.identity.config_schema))
    return invalid("its config schema is no JSON schema of an object");
  return loading;
}

Inspection inspect(const fs::path& file, const std::string& sha256) {
  Inspection inspection{file.stem().string(), file, {}, {}};
  auto loading = load_checked(file, sha256);
  if (loading)
    inspection.identity = loading->identity;
  else
    inspection.refusal = loading.error().message;
  return inspection;
}

}  // namespace collet::plugins
