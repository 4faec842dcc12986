#include "editor_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "collet/testing/temporary_folder.hpp"

namespace collet::vscode {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

class EditorProgramTest : public ::testing::Test {
 protected:
  std::string program(const std::string& name) {
    auto file = folder_.write(name, "");
    fs::permissions(file, fs::perms::owner_all);
    return file;
  }
  std::optional<EditorProgram> find() {
    problem_.clear();
    return find_editor(options_, places_, problem_);
  }

  testing::TemporaryFolder folder_;
  Options options_;
  Places places_{folder_.path() + "/bin", ""};
  std::string problem_;
};

TEST_F(EditorProgramTest, nothing_installed_is_said) {
  EXPECT_FALSE(find());
  EXPECT_THAT(problem_, HasSubstr("neither openvscode-server nor code-server"));
  options_.command = "my-editor";
  EXPECT_FALSE(find());
  EXPECT_EQ(problem_, "there is no program my-editor");
}

TEST_F(EditorProgramTest, openvscode_server_comes_first_and_its_root_before_PATH) {
  program("bin/code");
  program("package/out/node/entry.js");
  folder_.write("package/lib/vscode/out/server-main.js", "");
  fs::create_directories(folder_ / "bin");
  fs::create_symlink(folder_ / "package/out/node/entry.js", folder_ / "bin/code-server");
  const auto node = program("bin/node");
  EXPECT_THAT(find()->command, ElementsAre(node, folder_.path() + "/package/lib/vscode/out/server-main.js"));
  const auto in_path = program("bin/openvscode-server");
  EXPECT_THAT(find()->command, ElementsAre(in_path));
  const auto in_root = program("root/bin/openvscode-server");
  places_.openvscode_root = folder_.path() + "/root";
  EXPECT_THAT(find()->command, ElementsAre(in_root));
  options_.command = "code-server";
  EXPECT_EQ(find()->name, "code-server");
}

TEST_F(EditorProgramTest, code_server_brings_its_node_or_needs_one) {
  options_.command = program("package/bin/code-server");
  EXPECT_FALSE(find());
  EXPECT_THAT(problem_, HasSubstr("has no lib/vscode/out/server-main.js"));
  folder_.write("package/lib/vscode/out/server-main.js", "");
  EXPECT_FALSE(find());
  EXPECT_THAT(problem_, HasSubstr("needs node"));
  const auto node = program("package/lib/node");
  EXPECT_EQ(find()->command.front(), node);
}

TEST_F(EditorProgramTest, code_is_used_once_its_terms_are_accepted) {
  const auto code = program("bin/code");
  EXPECT_FALSE(find());
  options_.command = "code";
  EXPECT_FALSE(find());
  EXPECT_THAT(problem_, HasSubstr("accept_license_terms"));
  options_.accept_license_terms = true;
  EXPECT_THAT(find()->command, ElementsAre(code, "serve-web"));
  options_.command.clear();
  EXPECT_EQ(find()->kind, EditorProgram::Kind::kServeWeb);
}

TEST_F(EditorProgramTest, is_told_where_and_never_the_token_itself) {
  options_.base_path = "/b";
  options_.arguments = {"--more", "x y"};
  const Launch launch{4711, "/t", "/d", "/w"};
  const auto server = editor_command({"e", {"/e"}, EditorProgram::Kind::kServer}, options_, launch);
  EXPECT_THAT(server,
              ElementsAre("/e", "--host", "127.0.0.1", "--port", "4711", "--connection-token-file", "/t",
                          "--server-data-dir", "/d", "--server-base-path", "/b", "--default-folder", "/w",
                          "--disable-workspace-trust", "--telemetry-level", "off", "--more", "x y"));
  options_ = {};
  options_.accept_license_terms = true;
  const auto web =
      editor_command({"c", {"/c", "serve-web"}, EditorProgram::Kind::kServeWeb}, options_, launch);
  EXPECT_THAT(
      web, ElementsAre("/c", "serve-web", "--host", "127.0.0.1", "--port", "4711", "--connection-token-file",
                       "/t", "--server-data-dir", "/d", "--accept-server-license-terms"));
}

}  // namespace
}  // namespace collet::vscode
