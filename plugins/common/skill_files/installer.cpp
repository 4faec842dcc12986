#include "installer.hpp"

#include <filesystem>

#include "archive.hpp"
#include "text_file.hpp"
#include "tree_writer.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNowhere = "local";  // the source of folders that somebody has put there

Source parsed(const std::string& text, const std::string& home, const std::optional<std::string>& ref,
              const std::optional<std::string>& folder) {
  try {
    return parse_source(text, home, ref, folder);
  } catch (const FileError& error) {
    throw FetchError(400, error.what());
  }
}

// "name-1.2.tar.gz" is called "name-1.2".
std::string archive_name(const fs::path& file) {
  auto name = file.stem();
  if (name.extension() == ".tar") name = name.stem();
  return name.string();
}

// Where all of an archive lies in one folder, that folder.
fs::path unwrapped(const fs::path& folder) {
  const auto found = entries(folder);
  if (found.size() != 1 || found[0].filename().string().starts_with('.')) return folder;
  std::error_code error;
  return fs::is_directory(fs::symlink_status(found[0], error)) ? found[0] : folder;
}

struct Brought {
  fs::path folder;
  std::string name;  // what counts as the folder's
  std::optional<std::string> commit = {};
};

Brought bring_local(const Source& source, const fs::path& into) {
  std::error_code error;
  const auto place = fs::canonical(source.place, error);
  if (error) throw FetchError(400, "");
  TreeWriter writer(into);
  if (fs::is_directory(place, error)) {
    copy_tree(place, writer);
    return {into, place.filename().string()};
  }
  if (!is_archive(place) || !fs::is_regular_file(place, error))
    throw FetchError(400, "it is neither a folder nor an archive");
  extract_archive(place, writer);
  const auto folder = unwrapped(into);
  return {folder, folder == into ? archive_name(place) : folder.filename().string()};
}

std::string folder_name(const Source& source) {
  return source.folder ? fs::path(*source.folder).filename().string() : base_name(source);
}

}  // namespace

Installed Installer::bring(const Source& source, bool force, const std::string& wanted_name) {
  const Staging staging(folders_.root());
  const auto content = staging.make("content");
  Brought brought;
  if (source.kind == Source::Kind::kLocal) {
    brought = bring_local(source, content);
  } else {
    TreeWriter writer(content);
    const auto commit = make_fetcher_().fetch(source, staging.make("history"), writer);
    brought = {content, folder_name(source), commit};
  }
  const auto about = folders_.inspect()(brought.folder, brought.name);
  if (!is_kebab_case(about.name))
    throw FileError("its name must be small letters and digits, with single hyphens between them");
  if (!wanted_name.empty() && about.name != wanted_name)
    throw FileError("what lies at its source now has another name, '" + about.name + "'");
  Installed one{about.name, about.version, about.description, true, source.shown};
  one.requested_ref = source.ref;
  one.resolved_ref = brought.commit;
  one.repo_path = source.folder;
  return folders_.add(brought.folder, std::move(one), force);
}

Installed Installer::install(const InstallWish& wish) {
  return bring(parsed(wish.source, home_, wish.ref, wish.repo_path), wish.force, {});
}

std::optional<Installed> Installer::refresh(const std::string& name) {
  const auto old = folders_.get(name);
  if (!old) return std::nullopt;
  if (old->source == kNowhere) throw FetchError(400, "it was not installed from anywhere");
  if (old->source.find("://****@") != std::string::npos)
    throw FetchError(400, "it needs a user and password, which are not kept: install it again with force");
  return bring(parsed(old->source, home_, old->requested_ref, old->repo_path), true, name);
}

}  // namespace collet::skill_files
