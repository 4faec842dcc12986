// Sends requests to the outside; the tests say where to. Config: `in_setup`, `at_start` (URLs) are fetched
// there, what comes of it is stored; `later_at_start` is not waited for; with `fails` its start does.
#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

#include "collet/fields.hpp"
#include "collet/plugin.hpp"

namespace {

class Fetcher final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    host_ = &setup.host();
    const collet::Fields config(setup.config());
    at_start_ = config.text("at_start", "");
    later_at_start_ = config.text("later_at_start", "");
    fails_ = config.flag("fails", false);
    if (const auto url = config.text("in_setup", ""); !url.empty())
      host_->store().put("in_setup", fetched(url));
    setup.post("/api/fetch", [this](const collet::Request& request) {
      try {
        const auto response = host_->http_client().fetch(asked(request));
        std::string text = std::to_string(response.status);
        for (const auto& [name, value] : response.headers)
          if (name == "x-kind") text += " " + value;
        return answer(text + " " + response.body);
      } catch (const collet::HostError& error) {
        return answer(word(error.status()) + error.what());
      }
    });
    setup.post("/api/fetch-and-cancel", [this](const collet::Request& request) {
      const auto promise = std::make_shared<std::promise<collet::HttpResult>>();
      auto call = host_->http_client().start(asked(request), [this, promise](collet::HttpResult result) {
        ++ends_;
        promise->set_value(std::move(result));
      });
      call.cancel();
      call.cancel();
      const auto result = promise->get_future().get();
      return answer(word(result.status) + result.error);
    });
    setup.post("/api/fetch-later", [this](const collet::Request& request) {
      call_ = host_->http_client().start(asked(request), [this](const collet::HttpResult&) { ++ends_; });
      return answer("started");
    });
  }

  void start() override {
    if (!at_start_.empty()) host_->store().put("at_start", fetched(at_start_));
    if (!later_at_start_.empty())
      call_ = host_->http_client().start({.url = later_at_start_}, [this](const collet::HttpResult&) {
        host_->store().put("late_ends", std::to_string(++ends_));
      });
    if (fails_) throw std::runtime_error("no weather today");
  }
  void stop() override { host_->store().put("ends", std::to_string(ends_)); }

 private:
  std::string fetched(const std::string& url) {
    try {
      return host_->http_client().fetch({.url = url}).body;
    } catch (const collet::HostError& error) {
      return word(error.status()) + error.what();
    }
  }
  static collet::HttpRequest asked(const collet::Request& request) {
    return {.method = "POST",
            .url = std::string(request.query_value("url").value_or("")),
            .headers = {{"X-From", "plugin"}},
            .body = request.body};
  }
  static collet::Response answer(std::string text) { return {200, "text/plain", std::move(text), {}}; }
  static std::string word(collet_status status) {
    return status == COLLET_INVALID       ? "invalid: "
           : status == COLLET_UNAVAILABLE ? "unavailable: "
                                          : "other: ";
  }

  collet::Host* host_ = nullptr;
  collet::HttpCall call_;
  std::string at_start_, later_at_start_;
  bool fails_ = false;
  std::atomic<int> ends_ = 0;  // that it was told of, but those of fetch
};

}  // namespace

COLLET_PLUGIN_WITH_CONFIG(Fetcher, "org.example.fetcher", "1", "Sends requests to the outside",
                          R"({"type":"object","properties":{"in_setup":{},"at_start":{},"later_at_start":{},
                              "fails":{}}})");
