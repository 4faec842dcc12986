#include "folders/folder_routes.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "folders/listing.hpp"
#include "operations.hpp"
#include "query.hpp"
#include "request_paths.hpp"

namespace collet::file {
namespace {

constexpr std::size_t kFavorites = 50;
constexpr std::int64_t kMostFolders = 100;  // of one page

std::string home() {
  if (const char* folder = std::getenv("HOME"); folder != nullptr && *folder == '/')
    return absolute_path(folder);
  std::vector<char> buffer(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return absolute_path(found->pw_dir);
  return "/";
}

std::string below(const std::string& folder, const std::string& name) {
  return (folder == "/" ? std::string() : folder) + "/" + name;
}

Response create_directory(const Request& request) {
  Query query(request);
  const auto text = query.text("path");
  query.check();
  make_folders(absolute_path(text));
  return Response::json(R"({"success":true})");
}

// A home that cannot be read has no favorites.
std::vector<std::string> favorites(const std::string& folder, bool hidden) {
  try {
    return list_folders(folder, hidden, kFavorites, std::nullopt).names;
  } catch (const Refusal&) {
    return {};
  }
}

Response show_home(const Request& request) {
  Query query(request);
  const bool hidden = query.flag("include_hidden", false);
  query.check();
  const auto folder = home();
  json::Writer w;
  w.object().member("home", folder).key("favorites").array();
  for (const auto& name : favorites(folder, hidden))
    w.object().member("label", name).member("path", below(folder, name)).end();
  w.end().key("locations").array().object().member("label", "/").member("path", "/").end().end().end();
  return Response::json(w.take());
}

Response search_subdirs(const Request& request) {
  Query query(request);
  const auto text = query.text("path");
  const auto limit = query.count("limit", kMostFolders, kMostFolders);
  const bool hidden = query.flag("include_hidden", false);
  auto mark = query.optional_text("page_id");
  query.check();
  if (mark && mark->empty()) mark.reset();
  const auto path = absolute_path(text);
  const auto page = list_folders(path, hidden, static_cast<std::size_t>(limit), mark);
  json::Writer w;
  w.object().key("items").array();
  for (const auto& name : page.names) w.object().member("name", name).member("path", below(path, name)).end();
  w.end().member("next_page_id", page.next).end();
  return Response::json(w.take());
}

}  // namespace

void add_folder_routes(Setup& setup) {
  setup.post("/api/file/create_directory", create_directory, operations::create_directory());
  setup.get("/api/file/home", show_home, operations::home());
  setup.get("/api/file/search_subdirs", search_subdirs, operations::search_subdirs());
}

}  // namespace collet::file
