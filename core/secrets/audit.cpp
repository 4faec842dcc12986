#include "secrets/audit.hpp"

#include <future>
#include <memory>

#include "secrets/sha256.hpp"

namespace collet::secrets {

Result<void> Audit::record_and_wait(const Read& read) {
  // Shared: the other thread may still be inside set_value when the waiter is awake and gone.
  auto outcome = std::make_shared<std::promise<Result<void>>>();
  auto waiting = outcome->get_future();
  record(read, [outcome](Result<void> result) { outcome->set_value(std::move(result)); });
  return waiting.get();
}

std::string fingerprint(std::string_view key) { return sha256_of(key).substr(0, 8); }

}  // namespace collet::secrets
