#include "transfer/multipart.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace collet::file {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class Collected : public MultipartParser::Parts {
 public:
  void part(const std::string& name) override { parts.emplace_back(name, ""); }
  void data(std::string_view bytes) override { parts.back().second += bytes; }
  void part_end() override { ++ended; }

  std::vector<std::pair<std::string, std::string>> parts;
  std::size_t ended = 0;
};

std::string part(const std::string& name, const std::string& data) {
  return "--B\r\nContent-Disposition: form-data; name=\"" + name +
         "\"; filename=\"f\"\r\nContent-Type: x/y\r\n\r\n" + data + "\r\n";
}

using Found = std::vector<std::pair<std::string, std::string>>;

// Parses in pieces of `size` bytes; throws what the parser throws.
Found parsed(const std::string& form, std::size_t size, const std::string& boundary = "B") {
  Collected found;
  MultipartParser parser(boundary, found);
  for (std::size_t at = 0; at < form.size(); at += size) parser.push(std::string_view(form).substr(at, size));
  parser.finish();
  EXPECT_EQ(found.ended, found.parts.size());
  return std::move(found.parts);
}

TEST(Multipart, cuts_a_form_whatever_the_pieces) {
  const std::string tricky = "\r\n--\r\n--A\r\r\n--\r\n-\r\n\r\n--b\r\n";
  const auto form = part("a", "one") + part("file", tricky) + part("empty", "") + "--B--\r\n";
  for (std::size_t size = 1; size <= form.size(); ++size)
    EXPECT_THAT(parsed(form, size), ElementsAre(Pair("a", "one"), Pair("file", tricky), Pair("empty", "")))
        << size;
}

TEST(Multipart, takes_a_preamble_padding_and_an_epilogue) {
  const auto form =
      "to be\r\nignored --B\r\n--B \t\r\n\r\nno head\r\n" + part("x", "y") + "--B--\r\n--B\r\nnot a part";
  for (std::size_t size : {1U, 2U, 3U, 7U, 1000U})
    EXPECT_THAT(parsed(form, size), ElementsAre(Pair("", "no head"), Pair("x", "y"))) << size;
}

TEST(Multipart, knows_names_in_all_their_spellings) {
  const auto named = [](const std::string& head) {
    return parsed("--B\r\n" + head + "\r\n\r\nx\r\n--B--", 5).at(0).first;
  };
  EXPECT_EQ(named("content-disposition:form-data;name=file"), "file");
  EXPECT_EQ(named("CONTENT-DISPOSITION: form-data; filename=\"a;name=no\"; NAME = \"file\" "), "file");
  EXPECT_EQ(named("Content-Disposition: form-data; name=\"a \\\"b\\\" c\""), "a \"b\" c");
  EXPECT_EQ(named("Content-Disposition: form-data; flag; name=\"file\""), "file");
  EXPECT_EQ(named("Content-Disposition: form-data; name=\"never closed"), "never closed");
  EXPECT_EQ(named("Content-Disposition: form-data"), "");
  EXPECT_EQ(named("X-Other: name=\"file\""), "");
}

TEST(Multipart, refuses_a_form_that_is_cut_off_anywhere) {
  const auto form = part("file", "data\r\n--") + "--B--";
  for (std::size_t length = 0; length < form.size(); ++length) {
    EXPECT_THROW(parsed(form.substr(0, length), 4), FormError) << length;
  }
  EXPECT_NO_THROW(parsed(form, 4));
}

TEST(Multipart, bounds_heads_and_the_number_of_parts) {
  const auto with_head = [](std::size_t size) {
    return "--B\r\nX: " + std::string(size, 'a') + "\r\n\r\nx\r\n--B--";
  };
  EXPECT_NO_THROW(parsed(with_head(1000), 100));
  EXPECT_THROW(parsed(with_head(MultipartParser::kMostHeadBytes), 100), FormError);
  std::string many;
  for (std::size_t i = 0; i <= MultipartParser::kMostParts; ++i) many += "--B\r\n\r\n\r\n";
  EXPECT_THROW(parsed(many + "--B--", 10000), FormError);
  EXPECT_THROW(parsed("--B" + std::string(10000, ' ') + "\r\n\r\n", 100), FormError);
  EXPECT_THROW(parsed("--Bx\r\n\r\nx\r\n--B--", 100), FormError);
  EXPECT_THROW(parsed("--B\n\nx\n--B--", 100), FormError);
  EXPECT_THROW(parsed("--B\r\n: no name\r\n\r\nx\r\n--B--", 100), FormError);
}

TEST(Multipart, reads_the_boundary) {
  EXPECT_EQ(form_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(form_boundary("Multipart/Form-Data ; charset=x; Boundary=\"a b:c\""), "a b:c");
  EXPECT_EQ(form_boundary("application/octet-stream; boundary=abc"), std::nullopt);
  EXPECT_EQ(form_boundary(""), std::nullopt);
  EXPECT_THROW(form_boundary("multipart/form-data"), FormError);
  EXPECT_THROW(form_boundary("multipart/form-data; boundary="), FormError);
  EXPECT_THROW(form_boundary("multipart/form-data; boundary=" + std::string(71, 'a')), FormError);
  EXPECT_THROW(form_boundary("multipart/form-data; boundary=\"a\r\nb\""), FormError);
}

// Bytes that look like boundaries, cut at random; what comes out is what went in.
TEST(Multipart, survives_random_data_in_random_pieces) {
  std::mt19937 random(20240607);  // NOLINT: the same test each time
  const std::string letters = "\r\n--Bx";
  for (int round = 0; round < 3000; ++round) {
    std::string data;
    for (auto length = random() % 40; length > 0; --length) data += letters[random() % letters.size()];
    if (("\r\n" + data + "\r\n").find("\r\n--B") != std::string::npos) continue;
    const auto form = part("file", data) + "--B--";
    Collected found;
    MultipartParser parser("B", found);
    for (std::size_t at = 0; at < form.size();) {
      const std::size_t size = 1 + random() % 9;
      parser.push(std::string_view(form).substr(at, size));
      at += size;
    }
    parser.finish();
    ASSERT_THAT(found.parts, ElementsAre(Pair("file", data)));
  }
}

// Whatever comes, the parser ends it with a FormError or takes it.
TEST(Multipart, survives_nonsense) {
  std::mt19937 random(7);  // NOLINT: the same test each time
  const std::string letters = "\r\n-B:;=\"\\ name";
  for (int round = 0; round < 3000; ++round) {
    std::string form = "--B\r\n";
    for (auto length = random() % 200; length > 0; --length) form += letters[random() % letters.size()];
    try {
      parsed(form, 1 + random() % 20);
    } catch (const FormError&) {
      continue;
    }
  }
}

}  // namespace
}  // namespace collet::file
