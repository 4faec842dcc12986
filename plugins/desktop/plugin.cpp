// Plugin "desktop": a desktop in the browser, for programs with windows.
#include "collet/plugin.hpp"

#include <filesystem>
#include <memory>
#include <string>

#include "collet/json.hpp"
#include "collet/machine.hpp"
#include "common/openapi.hpp"
#include "desktop.hpp"
#include "desktop_programs.hpp"
#include "options.hpp"

namespace collet::desktop {
namespace {

std::string operation() {
  return openapi::describe({.tag = "Desktop",
                            .id = "get_desktop_url_api_desktop_url_get",
                            .summary = "An address that opens the desktop",
                            .parameters = R"({"name":"base_url","in":"query","required":false,)"
                                          R"("description":"Where the caller reaches noVNC's port",)"
                                          R"("schema":{"type":"string","default":"http://localhost:8002"}})",
                            .answer = openapi::object({{"url", openapi::kMaybeText}}),
                            .others = "503"});
}

class DesktopPlugin final : public Plugin {
 public:
  void setup(Setup& setup) override {
    host_ = &setup.host();
    options_ = read_options(setup.config());
    path_ = machine::variable("PATH");
    here_ = std::filesystem::current_path();
    setup.get(
        "/api/desktop/url", [this](const Request& request) { return url(request); }, operation());
  }

  void start() override {
    if (!options_.run) return;
    auto programs = find_programs(options_, path_);
    for (const auto& one : programs.missing) missing_ += (missing_.empty() ? "" : ", ") + one;
    if (!missing_.empty()) {
      host_->log().warning("no desktop: it lacks " + missing_);
      return;
    }
    desktop_ = std::make_unique<Desktop>(*host_, options_, std::move(programs), host_->state_dir(), here_);
    desktop_->start();
  }

  void stop() override {
    if (desktop_) desktop_->stop();
  }

 private:
  Response url(const Request& request) const {
    if (!options_.run)
      throw no_way_in("The desktop is switched off; plugins.desktop.run or OH_ENABLE_VNC switches it on");
    if (!desktop_) throw no_way_in("The desktop lacks " + missing_);
    const auto [url, problem] = desktop_->address(request.query_value("base_url").value_or(""));
    if (url.empty()) throw no_way_in("The desktop does not run: " + problem);
    json::Writer w;
    return Response::json(w.object().member("url", url).end().take());
  }

  Host* host_ = nullptr;
  Options options_;
  std::string path_, here_;
  std::string missing_;
  std::unique_ptr<Desktop> desktop_;
};

}  // namespace
}  // namespace collet::desktop

COLLET_PLUGIN_WITH_CONFIG(collet::desktop::DesktopPlugin, "dev.collet.desktop", "0.1.0",
                          "A desktop in the browser, over TigerVNC and noVNC", R"({
  "type": "object",
  "properties": {
    "run": {"type": "boolean"},
    "host": {"type": "string"},
    "port": {"type": "integer", "minimum": 0, "maximum": 65535},
    "geometry": {"type": "string"},
    "display": {"type": "integer", "minimum": 0, "maximum": 9999},
    "web": {"type": "string"},
    "session": {"type": "array", "items": {"type": "string"}}
  }
})");
