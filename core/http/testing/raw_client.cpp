#include "http/testing/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cctype>

namespace collet::http::testing {
namespace {

sockaddr_in endpoint(const char* address, std::uint16_t port) {
  sockaddr_in end{};
  end.sin_family = AF_INET;
  end.sin_port = htons(port);
  ::inet_pton(AF_INET, address, &end.sin_addr);
  return end;
}

bool wait_for(int fd, short events) {
  pollfd waiting{fd, events, 0};
  return ::poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(RawClient::kPatience).count())) > 0;
}

}  // namespace

std::string Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

RawClient::RawClient(std::uint16_t port, const std::string& source)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in from = endpoint(source.c_str(), 0);
  const sockaddr_in to = endpoint("127.0.0.1", port);
  connected_ = ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0 &&
               ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void RawClient::half_close() { ::shutdown(fd_.get(), SHUT_WR); }

bool RawClient::read_more() {
  if (!wait_for(fd_.get(), POLLIN)) return false;
  char buffer[65536];
  const ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
  if (n <= 0) return false;
  input_.append(buffer, static_cast<std::size_t>(n));
  return true;
}

bool RawClient::fill(std::size_t n) {
  while (input_.size() < n)
    if (!read_more()) return false;
  return true;
}

std::string RawClient::take(std::size_t n) {
  std::string taken = input_.substr(0, n);
  input_.erase(0, n);
  return taken;
}

std::optional<Answer> RawClient::receive(bool head_only) {
  std::size_t end = 0;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos)
    if (!read_more()) return std::nullopt;
  const std::string head = take(end + 4);
  Answer answer;
  answer.status = std::stoi(head.substr(9, 3));
  for (std::size_t at = head.find("\r\n") + 2; at < end;) {
    const auto line_end = head.find("\r\n", at);
    const auto colon = head.find(':', at);
    std::string name = head.substr(at, colon - at);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    answer.headers[name] = head.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  const std::string length = answer.header("content-length");
  if (head_only || length.empty()) return answer;
  if (!fill(std::stoul(length))) return std::nullopt;
  answer.body = take(std::stoul(length));
  return answer;
}

std::optional<Answer> RawClient::ask(std::string_view request) {
  send(request);
  return receive(request.substr(0, 5) == "HEAD ");
}

bool RawClient::closed_by_server() {
  if (!input_.empty() || !wait_for(fd_.get(), POLLIN)) return false;
  char byte = 0;
  return ::recv(fd_.get(), &byte, 1, 0) <= 0;
}

std::string request(std::string_view method, std::string_view target, std::string_view fields,
                    std::string_view body) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  if (fields.find("Host:") == std::string_view::npos) text.append("Host: localhost\r\n");
  text.append(fields);
  if (!body.empty()) text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append("\r\n").append(body);
}

SocketClient::SocketClient(std::uint16_t port, std::string_view target, std::string_view fields)
    : client_(port) {
  const std::string upgrade =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
      std::string(fields);
  handshake_ = client_.ask(request("GET", target, upgrade)).value_or(Answer());
}

void SocketClient::send_frame(int opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(0x80 | payload.size()));
  } else if (payload.size() < 65536) {
    frame.push_back(static_cast<char>(0x80 | 126));
    for (int shift = 8; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(payload.size() >> shift));
  } else {
    frame.push_back(static_cast<char>(0x80 | 127));
    for (int shift = 56; shift >= 0; shift -= 8) frame.push_back(static_cast<char>(payload.size() >> shift));
  }
  frame.append(4, '\0');  // the mask: with all zeros the payload stays as it is
  client_.send(frame.append(payload));
}

std::optional<SocketClient::Message> SocketClient::receive() {
  if (!client_.fill(2)) return std::nullopt;
  const std::string head = client_.take(2);
  Message message;
  message.opcode = head[0] & 0x0f;
  std::size_t length = static_cast<unsigned char>(head[1]) & 0x7fU;
  const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (!client_.fill(more)) return std::nullopt;
  if (more > 0) length = 0;
  for (const char c : client_.take(more)) length = length << 8 | static_cast<unsigned char>(c);
  if (!client_.fill(length)) return std::nullopt;
  message.payload = client_.take(length);
  if (message.opcode == 8 && length >= 2) {
    message.code = static_cast<std::uint16_t>(static_cast<unsigned char>(message.payload[0]) << 8 |
                                              static_cast<unsigned char>(message.payload[1]));
    message.payload.erase(0, 2);
  }
  return message;
}

}  // namespace collet::http::testing
