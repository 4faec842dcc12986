#include "outbound/curl_handle.hpp"

#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>

#include "base/loopback.hpp"
#include "outbound/url.hpp"

namespace collet::outbound {
namespace {

constexpr std::size_t kMaxHeaderBytes = std::size_t{256} << 10;

long milliseconds(double seconds) {
  constexpr double kMost = 7 * 24 * 3600.0;
  return seconds > 0 ? std::max(1L, std::lround(std::min(seconds, kMost) * 1000)) : 0;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// A proxy from the environment is for the outside: this machine's own servers are called directly.
bool is_on_this_machine(std::string_view text) {
  const auto url = parse_url(text);
  return url && is_loopback_host(url->host);
}

TransferError meaning(CURLcode code) {
  switch (code) {
    case CURLE_OK:
      return TransferError::kNone;
    case CURLE_OPERATION_TIMEDOUT:
      return TransferError::kTimeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return TransferError::kTls;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return TransferError::kBadUrl;
    case CURLE_WRITE_ERROR:
      return TransferError::kStopped;
    default:
      return TransferError::kConnection;
  }
}

}  // namespace

CurlHandle::CurlHandle(std::uint64_t id, Transfer transfer, TransferCallbacks callbacks)
    : id_(id), transfer_(std::move(transfer)), callbacks_(std::move(callbacks)), easy_(curl_easy_init()) {}

bool CurlHandle::prepare(const CurlMulti::Options& options) {
  if (!easy_) return false;
  max_body_ = transfer_.max_response_bytes > 0 ? transfer_.max_response_bytes : options.max_response_bytes;
  for (const auto& name : options.names)
    if (!add_line(names_, name)) return false;
  if (!add_headers() || !prepare_method() || !prepare_guard()) return false;

  const long timeout = milliseconds(transfer_.timeout);
  const long connect = milliseconds(options.connect_timeout);
  return set(CURLOPT_URL, transfer_.url.c_str()) && set(CURLOPT_PROTOCOLS_STR, "http,https") &&
         set(CURLOPT_FOLLOWLOCATION, 0L) && set(CURLOPT_NOSIGNAL, 1L) &&
         // Without it, removing a handle whose host is being looked up waits for the resolver's thread.
         set(CURLOPT_QUICK_EXIT, 1L) && set(CURLOPT_HTTPHEADER, header_lines_.get()) &&
         set(CURLOPT_RESOLVE, names_.get()) && set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate") &&
         set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) && set(CURLOPT_TCP_KEEPALIVE, 1L) &&
         set(CURLOPT_TIMEOUT_MS, timeout) &&
         set(CURLOPT_CONNECTTIMEOUT_MS, timeout > 0 ? std::min(timeout, connect) : connect) &&
         set(CURLOPT_SSL_VERIFYPEER, 1L) && set(CURLOPT_SSL_VERIFYHOST, 2L) &&
         (options.ca_file.empty() || set(CURLOPT_CAINFO, options.ca_file.c_str())) &&
         set(CURLOPT_ERRORBUFFER, error_text_.data()) && set(CURLOPT_PRIVATE, static_cast<void*>(this)) &&
         set(CURLOPT_WRITEFUNCTION, &CurlHandle::on_body) &&
         set(CURLOPT_WRITEDATA, static_cast<void*>(this)) &&
         set(CURLOPT_HEADERFUNCTION, &CurlHandle::on_header) &&
         set(CURLOPT_HEADERDATA, static_cast<void*>(this));
}

bool CurlHandle::prepare_method() {
  if (transfer_.method == "HEAD") return set(CURLOPT_NOBODY, 1L);
  if (transfer_.body || transfer_.method == "POST") {
    const std::string_view body = transfer_.body ? std::string_view(*transfer_.body) : std::string_view();
    if (!set(CURLOPT_POST, 1L) || !set(CURLOPT_POSTFIELDS, body.data() != nullptr ? body.data() : "") ||
        !set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size())))
      return false;
  }
  return set(CURLOPT_CUSTOMREQUEST, transfer_.method.c_str());
}

bool CurlHandle::prepare_guard() {
  if (!transfer_.may_connect) return !is_on_this_machine(transfer_.url) || set(CURLOPT_PROXY, "");
  // Each socket is made by us, for the very address that was judged.
  return set(CURLOPT_PROXY, "") && set(CURLOPT_OPENSOCKETFUNCTION, &CurlHandle::on_open) &&
         set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
}

bool CurlHandle::add_headers() {
  // An empty "Expect:" keeps libcurl from waiting for "100 Continue" before large bodies.
  if (!add_line(header_lines_, "Expect:")) return false;
  bool has_type = false;
  for (const auto& [name, value] : transfer_.headers) {
    has_type = has_type || (name.size() == 12 && ::strcasecmp(name.c_str(), "Content-Type") == 0);
    std::string line = name;
    // libcurl leaves out "Name:"; "Name;" is how it sends an empty value.
    value.empty() ? line.append(";") : line.append(": ").append(value);
    if (!add_line(header_lines_, line)) return false;
  }
  return has_type || add_line(header_lines_, "Content-Type:");  // else it claims that a body is a form
}

bool CurlHandle::add_line(Lines& lines, const std::string& line) {
  curl_slist* longer = curl_slist_append(lines.get(), line.c_str());
  if (longer == nullptr) return false;
  (void)lines.release();  // now the tail of `longer`
  lines.reset(longer);
  return true;
}

curl_socket_t CurlHandle::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& handle = *static_cast<CurlHandle*>(self);
  try {
    const auto target = address_of(address->addr);
    if (!target || !handle.transfer_.may_connect(*target)) {
      handle.refused_ = target ? to_string(*target) : "the address";
      return CURL_SOCKET_BAD;
    }
  } catch (...) {  // must not travel through C frames
    return CURL_SOCKET_BAD;
  }
  handle.let_through_ = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

TransferEnd CurlHandle::end(CURLcode code) {
  TransferEnd end;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  end.status = static_cast<int>(status);
  end.headers = std::move(headers_);
  end.error = too_large_ ? TransferError::kTooLarge : meaning(code);
  if (!refused_.empty() && !let_through_ && end.error == TransferError::kConnection)
    end.error = TransferError::kRefused;
  if (end.error == TransferError::kTooLarge) {
    end.message = "the answer is longer than " + std::to_string(max_body_) + " bytes";
  } else if (end.error == TransferError::kRefused) {
    end.message = refused_ + " may not be called";
  } else if (transfer_.may_connect && end.error != TransferError::kNone) {
    end.message = curl_easy_strerror(code);  // the detailed text may quote what the other side sent
  } else if (end.error != TransferError::kNone) {
    end.message = error_text_[0] != '\0' ? std::string(error_text_.data()) : curl_easy_strerror(code);
  }
  return end;
}

CurlHandle* CurlHandle::of(CURL* easy) {
  char* self = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  return reinterpret_cast<CurlHandle*>(self);
}

std::size_t CurlHandle::on_body(char* data, std::size_t, std::size_t size, void* self) {
  return static_cast<CurlHandle*>(self)->take_body({data, size}) ? size : CURL_WRITEFUNC_ERROR;
}

std::size_t CurlHandle::on_header(char* data, std::size_t, std::size_t size, void* self) {
  return static_cast<CurlHandle*>(self)->take_header({data, size}) ? size : CURL_WRITEFUNC_ERROR;
}

bool CurlHandle::take_body(std::string_view piece) {
  body_bytes_ += piece.size();
  if (body_bytes_ > max_body_) {
    too_large_ = true;
    return false;
  }
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  try {
    return !callbacks_.body || callbacks_.body(static_cast<int>(status), piece);
  } catch (...) {  // must not travel through C frames
    return false;
  }
}

bool CurlHandle::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    too_large_ = true;
    return false;
  }
  try {
    if (line.starts_with("HTTP/")) {  // a new answer, e.g. after "100 Continue"
      headers_.clear();
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      std::string name(trimmed(line.substr(0, colon)));
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      headers_.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
    }
    return true;
  } catch (...) {  // must not travel through C frames
    return false;
  }
}

}  // namespace collet::outbound
