// The messages that users send: {"role","content":[parts],"run","sender"}. Parts are texts and images.
#pragma once
#include <optional>
#include <string>

#include "api/validation.hpp"
#include "collet/json.hpp"

namespace collet::api {

struct MessageBody {
  std::string content = "[]";  ///< JSON array of canonical parts
  std::string sender;
  bool run = false;
};

/// Reads a message that fits kSendMessageRequest.
MessageBody read_message(const json::Value& message);

/// Only users speak here.
void check_role(const json::Value& role, const Places& where, Validation& validation);

/// Reads a message that came through a socket: there the role is needed, and the content may be one string.
/// Otherwise the text of what is wrong.
struct SocketMessage {
  MessageBody message;
  std::string error_code;  ///< empty: the message is fine
  std::string error_detail;
};
SocketMessage read_socket_message(std::string_view text);

}  // namespace collet::api
