// What the server counts about itself, in Prometheus' text format. docs/metrics.md lists every name; they are
// part of the API.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_observer.hpp"
#include "llm/call_observer.hpp"

namespace collet::metrics {

/// What is true now, as opposed to what is counted over time.
struct Snapshot {
  std::size_t connections = 0;  ///< open, WebSockets included
  std::size_t websockets = 0;
  std::size_t conversations_loaded = 0;
  std::size_t runs = 0, runs_waiting = 0;
  struct Plugin {
    std::string name = {}, state = {};  ///< `state`: of the core none
    std::size_t requests_waiting = 0, requests = 0, tool_calls = 0, model_calls = 0;
  };
  std::vector<Plugin> plugins = {};  ///< the core's own requests stand under the name "core"
  struct Database {
    std::string backend = {};  ///< "sqlite", "postgresql"
    std::uint64_t writes = 0, failed_writes = 0, commits = 0;
    std::size_t waiting = 0;
    double write_seconds = 0;  ///< over all writes, from being queued to being committed
  } database = {};
};

/// Observers count from any thread; text() may be called from any.
class Metrics final : public http::RequestObserver, public llm::CallObserver {
 public:
  explicit Metrics(std::string_view version);
  ~Metrics() override;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void answered(const http::AnsweredRequest& request) noexcept override;
  void call_started(const llm::Config& config) noexcept override;
  void call_ended(const llm::Config& config, const llm::Outcome* outcome, double seconds) noexcept override;

  /// All of it, in the text format 0.0.4.
  std::string text(const Snapshot& now);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace collet::metrics
