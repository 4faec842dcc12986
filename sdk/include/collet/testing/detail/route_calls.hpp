// Requests to a plugin's routes, from the handler's call to the answer. For the testing headers.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collet/abi/routes.h"
#include "collet/http.hpp"
#include "collet/testing/detail/fake_bodies.hpp"
#include "collet/testing/detail/loaded_plugin.hpp"
#include "collet/testing/detail/owed.hpp"
#include "collet/testing/detail/target.hpp"
#include "collet/testing/streams.hpp"

namespace collet::testing::detail {

/// One request that the plugin has got.
struct RouteCall {
  collet_handle handle = 0;
  std::future<void> left;  ///< the handler has returned
  bool is_head = false;
};

/// What may answer is any thread; the rest is the test's.
class RouteCalls {
 public:
  using Milliseconds = std::chrono::milliseconds;
  /// Calls into the plugin on a thread of its own.
  using Enter = std::function<std::future<void>(std::function<void()>)>;

  RouteCalls(Violations& violations, Enter enter) : answers_(violations), enter_(std::move(enter)) {}

  /// Calls the handler of the route that was found for `method` and `target`.
  std::shared_ptr<RouteCall> begin(const LoadedPlugin& plugin, const LoadedPlugin::FoundRoute& found,
                                   std::string_view method, std::string_view target, std::string body,
                                   Pairs headers) {
    const auto path = target.substr(0, target.find('?'));
    const auto query = path.size() == target.size() ? std::string_view() : target.substr(path.size() + 1);
    Request made{std::string(method), decoded(path, false), std::move(body),
                 query_pairs(query),  std::move(headers),   found.params};
    const bool streamed = plugin.route_traits[found.index].streamed;
    auto call = std::make_shared<RouteCall>();
    const auto handle = call->handle = answers_.add(made.method + " " + std::string(target));
    call->is_head = made.method == "HEAD";
    if (streamed) streams_.open(handle);
    call->left = enter_([this, handle, streamed, &plugin, index = found.index, made = std::move(made)] {
      using collet::detail::to_str;
      const collet::detail::PairsView given_query(made.query), given_headers(made.headers),
          params(made.params);
      collet_request out{sizeof(collet_request), to_str(made.method), to_str(made.path), to_str(made.body),
                         given_query.get(),      given_headers.get(), params.get(),      {}};
      if (streamed) out.stream = {this, handle, next_piece, release_body};
      plugin.routes->handle(plugin.instance, index, &out, {this, handle, send});
    });
    return call;
  }
  Download answer_of(const RouteCall& call, Milliseconds deadline) const {
    auto head = answers_.wait(call.handle, deadline);
    call.left.wait_for(deadline);  // so that what the handler does after its answer is done too
    Download answer(std::move(head), streams_.content(call.handle), deadline);
    if (call.is_head) answer.leave();
    return answer;
  }
  std::shared_ptr<FakeBody> body_of(const RouteCall& call) const { return streams_.body(call.handle); }

  /// As the server before it stops the plugin.
  void end_streams() { streams_.end_all(); }
  bool wait_none(Milliseconds limit) const { return answers_.wait_none(limit); }
  void judge() { answers_.judge(); }

 private:
  static RouteCalls& self(void* context) { return *static_cast<RouteCalls*>(context); }
  static void send(void* context, collet_handle handle, const collet_response* response) {
    using collet::detail::to_string;
    auto& calls = self(context);
    if (response != nullptr && response->content != COLLET_CONTENT_BODY)
      calls.streams_.keep(handle, std::make_shared<FakeContent>(*response));
    if (const auto body = calls.streams_.body(handle)) body->release("the request was answered");
    if (response == nullptr)
      return calls.answers_.finish(handle, Response::error(500, "Internal Server Error"));
    calls.answers_.finish(handle, {response->status,
                                   to_string(response->content_type),
                                   to_string(response->body),
                                   collet::detail::to_pairs(response->headers),
                                   {}});
  }
  static collet_status next_piece(void* context, collet_handle handle, void* receiver,
                                  collet_on_piece on_piece) {
    const auto body = self(context).streams_.body(handle);
    return body ? body->next(receiver, on_piece) : COLLET_NOT_FOUND;
  }
  static void release_body(void* context, collet_handle handle) {
    if (const auto body = self(context).streams_.body(handle)) body->release("the body was released");
  }

  FakeStreams streams_;
  Owed<Response> answers_;
  const Enter enter_;
};

}  // namespace collet::testing::detail
