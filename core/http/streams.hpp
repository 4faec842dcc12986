// Bodies in pieces: a request's, which its handler asks for, and an answer's, which the connection asks for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "collet/unique_fd.hpp"

namespace collet::http {

/// A piece of a request's body is never longer.
constexpr std::size_t kPieceBytes = 256 * 1024;

struct Piece {
  enum class Kind {
    kData,   ///< the next bytes
    kEnd,    ///< the end, in good order; an answer's may have the last bytes with it
    kBroken  ///< broken off; `data` is why, one line for people
  };
  Kind kind = Kind::kData;
  std::string data = {};
};

/// The body of one request, as it comes. Any thread.
class BodyStream {
 public:
  using OnPiece = std::function<void(Piece)>;
  virtual ~BodyStream() = default;

  /// Asks for the next piece; one at a time. `on_piece` is called once, on any thread, perhaps before this
  /// returns, and must not block. Nothing is read from the client but what is asked for. Data is never empty.
  /// Broken: the client has left, or stalled, or sent something that is refused; the request was answered,
  /// which needs nothing more of its body; or the body had ended before.
  virtual void next(OnPiece on_piece) = 0;
};

/// Where the body of an answer comes from. Destroyed when no more of it is needed, on any thread.
class Source {
 public:
  using Give = std::function<void(Piece)>;
  virtual ~Source() = default;

  /// The client has room. Never before the last piece was given. Must not block; `give` is called once, from
  /// any thread, perhaps before this returns, or later, or never if this is destroyed before (it keeps the
  /// connection, so it goes with this). A broken piece cuts the connection.
  virtual void read(Give give) = 0;
};

/// A part of a regular file, which is open for reading.
struct FilePart {
  UniqueFd fd;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// What a response sends in place of its body, once: a file, or what a source yields.
struct Content {
  std::optional<FilePart> file = std::nullopt;
  std::unique_ptr<Source> source = nullptr;
  std::optional<std::uint64_t> length = std::nullopt;  ///< of the source; nothing: not known

  std::optional<std::uint64_t> size() const { return file ? file->length : length; }
};

}  // namespace collet::http
