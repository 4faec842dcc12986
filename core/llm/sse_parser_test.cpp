#include "llm/sse_parser.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace collet::llm {
namespace {

struct Parsed {
  std::vector<std::string> events;
  bool ok = true;
  bool in_event = false;
  bool operator==(const Parsed&) const = default;
};

Parsed parse_pieces(const std::vector<std::string_view>& pieces, std::size_t limit = 1 << 20) {
  Parsed parsed;
  SseParser parser([&](std::string_view data) { return parsed.events.emplace_back(data), true; }, limit);
  for (const auto piece : pieces) parsed.ok = parser.feed(piece);
  parsed.in_event = parser.in_event();
  return parsed;
}

Parsed parse(std::string_view bytes, std::size_t limit = 1 << 20) { return parse_pieces({bytes}, limit); }

using Events = std::vector<std::string>;

TEST(SseParser, LineEnds_AllThreeCount) {
  EXPECT_EQ(parse("data: a\n\ndata: b\r\n\r\ndata: c\r\r").events, (Events{"a", "b", "c"}));
}

TEST(SseParser, ManyDataLines_AreJoined) {
  EXPECT_EQ(parse("data: a\ndata:b\ndata\n\n").events, (Events{"a\nb\n"}));
}

TEST(SseParser, OneBlankBehindTheColon_IsLeftOut_NotMore) {
  EXPECT_EQ(parse("data:  a \n\n").events, (Events{" a "}));
}

TEST(SseParser, CommentsAndOtherFields_AreSkipped) {
  EXPECT_EQ(parse(": keep-alive\n\nevent: x\nid: 1\nretry: 5\nDATA: n\ndatas: n\ndata: y\n\n").events,
            (Events{"y"}));
}

TEST(SseParser, EmptyData_IsAnEvent) { EXPECT_EQ(parse("data:\n\n").events, (Events{""})); }

TEST(SseParser, NoData_IsNoEvent) { EXPECT_TRUE(parse("event: x\n\n\n\n").events.empty()); }

TEST(SseParser, ByteOrderMark_IsSkippedAtTheStartOnly) {
  EXPECT_EQ(parse("\xef\xbb\xbf"
                  "data: a\n\n")
                .events,
            (Events{"a"}));
  EXPECT_TRUE(parse("\n\xef\xbb\xbf"
                    "data: a\n\n")
                  .events.empty());
  EXPECT_TRUE(parse("\xef\xbb"
                    "data: a\n\n")
                  .events.empty());
}

TEST(SseParser, UnfinishedEvent_IsNotGiven_ButKnown) {
  for (const auto* text : {"data: a", "data: a\n", "data: a\r\n"}) {
    EXPECT_TRUE(parse(text).events.empty());
    EXPECT_TRUE(parse(text).in_event);
  }
  EXPECT_FALSE(parse("data: a\n\n").in_event);
}

TEST(SseParser, TooLargeEvent_Stops_OnOneLineOrMany) {
  EXPECT_FALSE(parse("data: " + std::string(200, 'x'), 100).ok);
  std::string many;
  for (int i = 0; i < 50; ++i) many += "data: xxxxxxxx\n";
  EXPECT_FALSE(parse(many, 100).ok);
  std::string fine;
  for (int i = 0; i < 50; ++i) fine += "data: xxxxxxxx\n\n";
  EXPECT_TRUE(parse(fine, 100).ok);
}

TEST(SseParser, CallbackSaysStop_NothingMore_IsRead) {
  int events = 0;
  SseParser parser([&](std::string_view) { return ++events < 2; });
  EXPECT_FALSE(parser.feed("data: a\n\ndata: b\n\ndata: c\n\n"));
  EXPECT_FALSE(parser.feed("data: d\n\n"));
  EXPECT_EQ(events, 2);
}

// A text that is dense in what the grammar is about.
std::string random_stream(std::mt19937& random) {
  static const std::vector<std::string> kTokens = {"data:",     "data: ", "data", "\n",
                                                   "\r",        "\r\n",   "\n\n", "x",
                                                   "{\"a\":1}", ":",      " ",    "event:",
                                                   "id: 1",     "ä",      "\xff", "\xef\xbb\xbf",
                                                   "\xef\xbb",  "[DONE]", "\xef", std::string(1, '\0')};
  std::string text;
  const auto length = random() % 60;
  for (unsigned i = 0; i < length; ++i) text += kTokens[random() % kTokens.size()];
  return text;
}

std::vector<std::string_view> random_split(std::string_view text, std::mt19937& random) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const auto size = std::min<std::size_t>(random() % 4, text.size());  // empty pieces too
    pieces.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return pieces;
}

TEST(SseParser, RandomSplits_GiveTheSameEvents) {
  std::mt19937 random(20240229);
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = random_stream(random);
    const std::size_t limit = round % 4 == 0 ? 12 : 1 << 20;
    const Parsed whole = parse(text, limit);
    const Parsed split = parse_pieces(random_split(text, random), limit);
    ASSERT_EQ(split.events, whole.events) << testing::PrintToString(text);
    if (!text.empty()) {
      ASSERT_EQ(split.ok, whole.ok) << testing::PrintToString(text);
    }
    if (whole.ok) {
      ASSERT_EQ(split.in_event, whole.in_event) << testing::PrintToString(text);
    }
  }
}

TEST(SseParser, RandomBytes_NeverHarm) {
  std::mt19937 random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::string text(random() % 300, '\0');
    for (auto& c : text) c = static_cast<char>(random());
    parse_pieces(random_split(text, random));
  }
}

}  // namespace
}  // namespace collet::llm
