#include "plugins/file_check.hpp"
#include "collet/testing/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
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

TEST_F(FileCheck, WritableByRootsGroup_IsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root has such files";
  allow(file_, 0664);  // in images for any user number, that user is in group 0
  EXPECT_EQ(check(file_), "it is writable by its group (gid 0)");
  allow(file_, 0644);
  allow(plugins_, 0775);
  EXPECT_EQ(check(file_), "its folder " + plugins_.string() + " is writable by its group (gid 0)");
}

TEST_F(FileCheck, PrivateGroup_IsTheFirstOfItsOwnerAndOfNobodyElse) {
  const std::vector<Account> users = {
      {"root", 0, 0}, {"alice", 1000, 1001}, {"bob", 1002, 1002}, {"eve", 1003, 100}};
  EXPECT_TRUE(is_alone_in(1001, 1000, users, {}));
  EXPECT_TRUE(is_alone_in(1001, 1000, users, {"alice"}));
  EXPECT_FALSE(is_alone_in(1001, 1000, users, {"alice", "bob"}));
  EXPECT_FALSE(is_alone_in(1002, 1000, users, {})) << "another one's";
  EXPECT_FALSE(is_alone_in(7, 1000, users, {})) << "nobody's";
  EXPECT_FALSE(is_alone_in(1004, 1004, users, {})) << "of a user that is not listed";
  auto with_mallory = users;
  with_mallory.push_back({"mallory", 1005, 1001});
  EXPECT_FALSE(is_alone_in(1001, 1000, with_mallory, {}))
      << "also the first of another one, who is in no list";
}

TEST_F(FileCheck, GroupOfRootOrWithoutAName_IsNotPrivate) {
  EXPECT_FALSE(is_private_group(0, 0));
  EXPECT_FALSE(is_private_group(54321, 54321));
}

TEST_F(FileCheck, EveryFolderOfAChainOfLinks_IsChecked) {
  for (const char* name : {"first", "middle", "last"}) fs::create_directory(folder_ / name);
  fs::create_directory_symlink(folder_ / "middle" / "link", folder_ / "first" / "link");
  fs::create_directory_symlink("../last/link", folder_ / "middle" / "link");
  fs::create_directory_symlink(plugins_, folder_ / "last" / "link");
  const fs::path named = folder_ / "first" / "link" / "a.so";
  EXPECT_EQ(check(named), "");
  for (const char* name : {"first", "middle", "last"}) {
    const fs::path loose = folder_ / name;
    allow(loose, 0777);  // others could turn the link elsewhere
    EXPECT_EQ(check(named), "the folder above it, " + loose.string() + " is writable by everybody");
    allow(loose, 0755);
  }
  if (::geteuid() != 0)
    GTEST_SKIP() << "only root's sticky folders are good, and only root can give links away";
  allow(folder_ / "middle", 01777);
  EXPECT_EQ(check(named), "");
  ASSERT_EQ(::lchown((folder_ / "middle" / "link").c_str(), 12345, 12345), 0);
  EXPECT_EQ(check(named), "the link on the way to it, " + (folder_ / "middle" / "link").string() +
                              " belongs to another user (uid 12345)");
}

TEST_F(FileCheck, LinksWithinTheFolderByWayOfAnother_AreRefused) {
  const fs::path loose = folder_ / "loose";
  fs::create_directory(loose);
  fs::create_symlink(loose / "there", plugins_ / "link.so");
  fs::create_symlink(file_, loose / "there");
  EXPECT_EQ(check(plugins_ / "link.so"), "");
  allow(loose, 0777);
  EXPECT_EQ(check(plugins_ / "link.so"),
            "the folder above it, " + loose.string() + " is writable by everybody");
}

TEST_F(FileCheck, LinksInACircle_AreRefused) {
  fs::create_directory_symlink(folder_ / "two", folder_ / "one");
  fs::create_directory_symlink(folder_ / "one", folder_ / "two");
  EXPECT_EQ(check(folder_ / "one" / "a.so"), "it cannot be opened: Too many levels of symbolic links");
}

TEST_F(FileCheck, WritableByAnAccessList_IsRefused) {
  // Version 2; {tag, permissions, number}: the owner rw-, user 12345 rw-, group r--, mask rw-, others r--.
  struct Entry {
    std::uint16_t tag, permissions;
    std::uint32_t number;
  };
  struct List {
    std::uint32_t version;
    std::array<Entry, 5> entries;
  };
  const std::uint32_t none = 0xFFFFFFFF;
  const List list{2, {{{1, 6, none}, {2, 6, 12345}, {4, 4, none}, {16, 6, none}, {32, 4, none}}}};
  if (::setxattr(file_.c_str(), "system.posix_acl_access", &list, sizeof list, 0) != 0)
    GTEST_SKIP() << "no access lists in this file system";
  EXPECT_EQ(check(file_), "it is writable by those that its access list names");
  allow(file_, 0644);  // takes the right to write from all whom it names
  EXPECT_EQ(check(file_), "");
}

TEST_F(FileCheck, WriterThatSetsTheTimeBack_IsSeen) {
  struct stat before = {}, after = {};
  ASSERT_EQ(::stat(file_.c_str(), &before), 0);
  EXPECT_TRUE(is_unchanged(before, before));
  do {  // until the clock of the file system has gone on
    std::ofstream(file_) << "y";
    const timespec times[2] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, file_.c_str(), times, 0), 0);
    ASSERT_EQ(::stat(file_.c_str(), &after), 0);
  } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec && after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
  EXPECT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
  EXPECT_FALSE(is_unchanged(before, after));
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
