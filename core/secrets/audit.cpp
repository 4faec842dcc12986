#include "secrets/audit.hpp"

#include <botan/hash.h>
#include <botan/hex.h>

#include <future>
#include <memory>

namespace collet::secrets {

Result<void> Audit::record_and_wait(const Read& read) {
  // Shared: the other thread may still be inside set_value when the waiter is awake and gone.
  auto outcome = std::make_shared<std::promise<Result<void>>>();
  auto waiting = outcome->get_future();
  record(read, [outcome](Result<void> result) { outcome->set_value(std::move(result)); });
  return waiting.get();
}

std::string fingerprint(std::string_view key) {
  auto hash = Botan::HashFunction::create_or_throw("SHA-256");
  hash->update(reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
  return Botan::hex_encode(hash->final(), false).substr(0, 8);
}

}  // namespace collet::secrets
