// What the conversation and event routes share.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/operation.hpp"
#include "base/result.hpp"
#include "conversation/service.hpp"
#include "http/router.hpp"

namespace collet::conversation {
class Conversation;
}

namespace collet::api {

inline constexpr Parameter kConversationId{"conversation_id", uuid(), Parameter::In::kPath, true};

/// The id in the path, with dashes; or the answer that refuses it.
struct PathId {
  std::string id;
  std::optional<http::Response> refusal;
};
PathId path_id(const http::Request& request);

using ConversationHandler =
    std::function<void(std::shared_ptr<conversation::Conversation>, const http::Request&, http::Reply)>;

/// A handler for a conversation that has to exist; `missing` answers when it doesn't.
http::Handler for_conversation(conversation::ConversationService& service, ConversationHandler handler,
                               std::function<http::Response(const std::string& id)> missing);

/// A callback that answers `{"success": true}`, or the error.
std::function<void(Result<void>)> success_or_error(http::Reply reply);

/// Adds routes one after the other and keeps the first failure.
class Routes {
 public:
  explicit Routes(http::Router& router) : router_(router) {}
  void add(std::string method, std::string pattern, const Operation& operation, http::Handler handler,
           http::Lane lane = http::Lane::kWorker, http::Access access = http::Access::kSession);
  Result<void> result() const { return result_; }

 private:
  http::Router& router_;
  Result<void> result_;
};

}  // namespace collet::api
