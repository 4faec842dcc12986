// Bodies in pieces: a request's, taken as it comes (Setup::stream), and an answer's, made as the client takes
// it (Response::source, Response::file).
#pragma once
#include <unistd.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collet/abi/streams.h"
#include "collet/detail/text.hpp"

namespace collet {

struct Response;  // http.hpp

/// Takes the body of one request. The calls come one at a time, on the plugin's own queue, and may block as
/// long as they have work to do; the client has to wait meanwhile. Destroyed after the last of them: end(),
/// broken(), or a take() that threw.
class BodyReceiver {
 public:
  BodyReceiver() = default;
  BodyReceiver(const BodyReceiver&) = delete;
  BodyReceiver& operator=(const BodyReceiver&) = delete;
  virtual ~BodyReceiver() = default;

  /// The next bytes, at most COLLET_PIECE_BYTES. What it throws is answered, and the rest of the body is not
  /// taken: a Refusal with what it holds, an InputError with 400, all else with 500.
  virtual void take(std::string_view piece) = 0;
  /// The body is complete. What it throws is answered in the same way.
  virtual Response end() = 0;
  /// The client has left, or something of the kind; there is nobody to answer. `why`: one line for people.
  virtual void broken([[maybe_unused]] std::string_view why) {}
};

namespace detail {
/// The piece that a read() on this thread was asked for; what that throws is why it breaks off.
inline thread_local collet_handle piece_being_read = 0;
}  // namespace detail

/// The duty to hand over the next piece of an answer: exactly once, from any thread, now or later. Destroyed
/// without: the answer is broken off.
class PieceReply {
 public:
  explicit PieceReply(collet_piece piece) : piece_(piece) {}
  PieceReply(PieceReply&& other) noexcept : piece_(std::exchange(other.piece_, collet_piece{})) {}
  PieceReply& operator=(PieceReply&& other) noexcept {
    if (this != &other) {
      drop();
      piece_ = std::exchange(other.piece_, collet_piece{});
    }
    return *this;
  }
  PieceReply(const PieceReply&) = delete;
  PieceReply& operator=(const PieceReply&) = delete;
  ~PieceReply() { drop(); }

  /// The next bytes; read() is called again when the client has taken them.
  void more(std::string_view bytes) { give(COLLET_PIECE_DATA, bytes); }
  /// The end, perhaps with the last bytes.
  void end(std::string_view last = {}) { give(COLLET_PIECE_END, last); }
  /// Cuts the connection, so that the client sees that something is missing. `why` is logged.
  void fail(std::string_view why) { give(COLLET_PIECE_BROKEN, why); }

 private:
  void give(std::int32_t kind, std::string_view data) {
    const auto piece = std::exchange(piece_, collet_piece{});
    if (piece.give != nullptr) piece.give(piece.context, piece.handle, kind, detail::to_str(data));
  }
  void drop() noexcept {
    if (std::uncaught_exceptions() > 0 && piece_.handle == detail::piece_being_read) return;
    give(COLLET_PIECE_BROKEN, "the plugin has dropped the rest of the answer");
  }

  collet_piece piece_;
};

/// Makes the body of one answer. Destroyed when the host needs no more of it, which is how it learns that the
/// client has left.
class BodySource {
 public:
  BodySource() = default;
  BodySource(const BodySource&) = delete;
  BodySource& operator=(const BodySource&) = delete;
  /// On the plugin's queue; never during read(). A PieceReply of it that is still kept elsewhere then has no
  /// effect.
  virtual ~BodySource() = default;

  /// The client has room. One call at a time, on the plugin's own queue; may block to make the piece, not to
  /// wait for something to happen: then keep `reply`, and answer it later. What it throws breaks the answer
  /// off.
  virtual void read(PieceReply reply) = 0;
};

/// A source whose next piece is there when it is asked for.
class PullSource : public BodySource {
 public:
  /// Nothing: the end.
  virtual std::optional<std::string> pull() = 0;
  void read(PieceReply reply) final {
    const auto piece = pull();
    piece ? reply.more(*piece) : reply.end();
  }
};

namespace detail {

/// What a Response sends in place of its body. Handed over once.
class Content {
 public:
  Content(int descriptor, std::uint64_t offset, std::uint64_t length) : file_{descriptor, offset, length} {}
  Content(std::unique_ptr<BodySource> source, std::int64_t length)
      : source_(std::move(source)), length_(length) {}
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;
  ~Content() {
    if (file_.descriptor >= 0) ::close(file_.descriptor);
  }

  /// Gives it to a response that is sent right afterwards. Once: COLLET_CONTENT_…; then COLLET_CONTENT_BODY.
  std::uint32_t hand_over(collet_file& file, collet_source& source) {
    if (file_.descriptor >= 0) {
      file = file_;
      file_.descriptor = -1;
      return COLLET_CONTENT_FILE;
    }
    if (!source_) return COLLET_CONTENT_BODY;
    source = {source_.release(), &read, &release, length_};
    return COLLET_CONTENT_SOURCE;
  }

 private:
  static void read(void* context, collet_piece piece) noexcept {
    piece_being_read = piece.handle;
    try {
      static_cast<BodySource*>(context)->read(PieceReply(piece));
      piece_being_read = 0;
    } catch (...) {
      piece_being_read = 0;
      piece.give(piece.context, piece.handle, COLLET_PIECE_BROKEN, to_str(current_error()));
    }
  }
  static void release(void* context) noexcept {
    const std::unique_ptr<BodySource> owned(static_cast<BodySource*>(context));
  }

  collet_file file_{-1, 0, 0};
  std::unique_ptr<BodySource> source_;
  std::int64_t length_ = -1;
};

}  // namespace detail
}  // namespace collet
