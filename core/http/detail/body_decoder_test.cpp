#include "http/detail/request_reader.hpp"  // first: it puts <utility> before Boost

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace collet::http::detail {
namespace {

using Progress = BodyDecoder::Progress;

struct Decoded {
  std::string body;
  int status = 100;      ///< 200: a whole body; 100: more is needed; else the refusal
  std::size_t left = 0;  ///< bytes behind it
};

/// `step`: bytes of a piece of input; `most`: of a piece of the body.
Decoded decode(std::string_view head, std::string_view bytes, std::size_t step, std::size_t most,
               std::uint64_t limit = 0) {
  RequestReader reader(16 * 1024, 1024);
  InputBuffer input;
  input.append("POST / HTTP/1.1\r\nhost: x\r\n" + std::string(head) + "\r\n\r\n");
  EXPECT_EQ(reader.read(input), RequestReader::Progress::kHead);
  BodyDecoder decoder = reader.take_body(limit);
  Decoded decoded;
  for (std::string piece;;) {
    const auto progress = decoder.decode(input, piece, most);
    EXPECT_LE(piece.size(), most);
    if (progress == Progress::kNeedMore) {
      if (bytes.empty()) return decoded;
      input.append(bytes.substr(0, step));
      bytes.remove_prefix(std::min(step, bytes.size()));
      continue;
    }
    decoded.body += std::exchange(piece, {});
    if (progress == Progress::kFull) continue;
    decoded.status = progress == Progress::kComplete ? 200 : decoder.status();
    decoded.left = input.size() + bytes.size();
    return decoded;
  }
}

TEST(BodyDecoder, DecodesHoweverTheBytesCome) {
  const std::string text = "0123456789abcdefghij";
  const std::string chunked = "5\r\n01234\r\nb;a=\"b\"\r\n56789abcdef\r\n4\r\nghij\r\n0\r\nt: u\r\n\r\n";
  for (std::size_t step = 1; step < 60; ++step) {
    for (const std::size_t most : {1, 3, 7, 1000}) {
      const auto plain = decode("content-length: 20", text + "GET /", step, most);
      EXPECT_EQ(plain.status, 200);
      EXPECT_EQ(plain.body, text);
      EXPECT_EQ(plain.left, 5u);
      const auto chunks = decode("transfer-encoding: chunked", chunked + "GET /", step, most);
      EXPECT_EQ(chunks.status, 200) << step << " " << most;
      EXPECT_EQ(chunks.body, text);
      EXPECT_EQ(chunks.left, 5u);
    }
  }
}

TEST(BodyDecoder, ShortBodiesWaitForMore) {
  EXPECT_EQ(decode("content-length: 20", "0123", 1, 10).status, 100);
  EXPECT_EQ(decode("transfer-encoding: chunked", "5\r\n012", 1, 10).status, 100);
  EXPECT_EQ(decode("transfer-encoding: chunked", "5\r\n01234\r\n", 1, 10).status, 100);
}

TEST(BodyDecoder, WrongChunksAreRefused) {
  for (const std::string wrong :
       {"x\r\n01234\r\n0\r\n\r\n", "-1\r\n01234\r\n0\r\n\r\n", "5\r\n0123456\r\n0\r\n\r\n",
        "fffffffffffffffffffff\r\n0\r\n\r\n", "5 \r\n01234\r\n0\r\n\r\n", " 5\r\n01234\r\n0\r\n\r\n",
        "5\n01234\n0\n\n", "5;a\rb\r\n01234\r\n0\r\n\r\n", "5;\n0\r\n01234\r\n0\r\n\r\n",
        "0x5\r\n01234\r\n0\r\n\r\n", ";a=b\r\n01234\r\n0\r\n\r\n", "5\r\n01234\n0\r\n\r\n",
        "0\r\nfoo\r\n\r\n", "0\r\n: y\r\n\r\n", "0\r\nX: a\r\n b\r\n\r\n", "0\r\nX: a\n\r\n",
        "0\r\nX: a\rb\r\n\r\n", "0\r\n\n"})
    EXPECT_EQ(decode("transfer-encoding: chunked", wrong, 100, 10).status, 400) << wrong;
  EXPECT_EQ(decode("transfer-encoding: chunked", "5;" + std::string(100'000, 'x'), 1000, 10).status, 400);
}

TEST(BodyDecoder, SizesInAnyFormAreRead) {
  EXPECT_EQ(decode("transfer-encoding: chunked",
                   "00005\r\n01234\r\nA \t;x=\"y;z\"\r\n0123456789\r\n000\r\n\r\n", 3, 100)
                .body,
            "012340123456789");
  EXPECT_EQ(decode("transfer-encoding: chunked", "0\r\nA-b:\r\nc: \xc3\xa4\t\r\n\r\n", 1, 100).status, 200);
}

// A body pays for what is usual beside it, but not for more.
TEST(BodyDecoder, FramingIsCountedOverTheWholeBody) {
  const auto of = [](int chunks, std::size_t size, std::size_t extension) {
    const std::string data(size, 'x');
    std::string bytes;
    for (int i = 0; i < chunks; ++i) {
      bytes += std::vector<std::string>{"1", "400"}.at(size == 1 ? 0 : 1);
      if (extension > 0) bytes += ";" + std::string(extension, 'e');
      bytes += "\r\n" + data + "\r\n";
    }
    return decode("transfer-encoding: chunked", bytes + "0\r\n\r\n", 4096, 4096).status;
  };
  EXPECT_EQ(of(50'000, 1, 0), 200);
  EXPECT_EQ(of(1'000, 1024, 85), 200) << "a signature for each chunk";
  EXPECT_EQ(of(50'000, 1, 20), 400);
  EXPECT_EQ(of(1'000, 1024, 4096), 400);
}

TEST(BodyDecoder, ChunkedBodiesHaveALimit) {
  const std::string twelve = "6\r\n012345\r\n6\r\n6789ab\r\n0\r\n\r\n";
  EXPECT_EQ(decode("transfer-encoding: chunked", twelve, 100, 5, 12).status, 200);
  EXPECT_EQ(decode("transfer-encoding: chunked", twelve, 100, 5, 11).status, 413);
}

}  // namespace
}  // namespace collet::http::detail
