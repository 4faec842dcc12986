// A request's streamed body on its way to a BodyReceiver. For the SDK's own headers.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collet/host.hpp"
#include "collet/http.hpp"
#include "collet/streams.hpp"

namespace collet::detail {

using ReceiverFactory = std::function<std::unique_ptr<BodyReceiver>(const Request&)>;

inline Request to_request(const collet_request& from) {
  return {to_string(from.method), to_string(from.path),   to_string(from.body),
          to_pairs(from.query),   to_pairs(from.headers), to_pairs(from.params)};
}

/// Runs what may answer a request, and answers what it throws, when the receiver is gone. False: it has
/// thrown.
template <class F>
bool answering(const Host& host, const std::string& what, Reply& reply,
               std::unique_ptr<BodyReceiver>& receiver, F f) noexcept {
  try {
    try {
      f();
      return true;
    } catch (const Refusal& refusal) {
      receiver.reset();
      reply.send(refusal.response());
    } catch (const InputError& error) {
      receiver.reset();
      reply.send(Response::error(400, error.what()));
    } catch (...) {
      receiver.reset();
      host.log().error(what + " threw: " + current_error());
      const Reply dropped(std::move(reply));  // 500
    }
  } catch (...) {  // no memory, or a host without a log
  }
  return false;
}

inline void answer_at_end(Reply& reply, std::unique_ptr<BodyReceiver>& receiver) {
  const Response response = receiver->end();
  receiver.reset();
  reply.send(response);
}

/// Asks for a body piece by piece. Belongs to the host's call of on_piece that is owed to it.
class BodyPump {
 public:
  BodyPump(const Host& host, std::string what, collet_body body, Reply reply,
           std::unique_ptr<BodyReceiver> receiver)
      : host_(host),
        what_(std::move(what)),
        body_(body),
        reply_(std::move(reply)),
        receiver_(std::move(receiver)) {}

  static void ask(std::unique_ptr<BodyPump> pump) noexcept {
    const collet_body body = pump->body_;
    BodyPump* owed =
        pump.release();  // first: the piece may come, and end the pump, before `next` has returned
    if (body.next(body.context, body.handle, owed, &on_piece) == COLLET_OK) return;
    pump.reset(owed);
    pump->attempt([&] { pump->receiver_->broken("the server has let go of it"); });
  }

 private:
  static void on_piece(void* receiver, std::int32_t kind, collet_str data) noexcept {
    std::unique_ptr<BodyPump> pump(static_cast<BodyPump*>(receiver));
    BodyPump& self = *pump;
    if (kind == COLLET_PIECE_DATA) {
      if (self.attempt([&] { self.receiver_->take(to_view(data)); })) ask(std::move(pump));
    } else if (kind == COLLET_PIECE_END) {
      self.attempt([&] { answer_at_end(self.reply_, self.receiver_); });
    } else {
      self.attempt([&] { self.receiver_->broken(to_view(data)); });
    }
  }
  template <class F>
  bool attempt(F f) noexcept {
    return answering(host_, what_, reply_, receiver_, f);
  }

  const Host& host_;
  const std::string what_;
  const collet_body body_;
  Reply reply_;
  std::unique_ptr<BodyReceiver> receiver_;  // goes before the reply
};

/// Has a request's body taken by what the factory makes.
inline void receive_body(const Host& host, const ReceiverFactory& factory, const collet_request& from,
                         Reply reply) {
  const Request request = to_request(from);
  const std::string what = request.method + " " + request.path;
  std::unique_ptr<BodyReceiver> receiver;
  if (!answering(host, what, reply, receiver, [&] { receiver = factory(request); }) || !receiver) return;
  if (from.struct_size >= sizeof(collet_request) && from.stream.handle != 0)
    return BodyPump::ask(
        std::make_unique<BodyPump>(host, what, from.stream, std::move(reply), std::move(receiver)));
  answering(host, what, reply, receiver, [&] {  // a host that streams nothing
    if (!request.body.empty()) receiver->take(request.body);
    answer_at_end(reply, receiver);
  });
}

}  // namespace collet::detail
