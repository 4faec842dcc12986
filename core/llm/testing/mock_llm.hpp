// A scripted model endpoint for tests: tests/mock_llm as a child process.
#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"
#include "collet/unique_fd.hpp"

namespace collet::llm::testing {

/// Started by the constructor, ended by the destructor or the end of this process. Throws std::runtime_error
/// when it cannot be started. Its scripts are described at the top of the Python file.
class MockLlm {
 public:
  explicit MockLlm(std::string_view script);
  /// Speaks TLS with this certificate and key (PEM files) and plays the default script only.
  MockLlm(const std::string& certificate, const std::string& key);
  ~MockLlm();
  MockLlm(const MockLlm&) = delete;
  MockLlm& operator=(const MockLlm&) = delete;

  /// "http://127.0.0.1:PORT/v1", or https
  std::string base_url() const;
  int port() const { return port_; }
  /// Replaces the script and begins it anew. Requests logged so far stay.
  void script(std::string_view script) const;
  /// All requests so far: an array of {path, authorization, headers, body, …}.
  json::Document requests() const;

 private:
  void start(std::vector<std::string> arguments);
  std::string exchange(const std::string& request) const;

  std::string scheme_ = "http";
  pid_t child_ = -1;
  UniqueFd stdin_;
  UniqueFd stdout_;
  int port_ = 0;
};

}  // namespace collet::llm::testing
