#include "plugins/file_check.hpp"
#include "collet/testing/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace collet::plugins {
namespace {

namespace fs = std::filesystem;

class FileCheck : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(plugins_);
    std::ofstream(file_) << "x";
  }
  static std::string check(const fs::path& file) {
    const auto result = open_checked(file);
    return result ? "" : result.error().message;
  }
  static void allow(const fs::path& path, mode_t mode) { ASSERT_EQ(::chmod(path.c_str(), mode), 0); }

  const collet::testing::TemporaryFolder folder_;
  const fs::path above_ = folder_ / "above";
  const fs::path plugins_ = above_ / "plugins";
  const fs::path file_ = plugins_ / "a.so";
};

TEST_F(FileCheck, OwnFileInOwnFolder_Passes) {
  const auto result = open_checked(file_);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->path, fs::canonical(file_));
  EXPECT_EQ(result->info.st_size, 1);
}

TEST_F(FileCheck, LinkWithinTheFolder_Passes) {
  fs::create_symlink("a.so", plugins_ / "link.so");
  EXPECT_EQ(check(plugins_ / "link.so"), "");
}

TEST_F(FileCheck, LinkToTheFolder_Passes) {
  fs::create_directory_symlink(plugins_, folder_ / "link");
  EXPECT_EQ(check(folder_ / "link" / "a.so"), "");
}

TEST_F(FileCheck, LinkOutOfTheFolder_IsRefused) {
  const fs::path other = above_ / "other.so";
  fs::rename(file_, other);
  fs::create_symlink(other, file_);
  EXPECT_EQ(check(file_), "it is a link out of its folder, to " + fs::canonical(other).string());
}

TEST_F(FileCheck, FileWritableByOthers_IsRefused) {
  allow(file_, 0666);
  EXPECT_EQ(check(file_), "it is writable by everybody");
  allow(file_, 0644);
  EXPECT_EQ(check(file_), "");
}

TEST_F(FileCheck, FolderWritableByOthers_IsRefused) {
  allow(plugins_, 0777);
  EXPECT_EQ(check(file_), "its folder " + plugins_.string() + " is writable by everybody");
  allow(plugins_, 01777);  // others could still put a plugin there
  EXPECT_EQ(check(file_), "its folder " + plugins_.string() + " is writable by everybody");
}

TEST_F(FileCheck, FolderAboveWritableByOthers_IsRefused) {
  allow(above_, 0777);
  EXPECT_EQ(check(file_), "the folder above it, " + above_.string() + " is writable by everybody");
  if (::geteuid() != 0) GTEST_SKIP() << "only root's sticky folders are good";
  allow(above_, 01777);  // like /tmp: ours stays ours
  EXPECT_EQ(check(file_), "");
}

TEST_F(FileCheck, FolderOfALinkWritableByOthers_IsRefused) {
  const fs::path loose = folder_ / "loose";
  fs::create_directory(loose);
  fs::create_directory_symlink(plugins_, loose / "link");
  allow(loose, 0777);  // others could turn the link elsewhere
  EXPECT_EQ(check(loose / "link" / "a.so"),
            "the folder above it, " + loose.string() + " is writable by everybody");
}

TEST_F(FileCheck, WritableByAGroup_IsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files to any group";
  ASSERT_EQ(::chown(file_.c_str(), 0, 12345), 0);
  allow(file_, 0664);
  EXPECT_EQ(check(file_), "it is writable by its group (gid 12345)");
}

TEST_F(FileCheck, ForeignOwner_IsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(::chown(file_.c_str(), 12345, 12345), 0);
  EXPECT_EQ(check(file_), "it belongs to another user (uid 12345)");
  ASSERT_EQ(::chown(file_.c_str(), 0, 0), 0);
  ASSERT_EQ(::chown(above_.c_str(), 12345, 12345), 0);
  EXPECT_EQ(check(file_), "the folder above it, " + above_.string() + " belongs to another user (uid 12345)");
}

TEST_F(FileCheck, NoFile_IsRefused) {
  EXPECT_EQ(check(plugins_ / "none.so"), "it cannot be opened: No such file or directory");
  EXPECT_EQ(check(plugins_), "it is no regular file");
}

TEST_F(FileCheck, NamedPipe_IsRefusedWithoutWaiting) {
  ASSERT_EQ(::mkfifo((plugins_ / "pipe.so").c_str(), 0600), 0);
  EXPECT_EQ(check(plugins_ / "pipe.so"), "it is no regular file");
}

}  // namespace
}  // namespace collet::plugins
