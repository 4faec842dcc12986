#include "commands/running_routes.hpp"

#include <utility>

#include "collet/json.hpp"
#include "system/failure_answers.hpp"
#include "system/signal_request.hpp"

namespace collet::bash {
namespace {

constexpr const char* kList =
    R"({"tags":["Bash"],"operationId":"list_running_bash_commands","summary":"The commands that run now",)"
    R"("responses":{"200":{"content":{"application/json":{"schema":{"type":"object","required":["items"],)"
    R"("properties":{"items":{"type":"array","items":{"type":"object",)"
    R"("required":["id","timestamp","command","cwd","timeout","kind","pid","output_bytes"],"properties":{)"
    R"("id":{"type":"string"},"timestamp":{"type":"string","format":"date-time"},"command":{"type":"string"},)"
    R"("cwd":{"anyOf":[{"type":"string"},{"type":"null"}]},"timeout":{"type":"integer"},)"
    R"("kind":{"type":"string","enum":["BashCommand"]},"pid":{"type":"integer"},)"
    R"("output_bytes":{"type":"integer","description":"So far"}}}}}}}}}}})";
// These two without their failures and end.
constexpr const char* kSignal =
    R"({"tags":["Bash"],"operationId":"signal_bash_command","summary":"Send a signal to a running command",)"
    R"("requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object",)"
    R"("required":["signal"],"properties":{"signal":{"type":"string","description":"Also in lower letters, and with SIG before it",)"
    R"("enum":["HUP","INT","QUIT","KILL","TERM","USR1","USR2","STOP","TSTP","CONT","WINCH"]}}}}}},)"
    R"("responses":{"200":{"content":{"application/json":{"schema":{"type":"object",)"
    R"("properties":{"success":{"type":"boolean"}}}}}})";
constexpr const char* kStop =
    R"({"tags":["Bash"],"operationId":"stop_bash_command","summary":"End a running command and all that it started",)"
    R"("responses":{"200":{"content":{"application/json":{"schema":{"type":"object",)"
    R"("properties":{"success":{"type":"boolean"}}}}}})";

Response done() { return Response::json(R"({"success":true})"); }

Response not_found() { return Response::error(404, "No such command is running"); }

Response list(const CommandService& commands) {
  json::Writer w;
  w.object().key("items").array();
  for (const auto& running : commands.running()) w.raw(to_json(running));
  w.end().end();
  return Response::json(w.take());
}

Response signal(CommandService& commands, const Request& request) {
  switch (commands.signal(request.param("command_id"), read_signal(request))) {
    case CommandService::Signalled::kSent:
      return done();
    case CommandService::Signalled::kEnded:
      return Response::error(409, "The command's shell has ended; DELETE ends what it left behind");
    case CommandService::Signalled::kUnknown:
      break;
  }
  return not_found();
}

}  // namespace

void add_running_routes(Setup& setup, std::function<CommandService&()> commands) {
  setup.get(
      "/api/bash/commands", [commands](const Request&) { return list(commands()); }, kList);
  setup.post(
      "/api/bash/commands/{command_id}/signal",
      [commands](const Request& request) { return signal(commands(), request); },
      kSignal + failure_answers({404, 409, 422}) + "}}");
  setup.del(
      "/api/bash/commands/{command_id}",
      [commands](const Request& request) {
        return commands().stop(request.param("command_id")) ? done() : not_found();
      },
      kStop + failure_answers({404}) + "}}");
}

}  // namespace collet::bash
