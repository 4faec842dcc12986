// Git's smart HTTP through the host's guarded client, so that a repository's address is judged like any other
// that is called (outbound.* in the config), and redirects, proxies and certificates are as there.
#pragma once
#include <git2.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "collet/cancellation.hpp"
#include "collet/http_client.hpp"
#include "fetch_error.hpp"

namespace collet::skill_files {

/// Outlives the git operations that it is given to; one operation at a time. `failure` says afterwards why a
/// request failed; empty text: none did.
struct GitHttp {
  HttpClient client;
  std::string authorization = {};  ///< header value; empty: none
  std::chrono::steady_clock::time_point deadline = {};
  Cancellation cancellation = {};
  std::uint64_t most_bytes = std::uint64_t{60} << 20;  ///< of one answer
  FetchError failure = {400, ""};
};

/// The header value for "user:password". Pure.
std::string basic_authorization(std::string_view login);

/// For git_remote_callbacks::transport, with a GitHttp* as payload (null: no network). Speaks http and https
/// through it and file:// itself; all other protocols fail.
int guarded_transport(git_transport** out, git_remote* remote, void* git_http);

}  // namespace collet::skill_files
