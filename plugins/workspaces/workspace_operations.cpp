#include "workspace_operations.hpp"

#include <string_view>
#include <utility>

#include "common/openapi.hpp"

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
    R"({"name":"path","in":"query","required":true,"schema":{"type":"string"}})";

std::string lists() {
  return R"({"type":"object","properties":{"workspaces":)" + openapi::list_of(kWorkspace) +
         R"(,"workspaceParents":)" + openapi::list_of(kParent) + "}}";
}

std::string describe(std::string id, std::string_view summary, std::string_view parameters, std::string body,
                     std::string answer, std::string_view others = {}) {
  return openapi::describe({.tag = "Workspaces",
                            .id = std::move(id),
                            .summary = summary,
                            .parameters = std::string(parameters),
                            .body = std::move(body),
                            .answer = std::move(answer),
                            .others = others});
}

std::string body(std::string_view member, std::string_view item) {
  return openapi::object({{member, openapi::list_of(item)}});
}

}  // namespace

std::string list() {
  return describe("list_workspaces_api_workspaces_get", "The remembered workspaces and parents of workspaces",
                  {}, {}, lists());
}
std::string add() {
  return describe("add_workspaces_api_workspaces_post", "Remember workspaces, those of a known path excepted",
                  {}, body("workspaces", kWorkspace), lists());
}
std::string remove() {
  return describe("delete_workspace_api_workspaces_delete", "Forget the workspace with this path", kPath, {},
                  std::string(kDeleted), "404,422");
}
std::string add_parents() {
  return describe("add_workspace_parents_api_workspaces_parents_post",
                  "Remember folders whose folders are workspaces", {}, body("parents", kParent), lists());
}
std::string remove_parent() {
  return describe("delete_workspace_parent_api_workspaces_parents_delete", "Forget the parent with this path",
                  kPath, {}, std::string(kDeleted), "404,422");
}

}  // namespace collet::workspaces::operations
