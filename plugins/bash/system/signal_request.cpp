#include "system/signal_request.hpp"

#include "collet/json.hpp"
#include "collet/problems.hpp"
#include "system/signal_names.hpp"

namespace collet::bash {

int read_signal(const Request& request) {
  const auto body = read_object(request);
  Problems problems;
  const auto* name = json::find(body, "signal");
  if (name == nullptr) {
    problems.missing({"body", "signal"}, json::dump(body));
  } else if (!name->IsString() || !signal_number(json::view(*name))) {
    problems.add("literal_error", {"body", "signal"}, "Input should be one of " + known_signals(),
                 json::dump(*name));
  }
  problems.check();
  return *signal_number(json::view(*name));
}

}  // namespace collet::bash
