#include "transfer/transfer_routes.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>

#include "operations.hpp"
#include "query.hpp"
#include "request_paths.hpp"
#include "transfer/file_answer.hpp"
#include "transfer/upload.hpp"

namespace collet::file {
namespace {

std::string path_in_query(const Request& request) {
  Query query(request);
  const auto text = query.text("path");
  query.check();
  return absolute_path(text);
}

// Clients send two slashes in a row there; proxies make one of them.
std::string path_in_path(const Request& request) {
  const std::string text(request.param("path"));
  return absolute_path(text.rfind('/', 0) == 0 ? text : "/" + text);
}

OpenFile open_file(const std::string& path) {
  struct stat status {};
  const auto fail = [&path] {
    if (errno == ENOENT || errno == ENOTDIR) throw Refusal(404, "File not found");
    refuse(errno, path);
  };
  // Looked at first: opening a device may do something.
  if (::stat(path.c_str(), &status) != 0) fail();
  if (!S_ISREG(status.st_mode)) throw Refusal(400, "Path is not a file");
  UniqueFd content(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!content.valid() || ::fstat(content.get(), &status) != 0) fail();
  if (!S_ISREG(status.st_mode)) throw Refusal(400, "Path is not a file");
  return {std::move(content), facts_of(status)};
}

using PathOf = std::string (*)(const Request&);

// Never labelled as JSON: clients would parse it.
Setup::Answer download(PathOf path_of) {
  return [path_of](const Request& request) {
    const auto path = path_of(request);
    return answer_file(request, open_file(path), "application/octet-stream",
                       {{"content-disposition", attachment(name_of(path))}});
  };
}

auto upload(PathOf path_of) {
  return [path_of](const Request& request) -> std::unique_ptr<BodyReceiver> {
    return std::make_unique<Upload>(request, path_of(request));
  };
}

}  // namespace

void add_transfer_routes(Setup& setup) {
  const std::string up = "/api/file/upload", down = "/api/file/download";
  setup.stream("POST", up, upload(path_in_query), operations::upload());
  setup.stream("POST", up + "/{path...}", upload(path_in_path), operations::upload_to_path());
  setup.get(down, download(path_in_query), operations::download());
  setup.head(down, download(path_in_query), operations::download_head());
  setup.get(down + "/{path...}", download(path_in_path), operations::download_from_path());
  setup.head(down + "/{path...}", download(path_in_path), operations::download_from_path_head());
}

}  // namespace collet::file
