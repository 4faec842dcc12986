#include "operations.hpp"

namespace collet::vscode::operations {

std::string status() {
  return R"({"tags":["VSCode"],"operationId":"get_vscode_status_api_vscode_status_get",)"
         R"("summary":"Whether there is an editor, and whether it runs",)"
         R"("responses":{"200":{"content":{"application/json":{"schema":{"type":"object",)"
         R"("additionalProperties":{"anyOf":[{"type":"boolean"},{"type":"string"}]}}}}}}})";
}

std::string url() {
  return R"({"tags":["VSCode"],"operationId":"get_vscode_url_api_vscode_url_get",)"
         R"("summary":"An address that opens the editor; null while it does not run","parameters":[)"
         R"({"name":"base_url","in":"query","required":false,)"
         R"("description":"Where the caller reaches the editor's port",)"
         R"("schema":{"type":"string"}},)"
         R"({"name":"workspace_dir","in":"query","required":false,"description":"The folder to open",)"
         R"("schema":{"type":"string","default":"workspace"}}],)"
         R"("responses":{"200":{"content":{"application/json":{"schema":{"type":"object","required":["url"],)"
         R"("properties":{"url":{"anyOf":[{"type":"string"},{"type":"null"}]}}}}}},)"
         R"("503":{"content":{"application/json":{"schema":{"type":"object"}}}}}})";
}

}  // namespace collet::vscode::operations
