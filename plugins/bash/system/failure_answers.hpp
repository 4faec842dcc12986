#pragma once
#include <initializer_list>
#include <string>

namespace collet::bash {

/// Members of an operation's "responses", each after a comma: the errors with these statuses.
inline std::string failure_answers(std::initializer_list<int> statuses) {
  std::string text;
  for (const int status : statuses)
    text += ",\"" + std::to_string(status) +
            R"(":{"content":{"application/json":{"schema":{"type":"object","additionalProperties":true}}}})";
  return text;
}

}  // namespace collet::bash
