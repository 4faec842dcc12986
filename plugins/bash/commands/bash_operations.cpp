#include "commands/bash_operations.hpp"

namespace collet::bash::operations {
namespace {

constexpr const char* kCommand =
    R"({"type":"object","required":["id","timestamp","command","kind"],"properties":{)"
    R"("id":{"type":"string"},"timestamp":{"type":"string","format":"date-time"},"command":{"type":"string"},)"
    R"("cwd":{"anyOf":[{"type":"string"},{"type":"null"}]},"timeout":{"type":"integer","description":"Seconds"},)"
    R"("kind":{"type":"string","enum":["BashCommand"]}}})";
constexpr const char* kOutput =
    R"({"type":"object","required":["id","timestamp","command_id","kind"],"properties":{)"
    R"("id":{"type":"string"},"timestamp":{"type":"string","format":"date-time"},"command_id":{"type":"string"},)"
    R"("order":{"type":"integer","description":"0, 1, … within its command"},)"
    R"("exit_code":{"anyOf":[{"type":"integer"},{"type":"null"}],"description":"In the last output only"},)"
    R"("stdout":{"anyOf":[{"type":"string"},{"type":"null"}]},)"
    R"("stderr":{"anyOf":[{"type":"string"},{"type":"null"}]},)"
    R"("kind":{"type":"string","enum":["BashOutput"]}}})";
constexpr const char* kRequest =
    R"({"type":"object","required":["command"],"properties":{"command":{"type":"string"},)"
    R"("cwd":{"anyOf":[{"type":"string"},{"type":"null"}],"description":"The folder to run it in"},)"
    R"("timeout":{"type":"integer","default":300,"description":"Seconds"}}})";
constexpr const char* kParameters =
    R"([{"name":"kind__eq","in":"query","required":false,)"
    R"("schema":{"type":"string","enum":["BashCommand","BashOutput"]}},)"
    R"({"name":"command_id__eq","in":"query","required":false,"schema":{"type":"string","format":"uuid"}},)"
    R"({"name":"timestamp__gte","in":"query","required":false,"schema":{"type":"string","format":"date-time"}},)"
    R"({"name":"timestamp__lt","in":"query","required":false,"schema":{"type":"string","format":"date-time"}},)"
    R"({"name":"order__gt","in":"query","required":false,"schema":{"type":"integer"}},)"
    R"({"name":"sort_order","in":"query","required":false,)"
    R"("schema":{"type":"string","enum":["TIMESTAMP","TIMESTAMP_DESC"],"default":"TIMESTAMP"}},)"
    R"({"name":"page_id","in":"query","required":false,"schema":{"type":"string"},)"
    R"("description":"next_page_id of the page before"},)"
    R"({"name":"limit","in":"query","required":false,)"
    R"("schema":{"type":"integer","exclusiveMinimum":0,"maximum":100,"default":100}}])";

// "A" or "B", or a list of them, as JSON Schemas.
std::string event() { return std::string(R"({"anyOf":[)") + kCommand + "," + kOutput + "]}"; }

std::string json_content(const std::string& schema) {
  return R"({"application/json":{"schema":)" + schema + "}}";
}

std::string body(const std::string& schema) {
  return R"("requestBody":{"required":true,"content":)" + json_content(schema) + "}";
}

// `failures`: members of "responses", each after a comma.
std::string answer(const std::string& schema, const std::string& failures = {}) {
  return R"("responses":{"200":{"content":)" + json_content(schema) + "}" + failures + "}";
}

constexpr const char* kRefused = R"(,"422":{},"503":{"description":"Too many commands are running"})";

std::string head(const std::string& id, const std::string& summary) {
  return R"({"tags":["Bash"],"operationId":")" + id + R"(","summary":")" + summary + R"(",)";
}

}  // namespace

std::string execute() {
  return head("execute_bash_command_api_bash_execute_bash_command_post",
              "Run a command and wait for its end") +
         body(kRequest) + "," + answer(kOutput, kRefused) + "}";
}

std::string start() {
  return head("start_bash_command_api_bash_start_bash_command_post", "Run a command") + body(kRequest) + "," +
         answer(kCommand, kRefused) + "}";
}

std::string search() {
  const std::string page =
      R"({"type":"object","required":["items"],"properties":{"items":{"type":"array","items":)" + event() +
      R"(},"next_page_id":{"anyOf":[{"type":"string"},{"type":"null"}]}}})";
  return head("search_bash_events_api_bash_bash_events_search_get", "Page through commands and outputs") +
         R"("parameters":)" + kParameters + "," + answer(page, R"(,"422":{})") + "}";
}

std::string get() {
  return head("get_bash_event_api_bash_bash_events__event_id__get", "One command or output") +
         answer(event(), R"(,"404":{})") + "}";
}

std::string get_batch() {
  const std::string events = R"({"type":"array","items":{"anyOf":[)" + std::string(kCommand) + "," + kOutput +
                             R"(,{"type":"null"}]}})";
  return head("batch_get_bash_events_api_bash_bash_events__get",
              "Several commands and outputs by their ids") +
         body(R"({"type":"array","items":{"type":"string"},"maxItems":100})") + "," +
         answer(events, R"(,"422":{})") + "}";
}

std::string clear() {
  return head("clear_all_bash_events_api_bash_bash_events_delete", "Forget all commands and outputs") +
         answer(R"({"type":"object","additionalProperties":{"type":"integer"}})") + "}";
}

}  // namespace collet::bash::operations
