#include "http/detail/request_reader.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "http/testing/read_in_pieces.hpp"

namespace collet::http::detail {
namespace {

constexpr std::size_t kHeadBytes = 16 * 1024;
constexpr std::size_t kBodyBytes = 1024 * 1024;

Reading read(std::string_view bytes, std::size_t step) {
  RequestReader reader(kHeadBytes, kBodyBytes);
  return read_in_pieces(reader, bytes, step);
}

struct Case {
  const char* name;
  int status;
  std::string bytes;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

const std::string kHost = "Host: x\r\n";
std::string get(const std::string& fields, const std::string& target = "/json") {
  return "GET " + target + " HTTP/1.1\r\n" + kHost + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& body = "") {
  return "POST /echo HTTP/1.1\r\n" + kHost + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }
std::string repeat(const std::string& text, int times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}
std::string with_nul(std::string text) {
  text[text.find('0')] = '\0';
  return text;
}

class RequestReaderCase : public testing::TestWithParam<Case> {};

TEST_P(RequestReaderCase, WholeOrBytewise_HasOneOutcome) {
  EXPECT_EQ(read(GetParam().bytes, std::string::npos).status, GetParam().status);
  if (GetParam().bytes.size() < 4000) {
    EXPECT_EQ(read(GetParam().bytes, 1).status, GetParam().status);
  }
}

const std::vector<Case> kHeads = {
    {"plain", 200, get("")},
    {"http 1.0 without host", 200, "GET /json HTTP/1.0\r\n\r\n"},
    {"http 2.0", 505, "GET /json HTTP/2.0\r\nHost: x\r\n\r\n"},
    {"http 1.2", 505, "GET /json HTTP/1.2\r\nHost: x\r\n\r\n"},
    {"empty version", 505, "GET /json \r\nHost: x\r\n\r\n"},
    {"http 0.9", 400, "GET /json\r\n\r\n"},
    {"no host", 400, "GET /json HTTP/1.1\r\n\r\n"},
    {"two hosts", 400, "GET /json HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
    {"host with a port", 200, "GET /json HTTP/1.1\r\nHost: a.b-c_d:8000\r\n\r\n"},
    {"host v6", 200, "GET /json HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"},
    {"host empty", 200, "GET /json HTTP/1.1\r\nHost:\r\n\r\n"},
    {"host with a bad port", 400, "GET /json HTTP/1.1\r\nHost: x:99999999\r\n\r\n"},
    {"host with a word as port", 400, "GET /json HTTP/1.1\r\nHost: x:http\r\n\r\n"},
    {"host v6 not closed", 400, "GET /json HTTP/1.1\r\nHost: [::1\r\n\r\n"},
    {"host with a path", 400, "GET /json HTTP/1.1\r\nHost: x/y\r\n\r\n"},
    {"host with a user", 400, "GET /json HTTP/1.1\r\nHost: a@x\r\n\r\n"},
    {"unknown method", 200, "FOO /json HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"absolute target", 200, get("", "http://x/json")},
    {"absolute target, other host", 400, get("", "http://y/json")},
    {"connect", 400, "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"options star", 400, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"fragment", 400, get("", "/p#f")},
    {"bad escape in path", 400, get("", "/p/a%zzb")},
    {"encoded nul in path", 400, get("", "/p/a%00b")},
    {"bad escape in query", 400, get("", "/p?q=%f")},
    {"high bytes in path", 400, get("", "/p/\xff\xfe")},
    {"nul in path", 400, with_nul(get("", "/p/a0b"))},
    {"nul in field", 400, with_nul(get("X: a0b\r\n"))},
    {"binary", 400, "\x16\x03\x01\x02\r\n\r\n"},
    {"folded field", 400, get("X: a\r\n b\r\n")},
    {"field folded by a tab", 400, get("X: a\r\n\tb\r\n")},
    {"folded first field", 400, "GET /json HTTP/1.1\r\n Host: x\r\n\r\n"},
    {"folded away length", 400, get("X: a\r\n Content-Length: 40\r\n")},
    {"blank behind the colon", 200, get("X:  a \t\r\n")},
    {"field without colon", 400, get("foo\r\n")},
    {"blank before colon", 400, "GET /json HTTP/1.1\r\nHost : x\r\n\r\n"},
    {"empty field name", 400, get(": x\r\n")},
    {"expect something", 417, post("Expect: foo\r\nContent-Length: 5\r\n", "hello")},
    {"one long field", 431, get("X: " + std::string(100'000, 'a') + "\r\n")},
    {"many fields", 431, get(repeat("A: b\r\n", 10'000))},
    {"long target", 414, get("", "/" + std::string(60'000, 'a'))},
    {"odd but harmless fields", 200,
     get("Accept: foo\r\nCookie: ;;;=\r\nDate: nonsense\r\nExpect:\r\nRange: x\r\n")},
};
INSTANTIATE_TEST_SUITE_P(Heads, RequestReaderCase, testing::ValuesIn(kHeads));

const std::vector<Case> kBodies = {
    {"length", 200, post("Content-Length: 5\r\n", "hello")},
    {"length not reached", 100, post("Content-Length: 6\r\n", "hello")},
    {"no length, no body", 200, post("")},
    {"length no number", 400, post("Content-Length: abc\r\n")},
    {"length empty", 400, post("Content-Length:\r\n")},
    {"length negative", 400, post("Content-Length: -5\r\n", "hello")},
    {"length beyond 64 bits", 400, post("Content-Length: 99999999999999999999999\r\n", "hello")},
    {"two lengths", 400, post("Content-Length: 5\r\nContent-Length: 3\r\n", "hello")},
    {"the same length twice", 400, post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
    {"a list of lengths", 400, post("Content-Length: 5, 5\r\n", "hello")},
    {"folded length", 400, post("Content-Length:\r\n 5\r\n", "hello")},
    {"folded coding", 400, post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
    {"length beyond the limit", 413, post("Content-Length: 1048577\r\n", "hello")},
    {"length and chunked", 400, post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
    {"chunked", 200, chunked("5\r\nhello\r\n0\r\n\r\n")},
    {"chunked empty", 200, chunked("0\r\n\r\n")},
    {"chunk extension and trailer", 200, chunked("5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n")},
    {"chunk size negative", 400, chunked("-5\r\nhello\r\n0\r\n\r\n")},
    {"chunk size huge", 413, chunked("7fffffffffffffff\r\nhello\r\n0\r\n\r\n")},
    {"chunk size beyond the limit", 413, chunked("40000000\r\nhello\r\n0\r\n\r\n")},
    {"chunk size no number", 400, chunked("zz\r\nhello\r\n0\r\n\r\n")},
    {"chunk size empty", 400, chunked("\r\nhello\r\n0\r\n\r\n")},
    {"chunk without its end", 400, chunked("5\r\nhelloXX0\r\n\r\n")},
    {"gzip", 501, post("Transfer-Encoding: gzip\r\n", "hello")},
    {"gzip, chunked", 501, post("Transfer-Encoding: gzip, chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")},
    {"chunked twice", 400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
    {"coding empty", 501, post("Transfer-Encoding:\r\n", "hello")},
    {"chunked in 1.0", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
};
INSTANTIATE_TEST_SUITE_P(Bodies, RequestReaderCase, testing::ValuesIn(kBodies));

TEST(RequestReader_HeadLimit, IsTheSameHoweverTheBytesCome) {
  const auto bare = get("X: \r\n").size();
  for (std::size_t more = 0; more < 100; ++more) {
    const auto size = kHeadBytes - 50 + more;
    const auto head = get("X: " + std::string(size - bare, 'a') + "\r\n");
    for (const std::size_t step : {1UL, 7UL, 1000UL, head.size()})
      EXPECT_EQ(read(head, step).status, size <= kHeadBytes ? 200 : 431) << size << " bytes by " << step;
  }
}

TEST(RequestReader_Request, IsDecodedOnce) {
  const auto outcome = read(
      "POST /a%20b/c%2Fd?q=1&q=%26+x HTTP/1.1\r\nHost: x\r\nX-Odd-Case: V\r\nContent-Length: 2\r\n\r\nhi", 7);
  ASSERT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.request.method, "POST");
  EXPECT_EQ(outcome.request.path, "/a b/c/d");
  EXPECT_EQ(outcome.request.raw_path, "/a%20b/c%2Fd");
  EXPECT_EQ(outcome.request.query, (Pairs{{"q", "1"}, {"q", "& x"}}));
  EXPECT_EQ(outcome.request.header("x-odd-case"), "V");
  EXPECT_EQ(outcome.request.body, "hi");
}

// Nothing of it is kept, so no byte is looked at twice, however slowly they come.
TEST(RequestReader_ChunkFraming, IsBoundedAndNotKept) {
  for (const std::string start : {"1;a=", "1;a=\"", "", "1\r\nx\r\n0\r\nX: ", "1\r\nx\r\n0\r\n"}) {
    const std::string more = start.empty() ? "0" : start.back() == '\n' ? "X: y\r\n" : "b";
    RequestReader reader(kHeadBytes, kBodyBytes);
    InputBuffer input;
    input.append(chunked(start));
    ASSERT_EQ(reader.read(input), RequestReader::Progress::kHead);
    std::size_t sent = 0;
    while (reader.read(input) == RequestReader::Progress::kNeedMore && sent < 4 * BodyDecoder::kMostFraming) {
      ASSERT_TRUE(input.empty()) << start;
      input.append(std::string_view(more).substr(sent++ % more.size(), 1));
    }
    EXPECT_EQ(reader.status(), 400) << start;
    EXPECT_LE(sent, BodyDecoder::kMostFraming + 1) << start;
  }
}

TEST(RequestReader_BodyLimit, MayBeLowered) {
  for (const std::string& body :
       {post("Content-Length: 5\r\n", "hello"), chunked("5\r\nhello\r\n0\r\n\r\n")}) {
    for (const std::size_t limit : {4U, 5U}) {
      RequestReader reader(kHeadBytes, kBodyBytes);
      InputBuffer input;
      input.append(body);
      ASSERT_EQ(reader.read(input), RequestReader::Progress::kHead);
      reader.limit_body(limit);
      EXPECT_EQ(reader.read(input) == RequestReader::Progress::kComplete, limit == 5);
      EXPECT_EQ(reader.status(), limit == 5 ? 0 : 413);
    }
  }
}

TEST(RequestReader_TrailerFields, DoNotBecomeHeaders) {
  const auto outcome = read(chunked("2\r\nhi\r\n0\r\nX-Session-API-Key: late\r\n\r\n"), std::string::npos);
  ASSERT_EQ(outcome.status, 200);
  EXPECT_FALSE(outcome.request.header("x-session-api-key"));
}

// Whole, the line end is missed at once; byte by byte, it is waited for until the time limit.
TEST(RequestReader_BareLineFeeds, AreNeverARequest) {
  const std::string bytes = "GET /json HTTP/1.1\nHost: x\n\n";
  EXPECT_NE(read(bytes, std::string::npos).status, 200);
  EXPECT_NE(read(bytes, 1).status, 200);
}

TEST(RequestReader_PipelinedInput, StaysInTheBuffer) {
  RequestReader reader(kHeadBytes, kBodyBytes);
  InputBuffer input;
  input.append(post("Content-Length: 5\r\n", "hello") + get(""));
  EXPECT_EQ(reader.read(input), RequestReader::Progress::kHead);
  EXPECT_EQ(reader.read(input), RequestReader::Progress::kComplete);
  EXPECT_EQ(input.view(), get(""));
}

}  // namespace
}  // namespace collet::http::detail
