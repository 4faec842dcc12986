#include "common/web_program.hpp"

#include <utility>

#include "collet/json.hpp"
#include "collet/machine.hpp"

namespace collet {

WebProgram::WebProgram(const Host& host, Options options)
    : options_(std::move(options)), service_(host, [this] {
        ServiceOptions service;
        service.name = options_.name;
        service.prepare = [this] { return prepare(); };
        service.ready = [this] { return machine::we_listen_on(door().port); };
        return service;
      }()) {}

// A new token each time: where another user's program has taken the port meanwhile, an address that was
// given out has shown it a token that opens nothing.
ServiceStart WebProgram::prepare() {
  Door door{machine::free_port(options_.host, options_.port), options_.token};
  if (door.token.empty()) door.token = machine::random_hex(32);
  ServiceStart start;
  start.program = options_.program(door);
  start.secrets = {door.token};
  const std::lock_guard lock(mutex_);
  door_ = std::move(door);
  return start;
}

WebProgram::Door WebProgram::door() const {
  const std::lock_guard lock(mutex_);
  return door_;
}

std::optional<WebProgram::Way> WebProgram::way(std::optional<std::string_view> base_url) const {
  if (!runs(status())) return std::nullopt;
  auto [port, token] = door();
  std::string url = base_url ? std::string(*base_url) : machine::local_url(options_.host, port);
  url.erase(url.find_last_not_of('/') + 1);
  return Way{std::move(url), std::move(token)};
}

bool runs(const Service::Status& status) {
  return status.state == Service::State::kStarting || status.state == Service::State::kReady;
}

Refusal no_way_in(const std::string& why) {
  json::Writer w;
  w.object().member("detail", why).member("exception", "503: " + why).end();
  return Refusal(Response::json(w.take(), 503));
}

}  // namespace collet
