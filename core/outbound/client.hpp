// The one guarded way out: HTTP requests to addresses that users, agents and plugins name.
//
// The policy judges the scheme, and then the very address that is connected to, so a name that resolves
// differently the second time gains nothing. No proxies, cookies, netrc or connections of the models' client;
// certificates are verified. Model providers do not go through here.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "outbound/policy.hpp"
#include "outbound/transfer.hpp"

namespace collet::outbound {

struct Request {
  std::string method = "GET";
  std::string url = {};
  HeaderList headers = {};
  std::shared_ptr<const std::string> body = {};           ///< may be null
  double timeout = 30;                                    ///< seconds for all of it, redirects included
  std::size_t max_response_bytes = std::size_t{1} << 20;  ///< after decompression
  /// So many redirects are followed, to the same scheme, host and port only; others are an error. With 0 a
  /// redirect is an answer like any other.
  int max_redirects = 0;
};

struct Response {
  int status = 0;
  HeaderList headers;  ///< names in lower case
  std::string body;
};

class Client {
 public:
  struct Options {
    Policy policy = {};
    double most_seconds = 300;                                ///< the most that a request's timeout may be
    std::size_t most_response_bytes = std::size_t{64} << 20;  ///< the same for its max_response_bytes
    std::size_t most_requests = 256;                          ///< under way at once; more are refused
    std::string ca_file = {};             ///< PEM file of trusted roots; empty: the system's
    std::vector<std::string> names = {};  ///< for tests: "host:port:address"
  };

  explicit Client(Options options);
  ~Client();  ///< stops

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Called once, on the client's thread; must be short. kInvalid: the request can't be sent as it is, or the
  /// policy refuses it. kUnavailable: no whole answer came. A status of 400 or more is an answer. Messages
  /// are for people; they name the server, never a path, a query, a header's value or a body.
  using Done = std::function<void(Result<Response>)>;

  class Call;
  /// Names a request, to cancel it. A plain value; may outlive the client. An empty one does nothing.
  class Ticket {
   public:
    Ticket() = default;
    explicit Ticket(std::weak_ptr<Call> call) : call_(std::move(call)) {}
    /// Any thread, never waits. `done` isn't called any more, unless it runs at this moment.
    void cancel() const;

   private:
    std::weak_ptr<Call> call_;
  };

  /// Any thread, `Done` included; never waits. The body is held until the end. Once stopped, `done` is called
  /// with kUnavailable before this returns.
  Ticket start(Request request, Done done);

  /// Ends what is under way with kUnavailable and takes nothing more. Idempotent. Not from a `Done`.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace collet::outbound
