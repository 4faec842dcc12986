#include "text_codec.hpp"

#include <gtest/gtest.h>

namespace collet::file {
namespace {

using namespace std::string_literals;

struct Case {
  const char* name;
  std::string bytes;
  std::string text;
};

class TextCodecRoundTrip : public ::testing::TestWithParam<Case> {};

TEST_P(TextCodecRoundTrip, reads_as_utf8_and_writes_the_same_bytes) {
  const auto decoded = decode(GetParam().bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->text, GetParam().text);
  EXPECT_EQ(encode(decoded->text, decoded->format), GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, TextCodecRoundTrip,
    ::testing::Values(Case{"empty", "", ""}, Case{"plain", "a\nb\n", "a\nb\n"},
                      Case{"crlf", "a\r\nb\r\n", "a\nb\n"}, Case{"mixed", "a\r\nb\nc\rd", "a\r\nb\nc\rd"},
                      Case{"lone_cr", "a\rb", "a\rb"}, Case{"utf8", "\xC3\xA4\xF0\x9F\x98\x80", "ä😀"},
                      Case{"mark", "\xEF\xBB\xBFx\r\n", "x\n"}, Case{"latin1", "caf\xE9\n", "café\n"},
                      Case{"cut_off", "abc\xE2\x82", "abc\xC3\xA2\xC2\x82"},
                      Case{"utf16le",
                           "\xFF\xFE"
                           "a\0\r\0\n\0=\xD8\0\xDE"s,
                           "a\n😀"},
                      Case{"utf16be", "\xFE\xFF\0a\0\n"s, "a\n"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(TextCodec_Binary, is_refused) {
  EXPECT_FALSE(decode("ELF\0\1\2"s));
  EXPECT_FALSE(
      decode("\xFF\xFE"
             "abc\0"s +
             "\0"s));
}

TEST(TextCodec_Latin1, refuses_characters_it_cannot_write) {
  const auto decoded = decode("caf\xE9");
  ASSERT_TRUE(decoded);
  EXPECT_FALSE(encode("€", decoded->format));
}

TEST(TextCodec_Crlf, does_not_double_a_cr_that_is_there) {
  EXPECT_EQ(encode("a\r\nb\n", {TextFormat::Encoding::kUtf8, false, true}), "a\r\nb\r\n");
}

}  // namespace
}  // namespace collet::file
