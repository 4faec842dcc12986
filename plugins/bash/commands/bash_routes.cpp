#include "commands/bash_routes.hpp"

#include <memory>
#include <utility>

#include "collet/json.hpp"
#include "commands/bash_operations.hpp"
#include "commands/request_reader.hpp"

namespace collet::bash {
namespace {

Response count_response(std::int64_t count) {
  json::Writer w;
  w.object().member("cleared_count", count).end();
  return Response::json(w.take());
}

Response too_many() { return Response::error(503, "Too many commands are running. Try again later."); }

void execute(const BashRouteParts& parts, const Request& request, Reply reply) {
  const auto read = read_command(request.body);
  if (!read) return reply.send(read.problem());
  auto shared = std::make_shared<Reply>(std::move(reply));  // a function must be copyable
  try {
    parts.commands.execute(read.value(), [shared](const BashOutput* output, const std::string& error) {
      shared->send(output != nullptr ? Response::json(to_json(*output)) : Response::error(503, error));
    });
  } catch (const CommandService::TooMany&) {
    shared->send(too_many());
  }
}

Response start(const BashRouteParts& parts, const Request& request) {
  const auto read = read_command(request.body);
  if (!read) return read.problem();
  try {
    return Response::json(to_json(parts.commands.start(read.value())));
  } catch (const CommandService::TooMany&) {
    return too_many();
  } catch (const CommandService::NotStored& error) {
    return Response::error(503, error.what());
  }
}

Response search(const BashRouteParts& parts, const Request& request) {
  const auto read = read_search(request.query);
  return read ? Response::json(parts.history.search(read.value())) : read.problem();
}

Response get(const BashRouteParts& parts, const Request& request) {
  auto event = parts.history.find(request.param("event_id"));
  return event ? Response::json(std::move(*event)) : Response::error(404, "Not Found");
}

Response get_batch(const BashRouteParts& parts, const Request& request) {
  const auto read = read_ids(request.body);
  if (!read) return read.problem();
  json::Writer w;
  w.array();
  for (const auto& id : read.value()) {
    const auto event = parts.history.find(id);
    event ? w.raw(*event) : w.value(nullptr);
  }
  w.end();
  return Response::json(w.take());
}

}  // namespace

void add_bash_routes(Setup& setup, std::function<BashRouteParts()> parts) {
  setup.route(
      "POST", "/api/bash/execute_bash_command",
      [parts](const Request& request, Reply reply) { execute(parts(), request, std::move(reply)); },
      operations::execute());
  setup.post(
      "/api/bash/start_bash_command", [parts](const Request& request) { return start(parts(), request); },
      operations::start());
  setup.get(
      "/api/bash/bash_events/search", [parts](const Request& request) { return search(parts(), request); },
      operations::search());
  setup.get(
      "/api/bash/bash_events/", [parts](const Request& request) { return get_batch(parts(), request); },
      operations::get_batch());
  setup.get(
      "/api/bash/bash_events/{event_id}", [parts](const Request& request) { return get(parts(), request); },
      operations::get());
  setup.del(
      "/api/bash/bash_events", [parts](const Request&) { return count_response(parts().history.clear()); },
      operations::clear());
}

}  // namespace collet::bash
