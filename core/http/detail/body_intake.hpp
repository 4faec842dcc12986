// The body of the request that a connection is at, on its way from the socket to who asks for it. The
// connection's lock guards it.
#pragma once
#include "http/detail/body_decoder.hpp"  // first: it puts <utility> before Boost

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "http/detail/input_buffer.hpp"
#include "http/streams.hpp"

namespace collet::http::detail {

/// What is left of a body that nobody wants is read over when it is no longer than this.
inline constexpr std::size_t kSkippedBody = 64 * 1024;

/// Keeps one piece at most, and that only while it is asked for.
class BodyIntake {
 public:
  using News = std::function<void()>;  ///< tells who has asked; not under the lock
  enum class Outcome {
    kReady,  ///< take_delivery()
    kWait,   ///< the socket has no more for now
    kGone,   ///< the client has left
    kError,  ///< answer `decoder().status()` and `detail()`, and close
  };

  BodyIntake(BodyDecoder decoder, bool owes_continue)
      : decoder_(std::move(decoder)), owes_continue_(owes_continue) {}

  /// Whether a piece is asked for.
  bool is_wanted() const { return wanted_ != nullptr; }
  void want(BodyStream::OnPiece on_piece) { wanted_ = std::move(on_piece); }
  /// Whether the client waits for "100 Continue"; once.
  bool take_continue() { return std::exchange(owes_continue_, false); }

  /// Reads and decodes for the piece that is wanted. `input`: what was read before.
  Outcome pull(int socket, InputBuffer& input);
  /// After kReady.
  News take_delivery();
  bool has_ended() const { return has_ended_; }

  /// Whether what is left can be read over, so that the connection may stay.
  bool is_short(std::size_t most) const;
  /// Reads over what has come. True: the body has ended.
  bool skip(InputBuffer& input);

  /// There will be no more. Null: nobody has asked.
  News break_off(std::string why);

  const BodyDecoder& decoder() const { return decoder_; }

 private:
  Outcome receive(int socket, InputBuffer& input);

  BodyDecoder decoder_;
  bool owes_continue_;
  bool has_ended_ = false;
  BodyStream::OnPiece wanted_;
  std::string piece_;
};

}  // namespace collet::http::detail
