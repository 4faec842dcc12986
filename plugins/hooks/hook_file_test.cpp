#include "hook_file.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "collet/http.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::hooks {
namespace {

using ::testing::HasSubstr;

class HookFileTest : public ::testing::Test {
 protected:
  HookFileTest() { std::filesystem::create_directory(std::filesystem::path(folder()) / ".openhands"); }
  std::string folder() const { return folder_.path(); }
  std::string file() const { return folder() + "/.openhands/hooks.json"; }
  std::string refusal() const {
    try {
      read_hook_file(folder());
      return {};
    } catch (const Refusal& refused) {
      return refused.response().body;
    }
  }

 private:
  collet::testing::TemporaryFolder folder_;
};

TEST_F(HookFileTest, TextIsRead) {
  EXPECT_EQ(read_hook_file(folder()), std::nullopt);
  EXPECT_EQ(read_hook_file(folder() + "/nope"), std::nullopt);
  std::ofstream(file()) << "{}\n";
  EXPECT_EQ(read_hook_file(folder()), "{}\n");
  EXPECT_EQ(read_hook_file(file()), std::nullopt);
}

TEST_F(HookFileTest, OneThatIsTooLarge_IsRefused) {
  std::ofstream(file()) << std::string(std::size_t{1} << 20, ' ');
  EXPECT_EQ(refusal(), "");
  std::ofstream(file(), std::ios::app) << ' ';
  EXPECT_THAT(refusal(), HasSubstr("more than 1 MiB"));
}

TEST_F(HookFileTest, WhatIsNoFile_IsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_THAT(refusal(), HasSubstr("no regular file"));
  std::filesystem::remove(file());
  std::filesystem::create_directory(file());
  EXPECT_THAT(refusal(), HasSubstr("no regular file"));
}

}  // namespace
}  // namespace collet::hooks
