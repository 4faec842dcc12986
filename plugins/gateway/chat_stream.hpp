// A streamed answer on its way from the run that makes it to the client that takes it.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collet/streams.hpp"

namespace collet::gateway {

/// Any thread; nothing blocks. Whoever adds may add before the client asks, and the other way round.
class ChatStream {
 public:
  /// The next frames. Lost behind the end.
  void add(std::vector<std::string> frames);
  /// The last ones.
  void end(std::vector<std::string> frames);
  /// Shows a client that waits, and those between, that the connection lives. Nothing for one that is behind.
  void beat();

  /// The client has room.
  void ask(PieceReply reply);
  /// It has gone.
  void leave();

 private:
  void hand_over(std::unique_lock<std::mutex> lock);

  std::mutex mutex_;  // guards what follows
  std::deque<std::string> frames_;
  std::optional<PieceReply> owed_;
  bool ended_ = false;
};

/// The client's end of it. `left` is called when it is needed no more.
class ChatSource final : public BodySource {
 public:
  ChatSource(std::shared_ptr<ChatStream> stream, std::function<void()> left)
      : stream_(std::move(stream)), left_(std::move(left)) {}
  ChatSource(const ChatSource&) = delete;
  ChatSource& operator=(const ChatSource&) = delete;
  ~ChatSource() override {
    stream_->leave();
    left_();
  }
  void read(PieceReply reply) override { stream_->ask(std::move(reply)); }

 private:
  const std::shared_ptr<ChatStream> stream_;
  const std::function<void()> left_;
};

}  // namespace collet::gateway
