// A program beside the server that browsers talk to on a port of its own: an editor, a desktop.
#pragma once
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "collet/http.hpp"
#include "collet/service.hpp"

namespace collet {

/// Keeps it running, and knows the way in: a port, and a token that opens it to whoever has it. Any thread,
/// but start() and stop() by turns.
class WebProgram {
 public:
  struct Door {
    std::uint16_t port = 0;
    std::string token;
  };
  struct Options {
    std::string name;     ///< as it reads in the log: "the editor"
    std::string host;     ///< where it listens, an IP address
    std::uint16_t port;   ///< 0: any free one, at each start
    std::string token{};  ///< empty: a new random one at each start
    /// What to run behind this door. Called before each start, on the program's thread; what it throws (no
    /// secrets in it) fails this start.
    std::function<SpawnOptions(const Door&)> program;
  };

  WebProgram(const Host& host, Options options);

  void start() { service_.start(); }
  void stop() { service_.stop(); }
  Service::Status status() const { return service_.status(); }

  struct Way {
    std::string url;  ///< of the port, without a slash at its end
    std::string token;
  };
  /// Nothing while the program does not run. `base_url`: where the caller reaches the port; nothing: here.
  std::optional<Way> way(std::optional<std::string_view> base_url) const;

 private:
  ServiceStart prepare();
  Door door() const;

  const Options options_;
  mutable std::mutex mutex_;
  Door door_;  // guarded by mutex_
  Service service_;
};

/// Whether the program runs, although it may not be ready.
bool runs(const Service::Status& status);

/// 503 for who asks for the address of a program that has none. Clients look for the reason in `exception`,
/// people in `detail`.
Refusal no_way_in(const std::string& why);

}  // namespace collet
