#include "api/route_helpers.hpp"

#include "api/validation.hpp"
#include "base/id.hpp"

namespace collet::api {

PathId path_id(const http::Request& request) {
  const auto text = request.param("conversation_id");
  if (const auto id = parse_uuid(text)) return {*id, std::nullopt};
  Validation validation;
  validation.not_a_uuid({"path", "conversation_id"}, text);
  return {"", validation.response()};
}

http::Handler for_conversation(conversation::ConversationService& service, ConversationHandler handler,
                               std::function<http::Response(const std::string& id)> missing) {
  return [&service, handler = std::move(handler), missing = std::move(missing)](http::Request request,
                                                                                http::Reply reply) {
    auto path = path_id(request);
    if (path.refusal) return reply.send(std::move(*path.refusal));
    auto found = service.get(path.id);
    if (found) return handler(std::move(*found), request, std::move(reply));
    if (found.error().kind == Error::Kind::kNotFound) return reply.send(missing(path.id));
    reply.send(to_response(found.error()));
  };
}

std::function<void(Result<void>)> success_or_error(http::Reply reply) {
  // std::function wants copies; the reply is shared, and answered once.
  auto shared = std::make_shared<http::Reply>(std::move(reply));
  return [shared](const Result<void>& result) {
    shared->send(result ? http::Response::success() : to_response(result.error()));
  };
}

void Routes::add(std::string method, std::string pattern, const Operation& operation, http::Handler handler,
                 http::Lane lane, http::Access access) {
  if (!result_) return;
  std::string text = describe(operation, method, pattern);
  result_ = router_.add(http::Route{.method = std::move(method),
                                    .pattern = std::move(pattern),
                                    .owner = "core",
                                    .access = access,
                                    .lane = lane,
                                    .handler = std::move(handler),
                                    .operation = std::move(text)});
}

}  // namespace collet::api
