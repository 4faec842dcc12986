#include "secrets/key_file.hpp"

#include <botan/hex.h>
#include <botan/system_rng.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "collet/unique_fd.hpp"
#include "secrets/sha256.hpp"

namespace collet::secrets {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kHead = "collet-key:v1:";
constexpr std::size_t kSumDigits = 8;
constexpr std::size_t kLineSize = kHead.size() + 2 * Key::kSize + 1 + kSumDigits + 1;

Error failed(const std::string& what, const fs::path& path) {
  return unavailable("secrets: cannot " + what + " " + path.string() + ": " + std::strerror(errno));
}
Error damaged(const fs::path& path) {
  return unavailable(
      "secrets: the key file " + path.string() +
      " is damaged. Put it back from a backup; without it the stored secrets can't be opened.");
}

std::string checksum(const Key& key) {
  return sha256_of({reinterpret_cast<const char*>(key.data()), Key::kSize}).substr(0, kSumDigits);
}

std::string line_of(const Key& key) {
  return std::string(kHead) + Botan::hex_encode(key.data(), Key::kSize, false) + ":" + checksum(key) + "\n";
}

Result<Key> parse(const std::string& line, const fs::path& path) {
  if (line.size() != kLineSize || !line.starts_with(kHead)) return damaged(path);
  Key key;
  try {
    const auto bytes = Botan::hex_decode_locked(line.substr(kHead.size(), 2 * Key::kSize), false);
    if (bytes.size() != Key::kSize) return damaged(path);
    std::copy(bytes.begin(), bytes.end(), key.data());
  } catch (const std::exception&) {
    return damaged(path);
  }
  if (line != line_of(key)) return damaged(path);
  return key;
}

Result<Key> read(const fs::path& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return failed("open the key file", path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return failed("look at the key file", path);
  if (!S_ISREG(info.st_mode)) return damaged(path);
  if ((info.st_mode & 077U) != 0)
    return unavailable("secrets: others can read the key file " + path.string() + "; chmod 600 it");
  std::string line(kLineSize + 1, '\0');
  const auto size = ::read(file.get(), line.data(), line.size());
  if (size < 0) return failed("read the key file", path);
  line.resize(static_cast<std::size_t>(size));
  return parse(line, path);
}

// On failure nothing is left behind.
Result<void> write_synced(const fs::path& path, const std::string& text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.valid()) return failed("make", path);
  errno = ENOSPC;  // a short write sets none
  if (::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file.get()) == 0)
    return {};
  const Error error = failed("write", path);
  ::unlink(path.c_str());
  return error;
}

Result<void> sync_folder(const fs::path& folder) {
  const UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid() || ::fsync(opened.get()) != 0) return failed("sync", folder);
  return {};
}

fs::path next_path(const fs::path& folder) { return folder / "secret.key.next"; }

fs::path with_suffix(const fs::path& path, const std::string& suffix) { return path.string() + "." + suffix; }

Key random_key() {
  Key key;
  Botan::system_rng().randomize(key.data(), Key::kSize);
  return key;
}

/// Makes the file under another name first; linking fails when somebody else was faster, and never replaces.
Result<void> make(const fs::path& path) {
  const Key key = random_key();
  const fs::path draft = with_suffix(path, new_uuid());
  auto outcome = write_synced(draft, line_of(key));
  if (outcome && ::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) outcome = failed("make", path);
  ::unlink(draft.c_str());
  if (!outcome) return outcome;
  return sync_folder(path.parent_path());
}

Result<bool> is_there(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return true;
  if (errno != ENOENT) return failed("look at the key file", path);
  return false;
}

Result<std::optional<Key>> read_if_any(const fs::path& path) {
  const auto found = is_there(path);
  if (!found) return found.error();
  if (!*found) return std::optional<Key>();
  auto key = read(path);
  if (!key) return key.error();
  return std::optional<Key>(std::move(*key));
}

// What can't be read is never the same: it may hold anything.
bool holds_the_same_key(const fs::path& one, const fs::path& other) {
  const auto a = read(one);
  const auto b = read(other);
  return a && b && a->bytes() == b->bytes();
}

/// Gives the file a second name, `kept`, or one that begins like it where another file has that name.
Result<fs::path> keep(const fs::path& path, fs::path kept) {
  if (::link(path.c_str(), kept.c_str()) == 0) return kept;
  if (errno == EEXIST) {
    if (holds_the_same_key(path, kept)) return kept;  // broken off after this step
    kept = with_suffix(kept, new_uuid());
    if (::link(path.c_str(), kept.c_str()) == 0) return kept;
  }
  return failed("keep the old key file as", kept);
}

}  // namespace

Result<Key> read_or_make_key_file(const fs::path& folder) {
  const auto path = folder / "secret.key";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return unavailable("secrets: cannot make " + folder.string() + ": " + error.message());
  const auto found = is_there(path);
  if (!found) return found.error();
  if (!*found)
    if (auto made = make(path); !made) return made.error();
  return read(path);
}

Result<std::optional<Key>> read_key_file(const fs::path& folder) {
  return read_if_any(folder / "secret.key");
}

Result<Key> make_next_key_file(const fs::path& folder) {
  Key key = random_key();
  const auto path = next_path(folder);
  const fs::path draft = with_suffix(path, new_uuid());
  if (auto written = write_synced(draft, line_of(key)); !written) return written.error();
  if (::rename(draft.c_str(), path.c_str()) != 0) {
    const Error error = failed("make", path);
    ::unlink(draft.c_str());
    return error;
  }
  if (auto synced = sync_folder(folder); !synced) return synced.error();
  return key;
}

Result<std::optional<Key>> read_next_key_file(const fs::path& folder) {
  return read_if_any(next_path(folder));
}

Result<fs::path> adopt_next_key_file(const fs::path& folder, const std::string& old_id) {
  const auto path = folder / "secret.key";
  const auto found = is_there(path);
  if (!found) return found.error();
  auto kept = *found ? keep(path, with_suffix(path, old_id)) : Result<fs::path>(fs::path());
  if (!kept) return kept;
  if (::rename(next_path(folder).c_str(), path.c_str()) != 0) return failed("replace", path);
  if (auto synced = sync_folder(folder); !synced) return synced.error();
  return kept;
}

void sweep_key_drafts(const fs::path& folder) {
  const std::string begin = next_path(folder).filename().string() + ".";
  std::error_code error;
  std::vector<fs::path> drafts;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with(begin) && parse_uuid(name.substr(begin.size()))) drafts.push_back(at->path());
  }
  for (const auto& draft : drafts) fs::remove(draft, error);
}

Result<void> drop_next_key_file(const fs::path& folder) {
  if (::unlink(next_path(folder).c_str()) != 0 && errno != ENOENT) return failed("remove", next_path(folder));
  return {};
}

}  // namespace collet::secrets
