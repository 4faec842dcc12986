#include "secrets/masker.hpp"

#include <gtest/gtest.h>

namespace collet::secrets {
namespace {

std::string in_pieces(const Masker& masker, std::string_view text, std::size_t size) {
  MaskStream stream;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += size) out += stream.push(masker, text.substr(at, size));
  return out += stream.finish(masker);
}

TEST(Masker, HidesEachOccurrence) {
  const Masker masker({"tok-12345"});
  EXPECT_EQ(masker.mask("a tok-12345, tok-12345"), "a <secret-hidden>, <secret-hidden>");
  EXPECT_EQ(masker.mask("tok-1234"), "tok-1234");
  EXPECT_EQ(masker.mask(""), "");
}

TEST(Masker, HidesTheLongestAndWhateverOverlaps) {
  const Masker masker({"abcd", "abcdefgh", "ghijk"});
  EXPECT_EQ(masker.mask("-abcdefgh-"), "-<secret-hidden>-");
  EXPECT_EQ(masker.mask("-abcdefghijk-"), "-<secret-hidden>-");
  EXPECT_EQ(masker.mask("-abcdefg-"), "-<secret-hidden>efg-");
}

TEST(Masker, LeavesShortValuesAlone) {
  EXPECT_TRUE(Masker({"", "1", "abc"}).empty());
  EXPECT_EQ(Masker({"1"}).mask("exit code 1"), "exit code 1");
}

TEST(Masker, HidesAValueWithoutItsLineEndAndLineByLine) {
  const Masker masker({"token-value\n", "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhki\nshort\n"});
  EXPECT_EQ(masker.mask("got token-value."), "got <secret-hidden>.");
  EXPECT_EQ(masker.mask("MIIEvQIBADANBgkqhki\r\nshort\r\n"), "<secret-hidden>\r\nshort\r\n");
}

TEST(Masker, HidesAValueWhateverItsLineEnds) {
  EXPECT_EQ(Masker({"user\r\npass1234"}).mask("user\npass1234 user\r\npass1234"),
            "<secret-hidden> <secret-hidden>");
  EXPECT_EQ(Masker({"user\npass1234"}).mask("user\npass1234 user\r\npass1234"),
            "<secret-hidden> <secret-hidden>");
}

TEST(Masker, LeavesTheFormOfJsonAlone) {
  const Masker masker({"command", "text", "Event"});
  EXPECT_EQ(
      masker.mask_json_text(
          R"({"command":"a command","content":[{"type":"text","text":"text"}],"kind":"Event"})"),
      R"({"command":"a <secret-hidden>","content":[{"type":"text","text":"<secret-hidden>"}],"kind":"Event"})");
  EXPECT_EQ(Masker({"tok-1"}).mask_json_text(R"({"tok-1":1,"kind":"tok-1"})"),
            R"({"<secret-hidden>":1,"kind":"<secret-hidden>"})");
}

TEST(Masker, HidesLongNumbersOfJson) {
  const Masker masker({"12345678", "4711"});
  EXPECT_EQ(masker.mask_json_text(R"({"pin":12345678,"pid":4711,"n":123456789})"),
            R"({"pin":"<secret-hidden>","pid":4711,"n":123456789})");
}

TEST(Masker, HidesInPiecesOfEverySizeAsInTheWhole) {
  const Masker masker({"abcd", "abcdefgh", "ghijk", "aaaa"});
  const std::string text = "xabcdefghijk abcabcd aaaaaaa abc ghij abcdefg";
  const std::string whole = masker.mask(text);
  EXPECT_EQ(whole, "x<secret-hidden> abc<secret-hidden> <secret-hidden> abc ghij <secret-hidden>efg");
  for (std::size_t size = 1; size <= text.size(); ++size)
    EXPECT_EQ(in_pieces(masker, text, size), whole) << size;
}

TEST(Masker, HoldsBackOnlyWhatMayBecomeAValue) {
  const Masker masker({"secret-value"});
  MaskStream stream;
  EXPECT_EQ(stream.push(masker, "plain sec"), "plain ");
  EXPECT_EQ(stream.push(masker, "ond"), "second");
  EXPECT_EQ(stream.push(masker, " secret-val"), " ");
  EXPECT_EQ(stream.push(masker, "ue!"), "<secret-hidden>!");
  EXPECT_EQ(stream.push(masker, "secret"), "");
  EXPECT_EQ(stream.finish(masker), "secret");
}

TEST(Masker, HoldsALimitedAmountOfARepeatingValue) {
  const Masker masker({"aaaa"});
  MaskStream stream;
  std::string out;
  for (int i = 0; i < 1000; ++i) out += stream.push(masker, "a");
  EXPECT_EQ(out + stream.finish(masker), "<secret-hidden>");
}

TEST(Masker, AValueThatBecomesKnownMeanwhileIsHidden) {
  const Masker before({"other-value"});
  const Masker after({"other-value", "other-secret"});
  MaskStream stream;
  EXPECT_EQ(stream.push(before, "other-"), "");
  EXPECT_EQ(stream.push(after, "secret."), "<secret-hidden>.");
}

TEST(Masker, FindsValuesThatJsonEscapes) {
  const Masker masker({"line1\nline\"2", "caf\xc3\xa9-token"});
  EXPECT_EQ(masker.mask_json_text(R"({"a":["x line1\nline\"2 y",7],"caf\u00e9-token":null})"),
            R"({"a":["x <secret-hidden> y",7],"<secret-hidden>":null})");
  EXPECT_EQ(masker.mask_json_text("{broken caf\xc3\xa9-token"), "{broken <secret-hidden>");
}

}  // namespace
}  // namespace collet::secrets
