// Follows the logs of conversations; the tests tell it what to do over routes. Config: `at_start`, a
// conversation that it follows from its start on; with `fails` its start does.
#include <mutex>
#include <stdexcept>
#include <string>

#include "collet/fields.hpp"
#include "collet/plugin.hpp"

namespace {

class Follower final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    host_ = &setup.host();
    const collet::Fields config(setup.config());
    at_start_ = config.text("at_start", "");
    fails_ = config.flag("fails", false);
    setup.post("/api/follow/{id}", [this](const collet::Request& request) { return follow(request); });
    setup.del("/api/follow", [this](const collet::Request&) {
      follow_.cancel();
      return collet::Response::json("{}");
    });
    setup.get("/api/seen", [this](const collet::Request&) {
      const std::lock_guard lock(mutex_);
      return collet::Response{200, "text/plain", seen_, {}};
    });
    setup.get("/api/read/{id}", [this](const collet::Request& request) { return read(request); });
    setup.post("/api/append/{id}", [this](const collet::Request& request) {
      return answered([&] { return host_->events().append(request.param("id"), request.body); });
    });
  }
  void start() override {
    if (!at_start_.empty()) begin(at_start_, 0);
    if (fails_) throw std::runtime_error("no weather today");
  }
  void stop() override {
    const std::lock_guard lock(mutex_);
    host_->store().put("seen", seen_);
  }

 private:
  template <class F>
  collet::Response answered(F f) {
    try {
      return {200, "text/plain", f(), {}};
    } catch (const collet::HostError& error) {
      return {400 + error.status(), "text/plain", error.what(), {}};
    }
  }
  collet::Response follow(const collet::Request& request) {
    return answered([&] {
      begin(request.param("id"), std::stoll(std::string(request.query_value("after").value_or("0"))));
      return std::string("following");
    });
  }
  void begin(std::string_view id, std::int64_t after) {
    follow_ = host_->events().follow(
        id, after,
        [this](std::int64_t seq, std::string_view event) {
          const std::lock_guard lock(mutex_);
          seen_ += std::to_string(seq) + (event.starts_with('{') && event.ends_with('}') ? " " : "? ");
          if (seq == 13) follow_.cancel();  // from one of its own calls
          if (seq == 66) throw std::runtime_error("inside knowledge");
        },
        [this](collet_status why) {
          const std::lock_guard lock(mutex_);
          seen_ += "ended " + std::to_string(why) + " ";
          if (fails_) host_->store().put("seen", seen_);  // it is not stopped
        });
  }
  collet::Response read(const collet::Request& request) {
    return answered([&] {
      std::string seqs = "last " + std::to_string(host_->events().last_seq(request.param("id"))) + ":";
      for (const auto& event : host_->events().read(request.param("id"), 2, 3))
        seqs += " " + std::to_string(event.seq) + event.text.substr(0, 6);
      return seqs;
    });
  }

  collet::Host* host_ = nullptr;
  std::mutex mutex_;
  std::string seen_, at_start_;
  bool fails_ = false;
  collet::Follow follow_;
};

}  // namespace

COLLET_PLUGIN_WITH_CONFIG(Follower, "org.example.follower", "1", "Follows the logs of conversations",
                          R"({"type":"object","properties":{"at_start":{},"fails":{}}})");
