#include "server/secret_gateway.hpp"

namespace collet::server {

Result<std::string> SecretGateway::value_of(const json::Value& source, const std::string& conversation,
                                            const std::string& created_through) {
  return resolver_.resolve(source, {"conversation " + conversation, created_through});
}

Result<void> SecretGateway::record_use(const std::string& conversation, const std::string& name) {
  return audit_.record_and_wait({"conversation " + conversation, "secret " + name, "command environment"});
}

}  // namespace collet::server
