#include "commands/bash_event.hpp"

#include "collet/json.hpp"

namespace collet::bash {

std::string to_json(const BashCommand& event) {
  json::Writer w;
  w.object().member("command", event.command).member("cwd", event.cwd).member("timeout", event.timeout);
  w.member("id", event.id)
      .member("timestamp", utc_timestamp(event.timestamp))
      .member("kind", "BashCommand")
      .end();
  return w.take();
}

std::string to_json(const BashOutput& event) {
  const auto text = [](const std::string& stream) {
    return stream.empty() ? std::nullopt : std::optional<std::string>(stream);
  };
  json::Writer w;
  w.object().member("id", event.id).member("timestamp", utc_timestamp(event.timestamp));
  w.member("command_id", event.command_id).member("order", event.order).member("exit_code", event.exit_code);
  w.member("stdout", text(event.out)).member("stderr", text(event.err)).member("kind", "BashOutput").end();
  return w.take();
}

std::string to_json(const BashError& event) {
  json::Writer w;
  w.object().member("id", event.id).member("timestamp", utc_timestamp(event.timestamp));
  w.member("code", event.code).member("detail", event.detail).member("kind", "BashError").end();
  return w.take();
}

}  // namespace collet::bash
