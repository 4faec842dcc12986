#include "server/secret_gateway.hpp"

namespace collet::server {

void SecretGateway::value_of(const json::Value& source, const std::string& conversation,
                             const std::string& created_through, Value done) {
  resolver_.resolve(source, {"conversation " + conversation, created_through}, std::move(done));
}

void SecretGateway::record_use(const std::string& conversation, const std::string& name, Recorded done) {
  audit_.record({"conversation " + conversation, "secret " + name, "command environment"}, std::move(done));
}

}  // namespace collet::server
