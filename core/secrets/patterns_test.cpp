// What the automaton and the streams make of a text, against the plain rule tried at every byte.
#include "secrets/patterns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

#include "secrets/masker.hpp"

namespace collet::secrets {
namespace {

using ::testing::ElementsAre;
using Values = std::set<std::string>;

std::vector<std::pair<std::size_t, std::size_t>> found_in(const Patterns& patterns, std::string_view text) {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  patterns.scan(Patterns::kNothing, text, 0,
                [&](std::size_t begin, std::size_t end) { found.emplace_back(begin, end); });
  return found;
}

TEST(Patterns, TellsTheLongestThatEndsAtEachPlace) {
  const Patterns patterns({"abcd", "zabcd", "bcde", "abcdef"});
  EXPECT_THAT(found_in(patterns, "zabcdef"), ElementsAre(std::pair(0, 5), std::pair(2, 6), std::pair(1, 7)));
  EXPECT_THAT(found_in(patterns, "abc"), ElementsAre());
  EXPECT_THAT(found_in(Patterns(), "abcd"), ElementsAre());
}

TEST(Patterns, ContainsWholePatternsOnly) {
  const Patterns patterns({"abcd", "abcdef", "xxabcde"});
  EXPECT_TRUE(patterns.contains("abcd"));
  EXPECT_TRUE(patterns.contains("abcdef"));
  EXPECT_FALSE(patterns.contains("abcde"));
  EXPECT_FALSE(patterns.contains("abc"));
  EXPECT_FALSE(patterns.contains("abcdefg"));
  EXPECT_FALSE(patterns.contains("xxabcd"));
  EXPECT_FALSE(Patterns().contains("abcd"));
}

TEST(Patterns, BytesAboveAsciiAreInOrderToo) {
  const Patterns patterns({"\xff\xff\xff\xff", "abc\x80", "abc\xff", "abcd", std::string("abc\0", 4)});
  EXPECT_EQ(found_in(patterns, "abc\xff\xff\xff\xff").size(), 2U);
  EXPECT_TRUE(patterns.contains("abc\x80"));
  EXPECT_TRUE(patterns.contains(std::string("abc\0", 4)));
}

/// The rule, word for word: slow, and plain to see.
class PlainStream {
 public:
  std::string push(const Values& values, std::string_view piece, bool last = false) {
    held_ += piece;
    std::string out;
    std::size_t hidden_end = hidden_, at = 0;
    for (; at < held_.size(); ++at) {
      const auto rest = std::string_view(held_).substr(at);
      if (!last && std::any_of(values.begin(), values.end(), [&](std::string_view value) {
            return value.size() > rest.size() && value.starts_with(rest);
          }))
        break;
      std::size_t length = 0;
      for (const auto& value : values)
        if (rest.starts_with(value)) length = std::max(length, value.size());
      if (length > 0) {
        if (at >= hidden_end) out += kHidden;
        hidden_end = std::max(hidden_end, at + length);
      }
      if (at >= hidden_end) out += held_[at];
    }
    held_.erase(0, at);
    hidden_ = hidden_end > at ? hidden_end - at : 0;
    return out;
  }

 private:
  std::string held_;
  std::size_t hidden_ = 0;
};

class Random {
 public:
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(engine_);
  }
  std::string text(std::size_t size, std::size_t letters) {
    std::string out;
    while (out.size() < size) out += static_cast<char>('a' + below(letters));
    return out;
  }
  Values values(std::size_t letters) {
    Values out;
    for (std::size_t left = 1 + below(12); left > 0; --left)
      out.insert(text(Masker::kShortest + below(below(4) == 0 ? 40 : 6), letters));
    return out;
  }

 private:
  std::mt19937 engine_{20251};
};

TEST(MaskStream, GivesInEveryPieceWhatThePlainRuleGives) {
  Random random;
  for (int round = 0; round < 3000; ++round) {
    const std::size_t letters = 1 + random.below(3);
    Values values = random.values(letters);
    auto masker = std::make_unique<Masker>(values);
    MaskStream stream;
    PlainStream plain;
    for (int pieces = 0; pieces < 30; ++pieces) {
      if (random.below(15) == 0) {  // more becomes known
        values.merge(random.values(letters));
        masker = std::make_unique<Masker>(values);
      }
      const bool last = random.below(20) == 0;
      const std::string piece = random.text(random.below(random.below(5) == 0 ? 80 : 4), letters);
      std::string given = stream.push(*masker, piece);
      if (last) given += stream.finish(*masker);
      std::string expected = plain.push(values, piece);
      if (last) expected += plain.push(values, "", true);
      ASSERT_EQ(given, expected) << "round " << round << ", piece " << pieces << " " << piece;
    }
    ASSERT_EQ(stream.finish(*masker), plain.push(values, "", true)) << "round " << round;
  }
}

TEST(MaskStream, ALongValueThatComesByteByByteIsHidden) {
  const std::string value = std::string(100'000, 'a') + "b";
  const Masker masker({value});
  MaskStream stream;
  std::string out;
  for (const char c : "x" + value + value) out += stream.push(masker, std::string_view(&c, 1));
  EXPECT_EQ(out + stream.finish(masker), "x<secret-hidden><secret-hidden>");
}

TEST(MaskStream, LinesThatBeginAlikeAreHiddenEach) {
  std::string value, text;
  for (int i = 0; i < 3000; ++i)
    value += std::string(40, ' ') + "key-material-" + std::to_string(i) + "-end\n";
  const Masker masker({value});
  for (int i = 0; i < 3000; ++i) text += "    key-material-" + std::to_string(i) + "-end;";
  const std::string masked = masker.mask(text);
  EXPECT_EQ(masked.find("key-material"), std::string::npos);
  EXPECT_EQ(masked.size(), 3000 * (4 + kHidden.size() + 1));
}

}  // namespace
}  // namespace collet::secrets
