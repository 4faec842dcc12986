#include "git_http.hpp"

#include <git2/sys/transport.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <string_view>

namespace collet::skill_files {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kAdvertisement = "application/x-git-upload-pack-advertisement";
constexpr std::string_view kResult = "application/x-git-upload-pack-result";

// C structs whose first member is what libgit2 knows; it calls `free` when it is done with them.
struct Transport {
  git_smart_subtransport base = {};
  GitHttp* http = nullptr;
};

struct Stream {
  git_smart_subtransport_stream base = {};
  GitHttp* http = nullptr;
  HttpRequest request;
  std::string_view wanted_type;
  std::string answer;
  std::size_t given = 0;
  bool sent = false;
};

Stream& stream_of(git_smart_subtransport_stream* base) { return *reinterpret_cast<Stream*>(base); }

[[noreturn]] void refuse(int status) {
  if (status == 401 || status == 403 || status == 404)
    throw FetchError(
        400, "there is no such repository, or it needs a user and password (" + std::to_string(status) + ")");
  throw FetchError(502, "the git server answered " + std::to_string(status));
}

std::string send(Stream& stream) {
  const auto left =
      std::chrono::duration_cast<milliseconds>(stream.http->deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) throw FetchError(502, "the git server is too slow");
  stream.request.timeout = left;
  try {
    auto response = stream.http->client.fetch(stream.request, stream.http->cancellation);
    if (response.status != 200) refuse(response.status);
    std::string_view type;
    for (const auto& [name, value] : response.headers)
      if (name == "content-type") type = value;
    if (type.substr(0, type.find(';')) != stream.wanted_type)
      throw FetchError(400, "there is no git repository at this address");
    return std::move(response.body);
  } catch (const HostError& error) {
    throw FetchError(error.status() == COLLET_INVALID ? 400 : 502, error.what());
  }
}

// Nothing may be thrown through libgit2.
template <class Step>
int guarded(GitHttp& http, Step&& step) noexcept {
  try {
    step();
    return 0;
  } catch (const FetchError& error) {
    http.failure = error;
  } catch (const std::exception&) {
    http.failure = FetchError(502, "the repository cannot be fetched");
  }
  git_error_set_str(GIT_ERROR_HTTP, "the request failed");
  return -1;
}

int read_stream(git_smart_subtransport_stream* base, char* buffer, std::size_t size, std::size_t* got) {
  auto& stream = stream_of(base);
  const int status = guarded(*stream.http, [&] {
    if (!stream.sent) stream.answer = send(stream);
    stream.sent = true;
  });
  if (status != 0) return status;
  *got = std::min(size, stream.answer.size() - stream.given);
  std::memcpy(buffer, stream.answer.data() + stream.given, *got);
  stream.given += *got;
  return 0;
}

int write_stream(git_smart_subtransport_stream* base, const char* bytes, std::size_t size) {
  auto& stream = stream_of(base);
  return guarded(*stream.http, [&] { stream.request.body.append(bytes, size); });
}

void free_stream(git_smart_subtransport_stream* base) {
  const std::unique_ptr<Stream> owned(&stream_of(base));
}

void prepare(Stream& stream, const std::string& url, git_smart_service_t service) {
  auto& request = stream.request;
  request.max_response_bytes = stream.http->most_bytes;
  request.headers = {{"User-Agent", "git/2 (collet)"}};
  if (!stream.http->authorization.empty())
    request.headers.emplace_back("Authorization", stream.http->authorization);
  if (service == GIT_SERVICE_UPLOADPACK_LS) {
    request.url = url + "/info/refs?service=git-upload-pack";
    request.max_redirects = 3;
    stream.wanted_type = kAdvertisement;
  } else {
    request.method = "POST";
    request.url = url + "/git-upload-pack";
    request.headers.emplace_back("Content-Type", "application/x-git-upload-pack-request");
    request.headers.emplace_back("Accept", kResult);
    stream.wanted_type = kResult;
  }
}

int act(git_smart_subtransport_stream** out, git_smart_subtransport* base, const char* url,
        git_smart_service_t service) {
  auto& http = *reinterpret_cast<Transport*>(base)->http;
  return guarded(http, [&] {
    if (service != GIT_SERVICE_UPLOADPACK_LS && service != GIT_SERVICE_UPLOADPACK)
      throw FetchError(400, "only fetching is known");
    auto stream = std::make_unique<Stream>();
    stream->base = {base, &read_stream, &write_stream, &free_stream};
    stream->http = &http;
    prepare(*stream, url, service);
    *out = &stream.release()->base;
  });
}

int close_transport(git_smart_subtransport*) { return 0; }

void free_transport(git_smart_subtransport* base) {
  const std::unique_ptr<Transport> owned(reinterpret_cast<Transport*>(base));
}

int make_transport(git_smart_subtransport** out, git_transport*, void* git_http) {
  auto& http = *static_cast<GitHttp*>(git_http);
  return guarded(http, [&] {
    auto transport = std::make_unique<Transport>();
    transport->base = {&act, &close_transport, &free_transport};
    transport->http = &http;
    *out = &transport.release()->base;
  });
}

}  // namespace

std::string basic_authorization(std::string_view login) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out = "Basic ";
  for (std::size_t at = 0; at < login.size(); at += 3) {
    unsigned bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (at + i < login.size() ? static_cast<unsigned char>(login[at + i]) : 0U);
    const auto digits = std::min<std::size_t>(login.size() - at, 3) + 1;
    for (std::size_t i = 0; i < 4; ++i) out.push_back(i < digits ? kDigits[bits >> (18 - 6 * i) & 63] : '=');
  }
  return out;
}

int guarded_transport(git_transport** out, git_remote* remote, void* git_http) {
  const std::string_view url = git_remote_url(remote);
  if (url.starts_with("file://")) return git_transport_local(out, remote, nullptr);
  if (git_http != nullptr && (url.starts_with("https://") || url.starts_with("http://"))) {
    git_smart_subtransport_definition definition = {&make_transport, 1, git_http};
    return git_transport_smart(out, remote, &definition);
  }
  git_error_set_str(GIT_ERROR_NET, "this protocol is not spoken");
  return -1;
}

}  // namespace collet::skill_files
