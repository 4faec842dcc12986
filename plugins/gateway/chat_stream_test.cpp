#include "chat_stream.hpp"

#include <gtest/gtest.h>

#include <map>

namespace collet::gateway {
namespace {

// Asks a source for its pieces, as a host does.
class Client {
 public:
  explicit Client(ChatStream& stream) : stream_(stream) {}
  // What has been given since the last time: "+bytes" more, "." the end, "!" broken off, each with its bytes.
  std::string ask() {
    stream_.ask(PieceReply(collet_piece{this, ++asked_, &give}));
    return given();
  }
  std::string given() { return std::exchange(given_, {}); }

 private:
  static void give(void* context, collet_handle, std::int32_t kind, collet_str data) {
    auto& self = *static_cast<Client*>(context);
    self.given_ += (kind == COLLET_PIECE_DATA  ? "+"
                    : kind == COLLET_PIECE_END ? "."
                                               : "!") +
                   detail::to_string(data);
  }
  ChatStream& stream_;
  collet_handle asked_ = 0;
  std::string given_;
};

class ChatStreamTest : public ::testing::Test {
 protected:
  void TearDown() override { stream_.leave(); }  // while there is somebody to drop the last piece to

  ChatStream stream_;
  Client client_{stream_};
};

TEST_F(ChatStreamTest, Frames_WaitForTheClientAndTheOtherWayRound) {
  stream_.add({"a", "b"});
  EXPECT_EQ(client_.ask(), "+ab");
  EXPECT_EQ(client_.ask(), "");
  stream_.add({"c"});
  EXPECT_EQ(client_.given(), "+c");
  stream_.end({"d"});
  stream_.end({"again"});
  stream_.add({"too late"});
  EXPECT_EQ(client_.ask(), ".d");
}

TEST_F(ChatStreamTest, AnEndAlone_IsHandedOver) {
  EXPECT_EQ(client_.ask(), "");
  stream_.end({});
  EXPECT_EQ(client_.given(), ".");
}

TEST_F(ChatStreamTest, PiecesAreBounded) {
  const std::string half(COLLET_PIECE_BYTES / 2, 'x');
  stream_.end({half, half, "y"});
  EXPECT_EQ(client_.ask(), "+" + half + half);
  EXPECT_EQ(client_.ask(), ".y");
}

TEST_F(ChatStreamTest, ABeat_IsForAClientThatWaits) {
  stream_.beat();
  EXPECT_EQ(client_.ask(), "");
  stream_.beat();
  EXPECT_EQ(client_.given(), "+: working\n\n");
  for (int i = 0; i < 1000; ++i) stream_.beat();
  EXPECT_EQ(client_.ask(), "");
}

TEST_F(ChatStreamTest, WhenTheClientLeaves_NothingIsKept) {
  const auto shared = std::make_shared<ChatStream>();
  int left = 0;
  auto source = std::make_unique<ChatSource>(shared, [&] { ++left; });
  Client client(*shared);
  EXPECT_EQ(client.ask(), "");
  source.reset();
  EXPECT_EQ(left, 1);
  EXPECT_EQ(client.given(), "!the plugin has dropped the rest of the answer");  // the host hears nothing then
  shared->add({"a"});
  shared->beat();
  shared->end({"b"});
  EXPECT_EQ(client.given(), "");
  EXPECT_EQ(shared.use_count(), 1);
}

}  // namespace
}  // namespace collet::gateway
