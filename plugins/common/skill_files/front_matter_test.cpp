#include "front_matter.hpp"

#include <gtest/gtest.h>

#include <string>

#include "text_file.hpp"

namespace collet::skill_files {
namespace {

std::string yaml(std::string_view text) { return json::dump(parse_yaml(text)); }

TEST(FrontMatter, IsTakenOffTheText) {
  const auto read = read_front_matter("\n---\nname: a\ntriggers:\n- b\n---\n\n  The text.\n---\nmore\n");
  EXPECT_EQ(json::dump(read.fields), R"({"name":"a","triggers":["b"]})");
  EXPECT_EQ(read.content, "The text.\n---\nmore");
}

TEST(FrontMatter, IsNotThere) {
  for (const std::string text : {"Just text.", "", "---\nname: never closed", "-- \nname: a\n---\nx"}) {
    const auto read = read_front_matter(text);
    EXPECT_EQ(json::dump(read.fields), "{}") << text;
    EXPECT_EQ(read.content, text);
  }
}

TEST(FrontMatter, ThatIsNoMappingCountsAsNone) {
  const auto read = read_front_matter("---\n- a\n- b\n---\nThe text.");
  EXPECT_EQ(json::dump(read.fields), "{}");
  EXPECT_EQ(read.content, "The text.");
}

TEST(Yaml, HasTheTypesOfVersionOneDotOne) {
  EXPECT_EQ(yaml("[yes, Off, TRUE, yEs, null, ~, ]"), R"([true,false,true,"yEs",null,null])");
  EXPECT_EQ(yaml("[12, -3, 0x1F, 0b11, 017, 1_000, 1e3, 1.50, .5, 1.2.3]"),
            R"([12,-3,31,3,15,1000,"1e3",1.5,0.5,"1.2.3"])");
  EXPECT_EQ(yaml("['12', \"yes\", !!str 5, 2024-01-02]"), R"(["12","yes","5","2024-01-02"])");
  EXPECT_EQ(yaml("{1: a, true: b, a: 1, a: 2}"), R"({"1":"a","true":"b","a":2})");
  EXPECT_EQ(yaml("a: >-\n  one\n  two\nb: |\n  x\n"), R"({"a":"one two","b":"x\n"})");
  EXPECT_EQ(yaml(""), "null");
}

TEST(Yaml, IsBounded) {
  EXPECT_THROW(parse_yaml("a: &x [1]\nb: *x"), FileError) << "an alias";
  EXPECT_THROW(parse_yaml(std::string(40, '[') + std::string(40, ']')), FileError);
  EXPECT_THROW(parse_yaml(std::string(60'000, '[')), FileError);
  EXPECT_THROW(parse_yaml("a: " + std::string(70'000, 'x')), FileError);
  std::string many = "[";
  for (int i = 0; i < 10'001; ++i) many += "1,";
  EXPECT_THROW(parse_yaml(many + "]"), FileError);
  EXPECT_THROW(parse_yaml("a: !!python/object:os.system x"), FileError);
}

TEST(Yaml, ThatIsWrongSaysWhere) {
  try {
    parse_yaml("a: 1\nb: [1, 2\n");
    FAIL();
  } catch (const FileError& error) {
    EXPECT_NE(std::string(error.what()).find("line"), std::string::npos) << error.what();
  }
}

TEST(Texts, AreCountedAndCutByCharacters) {
  EXPECT_EQ(characters("äöü"), 3U);
  EXPECT_EQ(first_characters("äöü", 2), "äö");
  EXPECT_EQ(first_characters("ab", 5), "ab");
  EXPECT_TRUE(is_kebab_case("a-b2"));
  for (const auto* bad : {"", "-a", "a-", "a--b", "A", "a.b", "a/b", "a\n"})
    EXPECT_FALSE(is_kebab_case(bad)) << bad;
}

}  // namespace
}  // namespace collet::skill_files
