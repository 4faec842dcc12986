// Plugin "hooks": shows clients the hooks that a project keeps in its folder.
#include "collet/plugin.hpp"

#include "collet/problems.hpp"
#include "common/openapi.hpp"
#include "hook_config.hpp"
#include "hook_file.hpp"

namespace collet::hooks {
namespace {

std::string operation() {
  using namespace openapi;
  const auto hook = object({{"type", R"({"type":"string","enum":["command","prompt","agent"]})", false},
                            {"name", kMaybeText, false},
                            {"command", kText},
                            {"prompt", kMaybeText, false},
                            {"system_prompt", kMaybeText, false},
                            {"tools", kTexts, false},
                            {"timeout", R"({"type":"integer","default":60})", false},
                            {"max_iterations", R"({"type":"integer","default":3})", false},
                            {"async", switched(false), false}});
  const auto matchers = list_of(
      object({{"matcher", R"({"type":"string","default":"*"})", false}, {"hooks", list_of(hook), false}}));
  const auto events = object({{"pre_tool_use", matchers, false},
                              {"post_tool_use", matchers, false},
                              {"user_prompt_submit", matchers, false},
                              {"session_start", matchers, false},
                              {"session_end", matchers, false},
                              {"stop", matchers, false}});
  return describe({.tag = "Hooks",
                   .id = "get_hooks_api_hooks_post",
                   .summary = "The hooks of a project, from its file .openhands/hooks.json",
                   .body = object({{"project_dir", kMaybeText, false}}),
                   .answer = object({{"hook_config", maybe(events), false}})});
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
