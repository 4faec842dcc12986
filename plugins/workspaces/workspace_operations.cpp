#include "workspace_operations.hpp"

#include <string_view>

namespace collet::workspaces::operations {
namespace {

#define TEXT(most) R"({"type":"string","minLength":1,"maxLength":)" most "}"
constexpr std::string_view kWorkspace =
    R"({"type":"object","required":["id","name","path"],"properties":{"id":)" TEXT("4096") R"(,"name":)" TEXT(
        "256") R"(,"path":)" TEXT("4096") R"(,"parentPath":{"anyOf":[{"type":"string","maxLength":4096},{"type":"null"}]}}})";
constexpr std::string_view kParent =
    R"({"type":"object","required":["id","name","path"],"properties":{"id":)" TEXT("4096") R"(,"name":)" TEXT(
        "256") R"(,"path":)" TEXT("4096") "}}";
#undef TEXT
constexpr std::string_view kDeleted =
    R"({"type":"object","properties":{"deleted":{"type":"boolean","default":true}}})";
constexpr std::string_view kPath =
    R"("parameters":[{"name":"path","in":"query","required":true,"schema":{"type":"string"}}],)";

std::string list_of(std::string_view item) { return R"({"type":"array","items":)" + std::string(item) + "}"; }

std::string content(const std::string& schema) {
  return R"("content":{"application/json":{"schema":)" + schema + "}}";
}

std::string lists() {
  return R"({"type":"object","properties":{"workspaces":)" + list_of(kWorkspace) + R"(,"workspaceParents":)" +
         list_of(kParent) + "}}";
}

std::string describe(std::string_view id, std::string_view summary, std::string_view more,
                     const std::string& answer) {
  return R"({"tags":["Workspaces"],"operationId":")" + std::string(id) + R"(","summary":")" +
         std::string(summary) + "\"," + std::string(more) + R"("responses":{"200":{)" + content(answer) +
         "}}}";
}

std::string body(std::string_view member, std::string_view item) {
  const std::string name = "\"" + std::string(member) + "\"";
  return R"("requestBody":{"required":true,)" +
         content(R"({"type":"object","required":[)" + name + R"(],"properties":{)" + name + ":" +
                 list_of(item) + "}}") +
         "},";
}

}  // namespace

std::string list() {
  return describe("list_workspaces_api_workspaces_get", "The remembered workspaces and parents of workspaces",
                  "", lists());
}
std::string add() {
  return describe("add_workspaces_api_workspaces_post", "Remember workspaces, those of a known path excepted",
                  body("workspaces", kWorkspace), lists());
}
std::string remove() {
  return describe("delete_workspace_api_workspaces_delete", "Forget the workspace with this path", kPath,
                  std::string(kDeleted));
}
std::string add_parents() {
  return describe("add_workspace_parents_api_workspaces_parents_post",
                  "Remember folders whose folders are workspaces", body("parents", kParent), lists());
}
std::string remove_parent() {
  return describe("delete_workspace_parent_api_workspaces_parents_delete", "Forget the parent with this path",
                  kPath, std::string(kDeleted));
}

}  // namespace collet::workspaces::operations
