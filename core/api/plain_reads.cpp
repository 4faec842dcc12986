#include "api/plain_reads.hpp"

#include <memory>
#include <utility>

namespace collet::api {

void PlainReads::answer(const http::Request& request, std::string what, std::string how,
                        http::Response response, http::Reply reply) const {
  // Shared: std::function wants what it holds to be copyable.
  auto held = std::make_shared<std::pair<http::Response, http::Reply>>(std::move(response), std::move(reply));
  audit_.record({caller_(request), std::move(what), std::move(how)}, [held](Result<void> recorded) {
    auto& [shown, open] = *held;
    open.send(recorded ? std::move(shown)
                       : http::Response::error(503,
                                               "Not shown, because the read cannot be recorded in the audit "
                                               "log: " +
                                                   recorded.error().message));
  });
}

}  // namespace collet::api
