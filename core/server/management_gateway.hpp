#pragma once
#include <condition_variable>
#include <mutex>

#include "conversation/service.hpp"
#include "llm/provider.hpp"
#include "plugins/management_access.hpp"
#include "secrets/audit.hpp"
#include "secrets/key_ring.hpp"
#include "settings/secret_store.hpp"
#include "settings/settings_service.hpp"

namespace collet::server {

/// The server's own state for plugins that manage it, through the same checks that clients pass. Any thread
/// but I/O threads; what it is made of must outlive it.
class ManagementGateway final : public plugins::ManagementAccess {
 public:
  struct Parts {
    const secrets::KeyRing& ring;
    settings::SettingsService& settings;
    settings::SecretStore& secrets;
    secrets::Audit& audit;
    conversation::ConversationService& conversations;
    const llm::Providers& providers;
  };
  explicit ManagementGateway(const Parts& parts) : parts_(parts) {}
  /// Nobody waits for a conversation or a model any more. Any thread.
  void stop();

  Result<std::string> settings(const std::string& who) override;
  Result<void> change_settings(const std::string& change) override;
  Result<std::string> list_secrets() override;
  Result<void> put_secret(const std::string& name, const std::string& value,
                          const std::optional<std::string>& description, bool only_new) override;
  Result<void> rename_secret(const std::string& from, const std::string& to,
                             const std::optional<std::string>& description) override;
  Result<void> erase_secret(const std::string& name) override;
  Result<std::string> show_secrets(const std::string& json, SecretsAs how) override;
  Result<void> record_read(const std::string& who, const std::string& what, const std::string& how) override;
  Result<Answer> start_conversation(const std::string& body, const std::string& through) override;
  Result<std::string> try_llm(const std::string& llm, std::chrono::milliseconds timeout) override;

 private:
  struct Waiting {
    std::mutex mutex;
    std::condition_variable changed;
    bool stopped = false;
  };
  const Parts parts_;
  const std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
};

}  // namespace collet::server
