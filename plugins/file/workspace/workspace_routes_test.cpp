#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "testing/plugin_test.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;
using ::testing::StartsWith;

class Workspace : public testing::PluginTest {
 protected:
  Workspace() {
    host_.add_conversation(kConversation,
                           R"({"workspace":{"kind":"LocalWorkspace","working_dir":")" + at("ws") + "\"}}");
    folder_.write("ws/page.html", "<p>");
    folder_.write("secret", "outside");
  }
  Response get(const std::string& path, Pairs headers = {}) {
    return plugin_.request("GET", "/api/conversations/" + std::string(kConversation) + "/workspace" + path,
                           {}, std::move(headers));
  }
};

TEST_F(Workspace, serves_files_in_a_sandbox) {
  const auto answer = get("/page.html");
  EXPECT_EQ(answer.body, "<p>");
  EXPECT_EQ(answer.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(header(answer, "content-security-policy"), StartsWith("sandbox"));
  EXPECT_EQ(header(answer, "content-security-policy").find("allow-same-origin"), std::string::npos);
  EXPECT_EQ(header(answer, "x-content-type-options"), "nosniff");
  EXPECT_EQ(get("/page.html", {{"range", "bytes=1-"}}).body, "p>");
  EXPECT_EQ(get("/page.html", {{"if-none-match", header(answer, "etag")}}).status, 304);
}

TEST_F(Workspace, lets_the_cookie_in) {
  const auto path = "/api/conversations/" + std::string(kConversation) + "/workspace";
  for (const auto* method : {"GET", "HEAD"})
    for (const auto& tail : {path, path + "/x", path + "/", path + "/x/y"})
      EXPECT_EQ(plugin_.access(method, tail), Access::kWorkspace) << method << tail;
  EXPECT_EQ(plugin_.access("GET", "/api/file/download"), Access::kSession);
}

TEST_F(Workspace, shows_the_index_of_a_folder) {
  EXPECT_EQ(get("").body, R"({"detail":"No index.html in directory"})");
  folder_.write("ws/index.html", "top");
  folder_.write("ws/docs/index.html", "docs");
  for (const auto* path : {"", "/", "/index.html"}) EXPECT_EQ(get(path).body, "top") << path;
  for (const auto* path : {"/docs", "/docs/", "/docs/index.html"}) EXPECT_EQ(get(path).body, "docs") << path;
  fs::create_directories(folder_ / "ws/odd/index.html");
  EXPECT_EQ(get("/odd").status, 404);
}

TEST_F(Workspace, says_what_is_not_there) {
  EXPECT_EQ(get("/none").body, R"({"detail":"File not found"})");
  EXPECT_EQ(get("/page.html/x").status, 404);
  ASSERT_EQ(::mkfifo(at("ws/pipe").c_str(), 0600), 0);
  EXPECT_EQ(get("/pipe").status, 404);
  EXPECT_EQ(plugin_.get("/api/conversations/zzz/workspace").status, 422);
  const std::string other = "00000000-0000-0000-0000-000000000000";
  EXPECT_EQ(plugin_.get("/api/conversations/" + other + "/workspace/x").body,
            R"({"detail":"Conversation not found: )" + other + "\"}");
  fs::remove_all(folder_ / "ws");
  EXPECT_EQ(get("/page.html").body, R"({"detail":"Workspace directory does not exist"})");
}

TEST_F(Workspace, never_leaves_its_folder) {
  fs::create_symlink("../secret", folder_ / "ws/out");
  fs::create_symlink("/etc/passwd", folder_ / "ws/absolute");
  fs::create_directory_symlink("..", folder_ / "ws/up");
  for (const auto* path : {"/%2e%2e/secret", "/%2e%2e%2fsecret", "/..%2fsecret", "/out", "/absolute",
                           "/up/secret", "/x%2f..%2f..%2fsecret", "//etc/passwd", "/%2fetc%2fpasswd"}) {
    const auto answer = get(path);
    EXPECT_GE(answer.status, 400) << path;
    EXPECT_EQ(answer.body.find("outside\n"), std::string::npos) << path;
    EXPECT_EQ(answer.body.find("root:"), std::string::npos) << path;
  }
  EXPECT_EQ(get("/out").body, R"({"detail":"Path is outside the workspace"})");
  fs::create_directory_symlink("../..", folder_ / "ws/folder");
  EXPECT_EQ(get("/folder").status, 400);
}

TEST_F(Workspace, follows_links_inside) {
  fs::create_symlink("page.html", folder_ / "ws/link.html");
  EXPECT_EQ(get("/link.html").body, "<p>");
}

TEST_F(Workspace, tells_what_a_file_is) {
  const auto type = [this](const std::string& name, const std::string& bytes) {
    folder_.write("ws/" + name, bytes);
    return get("/" + name).content_type;
  };
  EXPECT_EQ(type("a.json", "{}"), "application/json");
  EXPECT_EQ(type("a.JS", "x"), "text/javascript; charset=utf-8");
  EXPECT_EQ(type("a.svg", "x"), "image/svg+xml");
  EXPECT_EQ(type("a.woff2", "x"), "font/woff2");
  EXPECT_EQ(type("a.zip", "x"), "application/zip");
  EXPECT_EQ(type("a.aac", "x"), "audio/aac");
  EXPECT_EQ(type("Makefile", "all:"), "text/plain; charset=utf-8");
  EXPECT_EQ(type(".png", "text"), "text/plain; charset=utf-8");
  EXPECT_EQ(type("a.unknown", std::string("\0x", 2)), "application/octet-stream");
  EXPECT_EQ(type("empty", ""), "text/plain; charset=utf-8");
}

}  // namespace
}  // namespace collet::file
