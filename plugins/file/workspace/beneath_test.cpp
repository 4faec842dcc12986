#include "workspace/beneath.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>

#include "collet/testing/temporary_folder.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;

class Beneath : public ::testing::Test {
 protected:
  Beneath() {
    folder_.write("ws/a/b/file", "inside");
    folder_.write("ws-sibling/secret", "outside");
    folder_.write("secret", "outside");
    fs::create_symlink("a/b", folder_ / "ws/near");
    fs::create_symlink("../secret", folder_ / "ws/out");
    fs::create_symlink("/etc/passwd", folder_ / "ws/absolute");
    fs::create_symlink("..", folder_ / "ws/up");
    fs::create_symlink("loop", folder_ / "ws/loop");
    root_.reset(::open((folder_.path() + "/ws").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  // What is read, or the reason why nothing is.
  static std::string outcome(const UniqueFd& opened) {
    if (!opened.valid()) return std::string(::strerrorname_np(errno));
    char buffer[64];
    const auto count = ::read(opened.get(), buffer, sizeof(buffer));
    return count < 0 ? "folder" : std::string(buffer, static_cast<std::size_t>(count));
  }
  std::string by_kernel(const std::string& path, Links links = Links::kInside) const {
    return outcome(open_beneath(root_.get(), path, O_RDONLY, links));
  }
  std::string by_steps(const std::string& path) const {
    return outcome(open_step_by_step(root_.get(), path, O_RDONLY));
  }

  collet::testing::TemporaryFolder folder_;
  UniqueFd root_;
};

TEST_F(Beneath, finds_what_is_inside) {
  for (const auto* path : {"a/b/file", "a//b/./file", "./a/b/file", "a/../a/b/file", "a/b/../../a/b/file"}) {
    EXPECT_EQ(by_kernel(path), "inside") << path;
    EXPECT_EQ(by_steps(path), "inside") << path;
  }
  for (const auto* path : {"", ".", "a", "a/", "a/b/..", "a/.."}) {
    EXPECT_EQ(by_kernel(path), "folder") << path;
    EXPECT_EQ(by_steps(path), "folder") << path;
  }
}

TEST_F(Beneath, never_leaves_the_folder) {
  for (const auto* path :
       {"..", "../secret", "../ws-sibling/secret", "../ws/a/b/file", "a/../../secret", "/etc/passwd",
        "//etc/passwd", "a/b/../../../secret", "./.././secret", "../../../../../../etc/passwd"}) {
    EXPECT_EQ(by_kernel(path), "EXDEV") << path;
    EXPECT_EQ(by_steps(path), "EXDEV") << path;
  }
  for (const auto* path : {"out", "absolute", "up/secret", "up/ws-sibling/secret"}) {
    EXPECT_EQ(by_kernel(path), "EXDEV") << path;
    EXPECT_NE(by_steps(path), "outside") << path;
  }
  EXPECT_EQ(by_steps("out"), "ELOOP");
  EXPECT_EQ(by_kernel("loop"), "ELOOP");
}

TEST_F(Beneath, follows_links_inside_unless_it_must_not) {
  EXPECT_EQ(by_kernel("near/file"), "inside");
  EXPECT_EQ(by_kernel("near/file", Links::kNone), "ELOOP");
  EXPECT_EQ(by_kernel("a/b/file", Links::kNone), "inside");
}

TEST_F(Beneath, says_what_is_not_there) {
  for (const auto& opened :
       {by_kernel("a/none"), by_steps("a/none"), by_kernel("none/x"), by_steps("none/x")})
    EXPECT_EQ(opened, "ENOENT");
  EXPECT_EQ(by_kernel("a/b/file/x"), "ENOTDIR");
  EXPECT_EQ(by_steps("a/b/file/x"), "ENOTDIR");
  EXPECT_EQ(by_kernel(std::string(300, 'x')), "ENAMETOOLONG");
  EXPECT_EQ(by_steps(std::string(300, 'x')), "ENAMETOOLONG");
  EXPECT_EQ(by_steps("a/b/file/"), "ENOTDIR");
  EXPECT_EQ(by_kernel("a/b/file/"), "ENOTDIR");
}

}  // namespace
}  // namespace collet::file
