// Plugin "hooks": shows clients the hooks that a project keeps in its folder.
#include "collet/plugin.hpp"

#include "collet/problems.hpp"
#include "hook_config.hpp"
#include "hook_file.hpp"

namespace collet::hooks {
namespace {

std::string operation() {
  const std::string texts = R"({"anyOf":[{"type":"string"},{"type":"null"}]})";
  const std::string hook =
      R"({"type":"object","required":["command"],"properties":{"type":{"type":"string",)"
      R"("enum":["command","prompt","agent"]},"name":)" +
      texts + R"(,"command":{"type":"string"},"prompt":)" + texts + R"(,"system_prompt":)" + texts +
      R"(,"tools":{"type":"array","items":{"type":"string"}},"timeout":{"type":"integer","default":60},)"
      R"("max_iterations":{"type":"integer","default":3},"async":{"type":"boolean","default":false}}})";
  const std::string matchers =
      R"({"type":"array","items":{"type":"object","properties":{"matcher":{"type":"string","default":"*"},)"
      R"("hooks":{"type":"array","items":)" +
      hook + "}}}}";
  std::string events;
  for (const char* event :
       {"pre_tool_use", "post_tool_use", "user_prompt_submit", "session_start", "session_end", "stop"})
    events += (events.empty() ? "\"" : ",\"") + std::string(event) + "\":" + matchers;
  return R"({"tags":["Hooks"],"operationId":"get_hooks_api_hooks_post",)"
         R"("summary":"The hooks of a project, from its file .openhands/hooks.json",)"
         R"("requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object",)"
         R"("properties":{"project_dir":)" +
         texts +
         R"(}}}}},"responses":{"200":{"content":{"application/json":{"schema":{"type":"object",)"
         R"("properties":{"hook_config":{"anyOf":[{"type":"object","properties":{)" +
         events + R"(}},{"type":"null"}]}}}}}}}})";
}

std::string read_folder(const Request& request) {
  const auto body = read_object(request);
  const json::Value* folder = json::find(static_cast<const json::Value&>(body), "project_dir");
  if (folder == nullptr || folder->IsNull()) return {};
  Problems problems;
  if (!folder->IsString())
    problems.add("string_type", {"body", "project_dir"}, "Input should be a valid string",
                 json::dump(*folder));
  problems.check();
  return std::string(json::view(*folder));
}

Response show(const Request& request) {
  const std::string folder = read_folder(request);
  const auto text = folder.empty() ? std::nullopt : read_hook_file(folder);
  try {
    const auto hooks = text ? normalised(*text) : std::nullopt;
    return Response::json("{\"hook_config\":" + hooks.value_or("null") + "}");
  } catch (const HookError& error) {
    return Response::error(422, folder + "/.openhands/hooks.json: " + error.what());
  }
}

class HooksPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override { setup.post("/api/hooks", show, operation()); }
};

}  // namespace
}  // namespace collet::hooks

COLLET_PLUGIN(collet::hooks::HooksPlugin, "dev.collet.hooks", "0.1.0", "Shows the hooks of a project");
