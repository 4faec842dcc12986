// Plugin "vscode": an editor for the browser, beside the server.
#include "collet/plugin.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "collet/json.hpp"
#include "collet/machine.hpp"
#include "editor.hpp"
#include "operations.hpp"
#include "options.hpp"

namespace collet::vscode {
namespace {

class VscodePlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    host_ = &setup.host();
    options_ = read_options(setup.config());
    places_ = {machine::variable("PATH"), machine::variable("OPENVSCODE_SERVER_ROOT")};
    here_ = std::filesystem::current_path();
    setup.get(
        "/api/vscode/status", [this](const Request&) { return status(); }, operations::status());
    setup.get(
        "/api/vscode/url", [this](const Request& request) { return url(request); }, operations::url());
  }

  void start() override {
    if (!options_.run) return;
    std::string problem;
    auto program = find_editor(options_, places_, problem);
    if (!program) {
      const auto log = host_->log();
      options_.command.empty() ? log.info("no editor: " + problem) : log.warning("no editor: " + problem);
      return;
    }
    editor_ =
        std::make_unique<Editor>(*host_, options_, *program, absolute(options_.folder), host_->state_dir());
    editor_->start();
  }

  void stop() override {
    if (editor_) editor_->stop();
  }

 private:
  Response status() const {
    json::Writer w;
    w.object().member("running", editor_ && editor_->is_ready()).member("enabled", options_.run);
    if (!options_.run) w.member("message", "The editor is switched off");
    return Response::json(w.end().take());
  }

  Response url(const Request& request) const {
    if (!options_.run)
      throw no_way_in("The editor is switched off; plugins.vscode.run or OH_ENABLE_VSCODE switches it on");
    std::optional<std::string> url;
    if (editor_) {
      const auto folder = request.query_value("workspace_dir").value_or(options_.folder);
      url = editor_->url(request.query_value("base_url"), absolute(std::string(folder)));
    }
    json::Writer w;
    return Response::json(w.object().member("url", url).end().take());
  }

  // The editor doesn't know where we run.
  std::string absolute(const std::string& folder) const { return (here_ / folder).lexically_normal(); }

  Host* host_ = nullptr;
  Options options_;
  Places places_;
  std::filesystem::path here_;
  std::unique_ptr<Editor> editor_;
};

}  // namespace
}  // namespace collet::vscode

COLLET_PLUGIN_WITH_CONFIG(collet::vscode::VscodePlugin, "dev.collet.vscode", "0.1.0",
                          "An editor for the browser: openvscode-server, code-server or VS Code itself", R"({
  "type": "object",
  "properties": {
    "run": {"type": "boolean"},
    "command": {"type": "string"},
    "arguments": {"type": "array", "items": {"type": "string"}},
    "host": {"type": "string"},
    "port": {"type": "integer", "minimum": 0, "maximum": 65535},
    "base_path": {"type": "string"},
    "folder": {"type": "string"},
    "access_token": {"type": "string"},
    "accept_license_terms": {"type": "boolean"}
  }
})");
