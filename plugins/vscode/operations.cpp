#include "operations.hpp"

#include "common/openapi.hpp"

namespace collet::vscode::operations {

std::string status() {
  return openapi::describe(
      {.tag = "VSCode",
       .id = "get_vscode_status_api_vscode_status_get",
       .summary = "Whether there is an editor, and whether it runs",
       .answer =
           R"({"type":"object","additionalProperties":{"anyOf":[{"type":"boolean"},{"type":"string"}]}})"});
}

std::string url() {
  return openapi::describe(
      {.tag = "VSCode",
       .id = "get_vscode_url_api_vscode_url_get",
       .summary = "An address that opens the editor; null while it does not run",
       .parameters =
           R"({"name":"base_url","in":"query","required":false,)"
           R"("description":"Where the caller reaches the editor's port",)"
           R"("schema":{"type":"string"}},)"
           R"({"name":"workspace_dir","in":"query","required":false,)"
           R"("description":"The folder to open","schema":{"type":"string","default":"workspace"}})",
       .answer = openapi::object({{"url", openapi::kMaybeText}}),
       .others = "503"});
}

}  // namespace collet::vscode::operations
