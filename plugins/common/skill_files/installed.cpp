#include "installed.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include "collet/json.hpp"
#include "storage_error.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNotes = ".installed.json";

std::string now() {
  const auto time = std::chrono::system_clock::now();
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time - whole).count();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm parts = {};
  ::gmtime_r(&seconds, &parts);
  char date[32], all[48];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(all, sizeof all, "%s.%06d+00:00", date, static_cast<int>(micros));
  return all;
}

std::optional<std::string> maybe(const json::Value& from, std::string_view member) {
  const auto text = json::string_at(from, member);
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

Installed read_one(const std::string& name, const json::Value& from) {
  return {name,
          json::string_or(from, "version"),
          json::string_or(from, "description"),
          json::bool_at(from, "enabled").value_or(true),
          json::string_or(from, "source", "local"),
          maybe(from, "requested_ref"),
          maybe(from, "resolved_ref"),
          maybe(from, "repo_path"),
          json::string_or(from, "installed_at"),
          json::string_or(from, "install_path")};
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(fs::symlink_status(path, error));
}

}  // namespace

void write_members(json::Writer& w, const Installed& one) {
  w.member("name", one.name).member("version", one.version).member("description", one.description);
  w.member("enabled", one.enabled).member("source", one.source).member("resolved_ref", one.resolved_ref);
  w.member("repo_path", one.repo_path).member("installed_at", one.installed_at);
  w.member("install_path", one.install_path);
}

InstalledFolders::InstalledFolders(fs::path root, Inspect inspect, Warn warn)
    : root_(std::move(root)), inspect_(std::move(inspect)), warn_(std::move(warn)) {}

// Between servers; the mutex is for our own threads. Nothing to lock: nothing is installed.
UniqueFd InstalledFolders::lock() const {
  UniqueFd fd(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() && errno == ENOENT) return fd;
  while (fd.valid() && ::flock(fd.get(), LOCK_EX) != 0)
    if (errno != EINTR) throw StorageError(root_.string() + " cannot be locked", errno);
  if (!fd.valid()) throw StorageError(root_.string() + " cannot be opened", errno);
  return fd;
}

InstalledFolders::Entries InstalledFolders::read() const {
  Entries entries;
  std::error_code error;
  if (!fs::exists(root_ / kNotes, error)) return entries;
  std::optional<json::Document> document;
  try {
    document = json::parse(read_text(root_ / kNotes));
  } catch (const FileError&) {
    document.reset();
  }
  if (!document && warn_) warn_((root_ / kNotes).string() + " cannot be read, and is made anew");
  if (!document) return entries;
  for (const auto* member : {"plugins", "skills", "extensions"}) {  // the older names first
    const auto* all = json::find(*document, member);
    if (all == nullptr || !all->IsObject()) continue;
    for (const auto& one : all->GetObject()) {
      const std::string name(json::view(one.name));
      if (is_kebab_case(name)) entries[name] = read_one(name, one.value);
    }
  }
  return entries;
}

void InstalledFolders::write(const Entries& entries) const {
  json::Writer w;
  w.object().key("extensions").object();
  for (const auto& [name, one] : entries) {
    w.key(name).object();
    write_members(w, one);
    w.member("requested_ref", one.requested_ref).end();
  }
  write_whole(root_ / kNotes, w.end().end().take());
}

bool InstalledFolders::sync(Entries& entries) const {
  const auto before = entries.size();
  std::erase_if(entries, [this](const auto& entry) { return !is_folder(place(entry.first)); });
  bool changed = entries.size() != before;
  for (const auto& folder : skill_files::entries(root_)) {
    const auto name = folder.filename().string();
    if (!is_kebab_case(name) || entries.count(name) != 0 || !is_folder(folder)) continue;
    try {
      const auto about = inspect_(folder, name);
      if (about.name != name) continue;
      entries[name] = {name, about.version, about.description, true, "local", {}, {},
                       {},   now(),         folder.string()};
      changed = true;
    } catch (const FileError&) {
      continue;  // somebody else's folder
    }
  }
  return changed;
}

void InstalledFolders::clean() {
  const std::lock_guard guard(mutex_);
  try {
    if (const auto held = lock(); held.valid()) remove_leftovers(root_);
  } catch (const StorageError& error) {  // whoever wants something of it is told
    if (warn_) warn_(error.what());
  }
}

std::vector<Installed> InstalledFolders::list() {
  const std::lock_guard guard(mutex_);
  std::vector<Installed> all;
  const auto held = lock();
  if (!held.valid()) return all;
  auto entries = read();
  if (sync(entries)) write(entries);
  for (auto& [name, one] : entries) all.push_back(std::move(one));
  return all;
}

std::optional<Installed> InstalledFolders::get(const std::string& name) {
  for (auto& one : list())
    if (one.name == name) return std::move(one);
  return std::nullopt;
}

bool InstalledFolders::set_enabled(const std::string& name, bool enabled) {
  const std::lock_guard guard(mutex_);
  const auto held = lock();
  if (!held.valid()) return false;
  auto entries = read();
  sync(entries);
  const auto found = entries.find(name);
  if (found == entries.end()) return false;
  found->second.enabled = enabled;
  write(entries);
  return true;
}

bool InstalledFolders::remove(const std::string& name) {
  const std::lock_guard guard(mutex_);
  const auto held = lock();
  if (!held.valid()) return false;
  auto entries = read();
  sync(entries);
  if (entries.erase(name) == 0) return false;
  const Staging away(root_);  // out of sight in one step, then removed
  publish(place(name), away.make("old") / name, false);
  write(entries);
  return true;
}

Installed InstalledFolders::add(const fs::path& made, Installed one, bool replace) {
  const std::lock_guard guard(mutex_);
  const auto held = lock();
  auto entries = read();
  if (!publish(made, place(one.name), replace)) throw AlreadyInstalled();
  if (const auto old = entries.find(one.name); old != entries.end()) one.enabled = old->second.enabled;
  one.installed_at = now();
  one.install_path = place(one.name).string();
  entries[one.name] = one;
  write(entries);
  return one;
}

}  // namespace collet::skill_files
