#pragma once
#include "conversation/conversation_secrets.hpp"
#include "secrets/audit.hpp"
#include "settings/secret_resolver.hpp"

namespace collet::server {

/// Values for conversations, and the record of their use.
class SecretGateway final : public conversation::SecretAccess {
 public:
  SecretGateway(const settings::SecretResolver& resolver, secrets::Audit& audit)
      : resolver_(resolver), audit_(audit) {}
  void value_of(const json::Value& source, const std::string& conversation,
                const std::string& created_through, Value done) override;
  void record_use(const std::string& conversation, const std::string& name, Recorded done) override;

 private:
  const settings::SecretResolver& resolver_;
  secrets::Audit& audit_;
};

}  // namespace collet::server
