// Streamed bodies and answers; the tests talk to it through a real server, and measure with it.
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "collet/plugin.hpp"

namespace {

using collet::Request;
using collet::Response;

class Counter final : public collet::BodyReceiver {
 public:
  Counter(collet::Host& host, const Request& request) : host_(host) {
    if (request.query_value("refuse")) throw collet::Refusal(507, "no room");
  }
  void take(std::string_view piece) override {
    if (piece == "refuse") throw collet::Refusal(409, "not this");
    if (piece == "throw") throw std::runtime_error("inside knowledge");
    bytes_ += piece.size();
    if (const auto at = piece.find('#'); at != std::string_view::npos) host_.store().put("seen", "#");
  }
  Response end() override { return Response::json(std::to_string(bytes_)); }
  void broken(std::string_view why) override { host_.store().put("broken", std::string(why)); }

 private:
  collet::Host& host_;
  std::uint64_t bytes_ = 0;
};

// Yields `size` bytes.
class Bytes final : public collet::PullSource {
 public:
  Bytes(collet::Host& host, std::uint64_t size) : host_(host), left_(size) {}
  ~Bytes() override { host_.store().put("released", "bytes"); }
  std::optional<std::string> pull() override {
    if (left_ == 13) throw std::runtime_error("thirteen left");
    if (left_ == 0) return std::nullopt;
    const auto n = left_ < COLLET_PIECE_BYTES ? left_ : COLLET_PIECE_BYTES;
    left_ -= n;
    return std::string(static_cast<std::size_t>(n), 'b');
  }

 private:
  collet::Host& host_;
  std::uint64_t left_;
};

// Gives when it is told to, by another request.
struct Owed {
  std::mutex mutex;
  std::optional<collet::PieceReply> reply;
};

class Feed final : public collet::BodySource {
 public:
  Feed(collet::Host& host, Owed& owed) : host_(host), owed_(owed) {}
  ~Feed() override { host_.store().put("released", "feed"); }
  void read(collet::PieceReply reply) override {
    const std::lock_guard lock(owed_.mutex);
    owed_.reply = std::move(reply);
  }

 private:
  collet::Host& host_;
  Owed& owed_;
};

class Streams final : public collet::Plugin {
 public:
  void setup(collet::Setup& setup) override {
    auto& host = setup.host();
    setup.stream("POST", "/streams/count",
                 [&host](const Request& request) { return std::make_unique<Counter>(host, request); });
    const auto file = [](const Request& request) {
      const std::string path(request.query_value("path").value_or(""));
      const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
      const auto size = std::stoull(std::string(request.query_value("size").value_or("0")));
      return Response::file(fd, 0, size);
    };
    setup.get("/streams/file", file);
    setup.head("/streams/file", file);
    const auto bytes = [&host](const Request& request) {
      const auto size = std::stoull(std::string(request.query_value("size").value_or("0")));
      const bool known = request.query_value("known").has_value();
      return Response::source(std::make_unique<Bytes>(host, size), "text/plain",
                              known ? std::optional<std::uint64_t>(size) : std::nullopt);
    };
    setup.get("/streams/bytes", bytes).access(collet::Access::kWorkspace);
    setup.head("/streams/bytes", bytes).access(collet::Access::kWorkspace);
    setup
        .get("/streams/feed",
             [this, &host](const Request&) {
               return Response::source(std::make_unique<Feed>(host, owed_), "text/event-stream");
             })
        .access(collet::Access::kBearer);
    setup.post("/streams/feed", [this](const Request& request) {
      std::unique_lock lock(owed_.mutex);
      if (!owed_.reply) return Response::error(409, "nothing is asked for");
      auto reply = std::move(*std::exchange(owed_.reply, std::nullopt));
      lock.unlock();
      request.body.empty() ? reply.end() : reply.more(request.body);
      return Response::json("{}");
    });
    setup.get("/streams/stored", [&host](const Request& request) {
      const auto value = host.store().get(std::string(request.query_value("key").value_or("")));
      return Response::json(value.value_or(""));
    });
  }

 private:
  Owed owed_;
};

}  // namespace

COLLET_PLUGIN(Streams, "org.example.streams", "1.0.0", "Streamed bodies and answers");
