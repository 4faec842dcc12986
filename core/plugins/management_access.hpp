// What plugins may do with the server's own state. Implemented where the parts are; plugins never see more.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace collet::plugins {

/// All methods may be called from any thread but I/O threads, and may block on the database. Texts that come
/// from a plugin are as it gave them. Errors of all: kUnavailable.
class ManagementAccess {
 public:
  virtual ~ManagementAccess() = default;

  /// The settings, secrets in clear, JSON text; recorded as read by `who` first.
  virtual Result<std::string> settings(const std::string& who) = 0;
  /// JSON text, see collet/abi/management.h. kInvalid, kConflict.
  virtual Result<void> change_settings(const std::string& change) = 0;

  /// JSON array.
  virtual Result<std::string> list_secrets() = 0;
  /// kInvalid, kConflict.
  virtual Result<void> put_secret(const std::string& name, const std::string& value,
                                  const std::optional<std::string>& description, bool only_new) = 0;
  /// The value stays. kInvalid, kConflict, kNotFound.
  virtual Result<void> rename_secret(const std::string& from, const std::string& to,
                                     const std::optional<std::string>& description) = 0;
  virtual Result<void> erase_secret(const std::string& name) = 0;  ///< kNotFound

  enum class SecretsAs { kStars, kEncrypted, kPlain };
  /// A JSON object with its secrets shown another way. kInvalid.
  virtual Result<std::string> show_secrets(const std::string& json, SecretsAs how) = 0;
  virtual Result<void> record_read(const std::string& who, const std::string& what,
                                   const std::string& how) = 0;

  /// An answer of the HTTP interface.
  struct Answer {
    int status = 500;
    std::string body;
  };
  virtual Result<Answer> start_conversation(const std::string& body, const std::string& through) = 0;
  /// JSON text {"ok", "code", "detail"}. kInvalid: `llm` is no object.
  virtual Result<std::string> try_llm(const std::string& llm, std::chrono::milliseconds timeout) = 0;
};

}  // namespace collet::plugins
