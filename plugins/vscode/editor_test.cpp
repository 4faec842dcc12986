#include "editor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "collet/machine.hpp"
#include "collet/testing/fake_host.hpp"
#include "collet/testing/temporary_folder.hpp"
#include "common/testing/wait_until.hpp"

namespace collet::vscode {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using testing::wait_until;

// Listens where it is told to, says its token aloud, and ends when the file "end" is there.
constexpr const char* kStandIn = R"(
import os, socket, sys, time
said = dict(zip(sys.argv[1::2], sys.argv[2::2]))
token = open(said["--connection-token-file"]).read()
here = os.path.dirname(said["--connection-token-file"])
open(here + "/argv", "w").write("\n".join(sys.argv))
listener = socket.create_server((said["--host"], int(said["--port"])))
print("Web UI available at ?tkn=" + token, flush=True)
while not os.path.exists(here + "/end"): time.sleep(0.01)
os.remove(here + "/end")
print("Error: leaving with " + token, flush=True)
sys.exit(9)
)";

class EditorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (machine::find_program("python3", "/usr/bin:/usr/local/bin").empty())
      GTEST_SKIP() << "there is no python3";
    fake_.allow_processes();
    script_ = folder_.write("editor.py", kStandIn);
    options_.port = 0;
  }
  std::unique_ptr<Editor> editor() {
    return std::make_unique<Editor>(
        host_, options_, EditorProgram{"stand-in", {"python3", script_}, EditorProgram::Kind::kServer},
        "/the folder", folder_.path());
  }
  std::string token() const { return folder_.read("token"); }

  testing::TemporaryFolder folder_;
  testing::FakeHost fake_;
  Host host_{&fake_.table()};
  Options options_;
  std::string script_;
};

TEST_F(EditorTest, its_address_lets_in_and_is_for_this_machine) {
  const auto editor = this->editor();
  EXPECT_EQ(editor->url(std::nullopt, "/x"), std::nullopt);
  EXPECT_FALSE(editor->is_ready());
  editor->start();
  const auto url = editor->url(std::nullopt, "/a b/\xc3\xb6&c").value();
  EXPECT_THAT(url, MatchesRegex("http://127.0.0.1:[0-9]+/\\?tkn=[0-9a-f]{64}&folder=/a%20b/%C3%B6%26c"));
  EXPECT_THAT(url, HasSubstr("tkn=" + token()));
  EXPECT_TRUE(wait_until([&] { return editor->is_ready(); }));
  EXPECT_EQ(editor->url("https://there.example/", "/x"),
            "https://there.example/?tkn=" + token() + "&folder=/x");
  editor->stop();
  EXPECT_EQ(editor->url(std::nullopt, "/x"), std::nullopt);
}

TEST_F(EditorTest, the_base_path_is_in_every_address) {
  options_.base_path = "/run/vscode";
  options_.access_token = "chosen";
  const auto editor = this->editor();
  editor->start();
  EXPECT_EQ(editor->url("https://there.example", "/x"),
            "https://there.example/run/vscode/?tkn=chosen&folder=/x");
  EXPECT_EQ(editor->url("", "/x"), "/run/vscode/?tkn=chosen&folder=/x");
}

TEST_F(EditorTest, one_that_ends_comes_back_with_a_new_token_that_nobody_has_seen) {
  const auto editor = this->editor();
  editor->start();
  ASSERT_TRUE(wait_until([&] { return editor->is_ready(); }));
  const std::string first = token();
  folder_.write("end", "");
  ASSERT_TRUE(wait_until([&] { return token() != first && editor->is_ready(); }));
  EXPECT_TRUE(fake_.has_logged("ended with 9: Error: leaving with <hidden>"));
  EXPECT_FALSE(fake_.has_logged(first));
  EXPECT_FALSE(fake_.has_logged(token()));
  EXPECT_THAT(folder_.read("argv"), Not(HasSubstr(token())));
}

TEST_F(EditorTest, a_port_of_somebody_else_gives_no_address) {
  options_.port = machine::free_port("127.0.0.1", 0);
  const auto other = editor();
  other->start();
  ASSERT_TRUE(wait_until([&] { return other->is_ready(); }));
  const auto editor = this->editor();
  editor->start();
  EXPECT_FALSE(editor->is_ready());
  EXPECT_EQ(editor->url(std::nullopt, "/x"), std::nullopt);
  EXPECT_TRUE(fake_.has_logged("port " + std::to_string(options_.port) + " of 127.0.0.1 cannot be used"));
}

}  // namespace
}  // namespace collet::vscode
