#include "workspace/workspace_routes.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "collet/problems.hpp"
#include "operations.hpp"
#include "query.hpp"
#include "request_paths.hpp"
#include "transfer/file_answer.hpp"
#include "workspace/beneath.hpp"
#include "workspace/content_types.hpp"

namespace collet::file {
namespace {

// Pages that an agent has written run in an origin of their own: they reach neither the server nor its
// cookies.
constexpr const char* kSandbox =
    "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";

[[noreturn]] void fail(int error, const std::string& path) {
  if (error == EXDEV) throw Refusal(400, "Path is outside the workspace");
  if (error == ENOENT || error == ENOTDIR || error == ELOOP) throw Refusal(404, "File not found");
  refuse(error, path);
}

UniqueFd open_workspace(const Host& host, const std::string& conversation) {
  std::string text;
  try {
    text = host.conversations().get(conversation);
  } catch (const HostError& error) {
    if (error.status() == COLLET_NOT_FOUND) throw Refusal(404, "Conversation not found: " + conversation);
    throw;
  }
  const auto document = json::parse(text);
  const json::Value* workspace = document ? json::find(*document, "workspace") : nullptr;
  if (workspace == nullptr || json::string_or(*workspace, "kind", "LocalWorkspace") != "LocalWorkspace")
    throw Refusal(404, "Conversation workspace is not local; cannot be served");
  const auto folder = json::string_or(*workspace, "working_dir");
  UniqueFd opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid()) throw Refusal(404, "Workspace directory does not exist");
  return opened;
}

struct stat status_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail(errno, path);
  return status;
}

// What is there, without opening it for reading.
struct stat look(int workspace, const std::string& path) {
  const auto there = open_beneath(workspace, path, O_PATH, Links::kInside);
  if (!there.valid()) fail(errno, path);
  return status_of(there.get(), path);
}

OpenFile open_file(int workspace, const std::string& path) {
  auto content = open_beneath(workspace, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, Links::kInside);
  if (!content.valid()) fail(errno, path);
  const auto status = status_of(content.get(), path);
  if (!S_ISREG(status.st_mode)) throw Refusal(404, "File not found");
  return {std::move(content), facts_of(status)};
}

// The file that a path means: of a folder its index.html.
std::string file_meant(int workspace, const std::string& path) {
  const auto status = look(workspace, path);
  if (S_ISREG(status.st_mode)) return path;
  if (!S_ISDIR(status.st_mode)) throw Refusal(404, "File not found");
  auto index = path.empty() || path.back() == '/' ? path + "index.html" : path + "/index.html";
  const auto there = open_beneath(workspace, index, O_PATH, Links::kInside);
  if (!there.valid() && errno == EXDEV) fail(EXDEV, index);
  if (!there.valid() || !S_ISREG(status_of(there.get(), index).st_mode))
    throw Refusal(404, "No index.html in directory");
  return index;
}

Response serve(const Host& host, const Request& request) {
  const auto workspace = open_workspace(host, conversation_of(request));
  const auto path = file_meant(workspace.get(), std::string(request.param("file_path")));
  auto file = open_file(workspace.get(), path);
  const auto type = content_type_of(name_of("/" + path), file.content.get());
  return answer_file(request, std::move(file), type,
                     {{"content-security-policy", kSandbox},
                      {"x-content-type-options", "nosniff"},
                      {"referrer-policy", "no-referrer"},
                      {"cache-control", "private, no-cache"}});
}

}  // namespace

void add_workspace_routes(Setup& setup) {
  const std::string root = "/api/conversations/{conversation_id}/workspace", file = root + "/{file_path...}";
  const auto handler =
      answering([&host = setup.host()](const Request& request) { return serve(host, request); });
  setup.get(root, handler, operations::workspace_root()).access(Access::kWorkspace);
  setup.head(root, handler, operations::workspace_root_head()).access(Access::kWorkspace);
  setup.get(file, handler, operations::workspace_file()).access(Access::kWorkspace);
  setup.head(file, handler, operations::workspace_file_head()).access(Access::kWorkspace);
}

}  // namespace collet::file
