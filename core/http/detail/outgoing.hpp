// What one connection is sending: a head with its body, and perhaps a file or what a source yields behind it.
// The connection's lock guards it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/detail/file_sender.hpp"
#include "http/streams.hpp"

namespace collet::http::detail {

class Outgoing {
 public:
  enum class Progress {
    kDone,   ///< all of it is with the socket
    kFull,   ///< the socket takes no more for now
    kTurn,   ///< more could be sent, but others should be served first
    kPiece,  ///< the source's next piece is needed
    kGone,   ///< the peer has gone
    kShort,  ///< the file has become shorter, or cannot be read
  };
  /// How a source's pieces are framed.
  enum class Framing {
    kLength,   ///< as many bytes as were announced
    kChunked,  ///< HTTP/1.1
    kClose,    ///< up to the end of the connection
  };

  /// `content` may be null; it is used up.
  void begin(std::string bytes, std::shared_ptr<Content> content, Framing framing);
  /// Never waits.
  Progress write(int socket);
  /// Takes the source's next piece. False: the answer cannot be brought to its end; `why()`.
  bool add(Piece piece);

  bool has_source() const { return source_ != nullptr; }
  std::shared_ptr<Source> source() const { return source_; }
  const std::string& why() const { return why_; }
  Framing framing() const { return framing_; }
  /// Bytes written since begin(), to see whether there is progress.
  std::uint64_t written() const { return written_; }
  /// Gives up the rest. The source, to be destroyed where no lock is held.
  std::shared_ptr<Source> drop();

 private:
  Progress write_bytes(int socket);
  bool count(std::size_t bytes);

  std::string bytes_;
  std::size_t at_ = 0;
  std::optional<FileSender> file_;
  std::shared_ptr<Source> source_;
  bool source_ended_ = false;
  std::optional<std::uint64_t> left_;  // of a source whose length is known
  Framing framing_ = Framing::kLength;
  std::uint64_t written_ = 0;
  std::string why_;
};

}  // namespace collet::http::detail
