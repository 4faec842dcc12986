// Small questions about the machine that plugins with programs of their own ask. Linux.
#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace collet::machine {

/// A variable of the server's environment, which the server never changes; empty: not set. Any thread.
inline std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

/// The first program of this name in `path` (folders with colons between them) that we may execute; a name
/// with a slash is looked at as it is. Empty: there is none. Any thread.
inline std::string find_program(std::string_view name, std::string_view path) {
  const auto fits = [](const std::string& file) {
    std::error_code failed;
    return std::filesystem::is_regular_file(file, failed) && ::access(file.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string_view::npos) return fits(std::string(name)) ? std::string(name) : "";
  while (!name.empty() && !path.empty()) {
    const auto colon = std::min(path.find(':'), path.size());
    std::string file = std::string(path.substr(0, colon)) + "/" + std::string(name);
    if (file.front() == '/' && fits(file)) return file;
    path.remove_prefix(std::min(colon + 1, path.size()));
  }
  return {};
}

/// Unpredictable bytes. Throws std::system_error. Any thread.
inline std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t filled = 0; filled < count;) {
    const auto got = ::getrandom(bytes.data() + filled, count - filled, 0);
    if (got < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

/// The same as text, two digits each.
inline std::string random_hex(std::size_t count) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : random_bytes(count)) {
    const auto byte = static_cast<unsigned char>(c);
    text += {kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return text;
}

/// Writes a file that only our own user may read, in the place of one that is there. Throws
/// std::system_error. Any thread, one per file.
inline void write_private(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool whole = file >= 0;
  while (whole && !bytes.empty()) {
    const auto wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote > 0) bytes.remove_prefix(static_cast<std::size_t>(wrote));
    whole = wrote > 0 || (wrote < 0 && errno == EINTR);
  }
  int error = whole ? 0 : errno;
  if (file >= 0) ::close(file);
  if (error == 0 && ::rename(fresh.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(fresh.c_str());
  throw std::system_error(error, std::generic_category(), "cannot write " + path);
}

/// An IP address and a port, as sockets want them.
class Address {
 public:
  /// `ip`: "127.0.0.1", "::1", … Throws std::invalid_argument.
  Address(const std::string& ip, std::uint16_t port) {
    if (::inet_pton(AF_INET, ip.c_str(), &as<sockaddr_in>().sin_addr) == 1) {
      as<sockaddr_in>().sin_family = AF_INET;
      as<sockaddr_in>().sin_port = htons(port);
      size_ = sizeof(sockaddr_in);
    } else if (::inet_pton(AF_INET6, ip.c_str(), &as<sockaddr_in6>().sin6_addr) == 1) {
      as<sockaddr_in6>().sin6_family = AF_INET6;
      as<sockaddr_in6>().sin6_port = htons(port);
      size_ = sizeof(sockaddr_in6);
    } else {
      throw std::invalid_argument("'" + ip + "' is no IP address");
    }
  }
  int family() const { return storage_.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }

 private:
  template <class Type>
  Type& as() {
    return reinterpret_cast<Type&>(storage_);
  }

  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

/// "http://127.0.0.1:8001" for what listens on that address, as this machine reaches it. Not "localhost":
/// that may lead to the same port of another address, where another user may listen.
inline std::string local_url(std::string ip, std::uint16_t port) {
  if (ip == "0.0.0.0") ip = "127.0.0.1";
  if (ip == "::") ip = "::1";
  if (ip.find(':') != std::string::npos) ip = "[" + ip + "]";
  return "http://" + ip + ":" + std::to_string(port);
}

/// A port of this address that nobody listens on now: `port`, or any where that is 0. Throws
/// std::system_error where it is taken or may not be used, std::invalid_argument for no address.
inline std::uint16_t free_port(const std::string& ip, std::uint16_t port) {
  const Address wanted(ip, port);
  const int socket = ::socket(wanted.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage got{};
  socklen_t size = sizeof(got);
  const int yes = 1;
  const bool done = socket >= 0 && ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
                    ::bind(socket, wanted.get(), wanted.size()) == 0 &&
                    ::getsockname(socket, reinterpret_cast<sockaddr*>(&got), &size) == 0;
  const int error = errno;
  if (socket >= 0) ::close(socket);
  if (!done)
    throw std::system_error(error, std::generic_category(),
                            "port " + std::to_string(port) + " of " + ip + " cannot be used");
  return ntohs(got.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(got).sin6_port
                                         : reinterpret_cast<const sockaddr_in&>(got).sin_port);
}

/// Whether a process of our own user listens on this TCP port. One of another user doesn't count, so that
/// nobody is sent to it. Any thread.
inline bool we_listen_on(std::uint16_t port) {
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream lines(table);
    std::string line, number, local, remote, state, queues, timer, retries;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line)) {
      std::istringstream fields(line);
      std::uint64_t user = 0;
      if (!(fields >> number >> local >> remote >> state >> queues >> timer >> retries >> user)) continue;
      const auto colon = local.rfind(':');
      if (state == "0A" && colon != std::string::npos && user == ::geteuid() &&
          std::strtoul(local.c_str() + colon + 1, nullptr, 16) == port)
        return true;
    }
  }
  return false;
}

}  // namespace collet::machine
