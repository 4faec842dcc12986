#include "pty/pty_socket.hpp"

#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "collet/json.hpp"
#include "pty/pty_reader.hpp"

namespace collet::bash {
namespace {

constexpr int kRefused = 1008;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // for compilers that cannot deduce it

std::optional<std::uint64_t> first_offset(const Request& request) {
  const auto text = request.query_value("from");
  if (!text) return std::nullopt;
  std::uint64_t offset = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), offset);
  if (error != std::errc() || end != text->data() + text->size() || text->empty())
    throw InputError("'from' must be an offset of the output");
  return offset;
}

class PtySocket final : public SocketEndpoint {
 public:
  PtySocket(std::function<PtyService&()> ptys, std::function<Sessions()> sessions)
      : ptys_(std::move(ptys)), sessions_(std::move(sessions)) {}

  void open(SessionId session, const Request& request) override {
    const std::string id(request.param("pty_id"));
    {
      const std::lock_guard lock(mutex_);
      watched_[session] = id;
    }
    try {
      const auto from = first_offset(request);
      if (!ptys_().with(id, [&](PtySession& pty) { pty.attach(session, from); }))
        sessions_().close(session, kRefused, "There is no such terminal");
    } catch (const InputError& error) {
      sessions_().close(session, kRefused, error.what());
    }
  }

  // Waits for the loop each time, so that a client cannot send faster than its input is taken.
  void message(SessionId session, std::string_view text) override {
    try {
      const auto message = read_pty_message(text);
      std::visit(Overloaded{[&](const PtyInput& input) { type(session, input.text); },
                            [&](const PtyResize& size) {
                              with(session, [&](PtySession& pty) { pty.resize(size.rows, size.columns); });
                            },
                            [&](const PtySignal& signal) {
                              with(session, [&](PtySession& pty) { pty.signal(signal.number); });
                            }},
                 message);
    } catch (const InputError& error) {
      fail(session, error.what());
    }
  }

  void binary(SessionId session, std::string_view bytes) override { type(session, bytes); }

  void drained(SessionId session) override {
    with(session, [&](PtySession& pty) { pty.drained(session); });
  }

  void closed(SessionId session, int) override {
    with(session, [&](PtySession& pty) { pty.detach(session); });
    const std::lock_guard lock(mutex_);
    watched_.erase(session);
  }

 private:
  void with(SessionId session, const std::function<void(PtySession&)>& work) {
    std::string id;
    {
      const std::lock_guard lock(mutex_);
      id = watched_[session];
    }
    ptys_().with(id, work);
  }

  void type(SessionId session, std::string_view bytes) {
    bool taken = true;
    with(session, [&](PtySession& pty) { taken = pty.type(bytes); });
    if (!taken) fail(session, "The program does not read; this input was dropped");
  }

  void fail(SessionId session, std::string_view detail) {
    json::Writer w;
    w.object().member("type", "error").member("detail", detail).end();
    sessions_().send(session, w.take());
  }

  const std::function<PtyService&()> ptys_;
  const std::function<Sessions()> sessions_;
  std::mutex mutex_;
  std::map<SessionId, std::string> watched_;  // guarded by mutex_
};

}  // namespace

void add_pty_socket(Setup& setup, std::function<PtyService&()> ptys, std::function<Sessions()> sessions) {
  setup.socket("/sockets/bash-pty/{pty_id}",
               std::make_unique<PtySocket>(std::move(ptys), std::move(sessions)), {.binary = true});
}

}  // namespace collet::bash
