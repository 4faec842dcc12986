#include "pty/pty_routes.hpp"

#include <system_error>

#include "collet/json.hpp"
#include "collet/problems.hpp"
#include "pty/pty_reader.hpp"
#include "system/failure_answers.hpp"

namespace collet::bash {
namespace {

constexpr const char* kPty =
    R"({"type":"object","required":["id","command","cwd","rows","columns","pid","started_at","ended_at","exit_code",)"
    R"("first_offset","next_offset","viewers"],"properties":{"id":{"type":"string"},)"
    R"("command":{"type":"array","items":{"type":"string"}},"cwd":{"type":"string"},"rows":{"type":"integer"},)"
    R"("columns":{"type":"integer"},"pid":{"type":"integer"},)"
    R"("started_at":{"type":"string","format":"date-time"},)"
    R"("ended_at":{"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}]},)"
    R"("exit_code":{"anyOf":[{"type":"integer"},{"type":"null"}]},)"
    R"("first_offset":{"type":"integer","description":"Of the oldest byte of output that is kept"},)"
    R"("next_offset":{"type":"integer","description":"Of the next byte of output"},"viewers":{"type":"integer"}}})";
constexpr const char* kOpen =
    R"("requestBody":{"required":false,"content":{"application/json":{"schema":{"type":"object","properties":{)"
    R"("command":{"anyOf":[{"type":"array","items":{"type":"string"},"minItems":1},{"type":"null"}],)"
    R"("description":"Program and arguments; default: a shell"},)"
    R"("cwd":{"anyOf":[{"type":"string"},{"type":"null"}]},)"
    R"("environment":{"type":["object","null"],"additionalProperties":{"type":"string"},)"
    R"("description":"Added to the server's"},)"
    R"("rows":{"type":["integer","null"],"default":24,"minimum":1,"maximum":1000},)"
    R"("columns":{"type":["integer","null"],"default":80,"minimum":1,"maximum":2000}}}}}},)";

// `more`: members of the operation, each with a comma behind it.
std::string operation(const char* id, const char* summary, const std::string& more, const char* status,
                      const std::string& schema, const std::string& failures = {}) {
  return R"({"tags":["Bash"],"operationId":")" + std::string(id) + R"(","summary":")" + summary + "\"," +
         more + R"("responses":{")" + status + R"(":{"content":{"application/json":{"schema":)" + schema +
         "}}}" + failures + "}}";
}

Response not_found() { return Response::error(404, "There is no such terminal"); }

Response open(const PtyRouteParts& parts, const Request& request) {
  try {
    return Response::json(to_json(parts.ptys.open(read_pty_request(request, parts.default_dir))), 201);
  } catch (const PtyService::TooMany& error) {
    return Response::error(503, error.what());
  } catch (const LaunchError& error) {
    return Response::error(400, error.what());
  } catch (const std::system_error& error) {
    return Response::error(503, error.what());
  }
}

Response list(const PtyService& ptys) {
  json::Writer w;
  w.object().key("items").array();
  for (const auto& info : ptys.list()) w.raw(to_json(info));
  w.end().end();
  return Response::json(w.take());
}

Response get(const PtyService& ptys, const Request& request) {
  const auto info = ptys.find(std::string(request.param("pty_id")));
  return info ? Response::json(to_json(*info)) : not_found();
}

Response remove(PtyService& ptys, const Request& request) {
  if (!ptys.remove(std::string(request.param("pty_id")))) return not_found();
  return Response::json(R"({"success":true})");
}

}  // namespace

void add_pty_routes(Setup& setup, std::function<PtyRouteParts()> parts) {
  setup.post(
      "/api/bash/pty", [parts](const Request& request) { return open(parts(), request); },
      operation("open_pty", "Open a terminal", kOpen, "201", kPty, failure_answers({400, 422, 503})));
  setup.get(
      "/api/bash/pty", [parts](const Request&) { return list(parts().ptys); },
      operation("list_ptys", "The open terminals, and those that ended lately", "", "200",
                R"({"type":"object","required":["items"],"properties":{"items":{"type":"array","items":)" +
                    std::string(kPty) + "}}}"));
  setup.get(
      "/api/bash/pty/{pty_id}", [parts](const Request& request) { return get(parts().ptys, request); },
      operation("get_pty", "One terminal", "", "200", kPty, failure_answers({404})));
  setup.del(
      "/api/bash/pty/{pty_id}", [parts](const Request& request) { return remove(parts().ptys, request); },
      operation("remove_pty", "End a terminal and all that runs in it", "", "200",
                R"({"type":"object","properties":{"success":{"type":"boolean"}}})", failure_answers({404})));
}

}  // namespace collet::bash
