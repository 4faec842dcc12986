#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "testing/plugin_test.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kSuccess = R"({"success":true})";

class Transfer : public testing::PluginTest {
 protected:
  static std::string form(const std::string& name, const std::string& data) {
    return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"f\"\r\n\r\n" + data +
           "\r\n--B--\r\n";
  }
  Response upload(const std::string& target, const std::string& body,
                  const std::string& type = "multipart/form-data; boundary=B") {
    Pairs headers;
    if (!type.empty()) headers.emplace_back("content-type", type);
    return plugin_.request("POST", "/api/file/upload" + target, body, headers);
  }
  Response to(const std::string& name, const std::string& body,
              const std::string& type = "multipart/form-data; boundary=B") {
    return upload("?path=" + at(name), body, type);
  }
  Response download(const std::string& name, Pairs headers = {}, const std::string& method = "GET") {
    return plugin_.request(method, "/api/file/download?path=" + at(name), {}, std::move(headers));
  }
};

TEST_F(Transfer, takes_forms_and_bare_bodies) {
  EXPECT_EQ(to("a/form", form("file", "one")).body, kSuccess);
  EXPECT_EQ(folder_.read("a/form"), "one");
  EXPECT_EQ(to("raw", "two", "application/octet-stream").body, kSuccess);
  EXPECT_EQ(folder_.read("raw"), "two");
  EXPECT_EQ(to("raw", "three", "").body, kSuccess);
  EXPECT_EQ(folder_.read("raw"), "three");
  EXPECT_EQ(to("raw", "", "application/octet-stream").body, kSuccess);
  EXPECT_EQ(folder_.read("raw"), "");
}

TEST_F(Transfer, takes_the_path_from_the_path_too) {
  EXPECT_EQ(upload("/" + at("one"), form("file", "1")).body, kSuccess);
  EXPECT_EQ(upload(at("two"), form("file", "2")).body, kSuccess);
  EXPECT_EQ(plugin_.get("/api/file/download/" + at("one")).body, "1");
  EXPECT_EQ(plugin_.get("/api/file/download" + at("two")).body, "2");
}

TEST_F(Transfer, refuses_what_carries_no_file) {
  constexpr const char* kMissing =
      R"({"detail":[{"type":"missing","loc":["body","file"],"msg":"Field required","input":null}]})";
  EXPECT_EQ(to("x", form("other", "1")).body, kMissing);
  EXPECT_EQ(to("x", "{}", "application/json").body, kMissing);
  EXPECT_EQ(to("x", "a=b", "application/x-www-form-urlencoded").body, kMissing);
  EXPECT_EQ(to("x", "", "").body, kMissing);
  EXPECT_EQ(to("x", "x", "multipart/mixed; boundary=B").status, 422);
  EXPECT_EQ(names(), 0U);
}

TEST_F(Transfer, says_what_is_wrong_with_the_path) {
  EXPECT_EQ(upload("", form("file", "1")).body,
            R"({"detail":[{"type":"missing","loc":["query","path"],"msg":"Field required","input":null}]})");
  EXPECT_EQ(upload("?path=f/x", form("file", "1")).body, R"({"detail":"Path must be absolute"})");
  EXPECT_EQ(upload("?path=~/x", form("file", "1")).body, R"({"detail":"Path must be absolute"})");
  EXPECT_EQ(upload("?path=" + folder_.path(), form("file", "1")).status, 400);
  EXPECT_EQ(upload("?path=/" + std::string(5000, 'x'), form("file", "1")).status, 400);
}

TEST_F(Transfer, leaves_nothing_of_a_broken_upload) {
  folder_.write("old", "content");
  EXPECT_EQ(to("new/deep", form("file", "cut").substr(0, form("file", "cut").size() - 5)).status, 400);
  EXPECT_EQ(to("old", form("file", "x") + "--B", "multipart/form-data; boundary=C").status, 400);
  EXPECT_EQ(to("old", "--B\r\nX: " + std::string(20000, 'x')).status, 400);
  EXPECT_EQ(to("old", form("file", "1\r\n" + form("file", "2"))).status, 400);
  EXPECT_EQ(to("old", "x", "multipart/form-data").status, 400);
  auto leaving = plugin_.upload("POST", "/api/file/upload?path=" + at("gone/x"),
                                {{"content-type", "application/octet-stream"}});
  leaving.send("half of it");
  leaving.break_off("the client has left");
  EXPECT_EQ(folder_.read("old"), "content");
  EXPECT_EQ(names(), 1U);
}

TEST_F(Transfer, says_at_once_that_the_disk_is_too_small) {
  const auto answer = plugin_.request(
      "POST", "/api/file/upload?path=" + at("huge"), {},
      {{"content-type", "application/octet-stream"}, {"content-length", "999999999999999999"}});
  EXPECT_EQ(answer.status, 507);
  EXPECT_THAT(answer.body, HasSubstr("No space left"));
  EXPECT_EQ(names(), 0U);
}

TEST_F(Transfer, downloads_are_never_labelled_as_json) {
  folder_.write("x.json", "{}");
  const auto answer = download("x.json");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{}");
  EXPECT_EQ(answer.content_type, "application/octet-stream");
  EXPECT_EQ(header(answer, "content-disposition"), "attachment; filename=\"x.json\"");
  EXPECT_EQ(header(answer, "accept-ranges"), "bytes");
  folder_.write("K\xc3\xb6ln \"1\"", "x");
  EXPECT_EQ(header(plugin_.get("/api/file/download?path=" + folder_.path() + "/K%C3%B6ln%20%221%22"),
                   "content-disposition"),
            "attachment; filename*=utf-8''K%C3%B6ln%20%221%22");
}

TEST_F(Transfer, downloads_parts) {
  folder_.write("x", "hello file\n");
  const auto one = download("x", {{"range", "bytes=-5"}});
  EXPECT_EQ(one.status, 206);
  EXPECT_EQ(one.body, "file\n");
  EXPECT_EQ(header(one, "content-range"), "bytes 6-10/11");
  const auto two = download("x", {{"range", "bytes=0-1,-3"}});
  EXPECT_EQ(two.status, 206);
  ASSERT_THAT(two.content_type, StartsWith("multipart/byteranges; boundary="));
  const auto boundary = two.content_type.substr(two.content_type.find('=') + 1);
  const std::string type = "\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ";
  EXPECT_EQ(two.body, "\r\n--" + boundary + type + "0-1/11\r\n\r\nhe\r\n--" + boundary + type +
                          "8-10/11\r\n\r\nle\n\r\n--" + boundary + "--\r\n");
  const auto none = download("x", {{"range", "bytes=99-"}});
  EXPECT_EQ(none.status, 416);
  EXPECT_EQ(header(none, "content-range"), "bytes */11");
  folder_.write("empty", "");
  EXPECT_EQ(download("empty").body, "");
}

TEST_F(Transfer, knows_what_the_client_has) {
  folder_.write("x", "one");
  const auto tag = header(download("x"), "etag");
  EXPECT_EQ(download("x", {{"if-none-match", tag}}).status, 304);
  EXPECT_EQ(download("x", {{"range", "bytes=0-0"}, {"if-range", tag}}).status, 206);
  ASSERT_EQ(to("x", "two", "application/octet-stream").status, 200);
  EXPECT_EQ(download("x", {{"if-none-match", tag}}).status, 200);
  EXPECT_EQ(download("x", {{"range", "bytes=0-0"}, {"if-range", tag}}).body, "two");
  EXPECT_EQ(download("x", {{"if-match", tag}}).status, 412);
}

TEST_F(Transfer, head_has_the_length) {
  folder_.write("x", "hello");
  const auto answer = plugin_.download("HEAD", "/api/file/download?path=" + at("x"));
  EXPECT_EQ(answer.head().status, 200);
  EXPECT_EQ(answer.length(), 5U);
}

TEST_F(Transfer, says_what_cannot_be_downloaded) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  folder_.write("file", "x");
  EXPECT_EQ(download("none").body, R"({"detail":"File not found"})");
  EXPECT_EQ(download("none").status, 404);
  EXPECT_EQ(download("file/x").status, 404);
  EXPECT_EQ(download("").body, R"({"detail":"Path is not a file"})");
  EXPECT_EQ(download("pipe").status, 400);
  EXPECT_EQ(plugin_.get("/api/file/download?path=f").status, 400);
  EXPECT_EQ(plugin_.get("/api/file/download?path=/dev/null").status, 400);
  EXPECT_EQ(plugin_.get("/api/file/download").status, 422);
}

}  // namespace
}  // namespace collet::file
