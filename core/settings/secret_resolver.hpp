// Turns a secret source, as clients send it, into the secret's value.
//
//   {"kind": "StaticSecret", "value": "…"}, or just a text
//   {"kind": "LookupSecret", "url": "…", "headers": {"Name": "value"}}
//
// A lookup of one of our own secrets (own_secret.hpp) is answered from the store and goes into the audit log;
// every other one is a GET by the guarded outbound client, which hands the body out as it is.
#pragma once
#include <functional>
#include <mutex>
#include <string>

#include "base/result.hpp"
#include "collet/json.hpp"
#include "outbound/client.hpp"
#include "secrets/audit.hpp"
#include "settings/own_secret.hpp"
#include "settings/secret_store.hpp"

namespace collet::settings {

/// Any thread. What it is given must outlive it.
class SecretResolver {
 public:
  SecretResolver(const SecretStore& store, secrets::Audit& audit, outbound::Client& client)
      : store_(store), audit_(audit), client_(client) {}

  /// Says where this server is reached; known once it listens. Until then no absolute URL is ours.
  void set_addresses(OwnAddresses addresses);

  struct Asking {
    std::string who;  ///< for the audit log: "conversation ID"
    std::string
        created_through_host;  ///< the Host field of the request that brought the source; may be empty
  };
  using Done = std::function<void(Result<std::string>)>;

  /// `source`: its secrets in clear. `done` is called once, perhaps before this returns, perhaps from another
  /// thread, which it must not block. Reads the database, so not for an I/O thread. kInvalid: no such source,
  /// or a URL that may not be called.
  /// kNotFound: no such secret of ours, or a source without a value. kUnavailable: it can't be had now.
  /// Messages name the secret or the other server, never a value or a header.
  void resolve(const json::Value& source, const Asking& asking, Done done) const;
  /// The same, and waits; for worker threads. A lookup takes 30 s at most.
  Result<std::string> resolve(const json::Value& source, const Asking& asking) const;

 private:
  void look_up(const json::Value& source, std::string_view url, const Asking& asking, Done done) const;
  void ask_other_server(const json::Value& source, std::string_view url, Done done) const;
  void read_own(const std::string& name, const Asking& asking, Done done) const;

  const SecretStore& store_;
  secrets::Audit& audit_;
  outbound::Client& client_;
  mutable std::mutex mutex_;  // guards addresses_
  OwnAddresses addresses_;
};

}  // namespace collet::settings
