#include "tree_writer.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "collet/testing/temporary_folder.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

class TreeWriterTest : public ::testing::Test {
 protected:
  TreeWriterTest() {
    fs::create_directory(folder_ / "to");
    fs::create_directory(folder_ / "from");
  }
  fs::path to() const { return folder_ / "to"; }
  fs::path from() const { return folder_ / "from"; }
  void copy() {
    TreeWriter writer(to());
    copy_tree(from(), writer);
  }

  collet::testing::TemporaryFolder folder_;
};

TEST_F(TreeWriterTest, CopiesFilesFoldersAndLinks) {
  folder_.write("from/a/b.sh", "text");
  fs::permissions(from() / "a/b.sh", fs::perms::owner_exec, fs::perm_options::add);
  folder_.write("from/.git/config", "no");
  fs::create_symlink("a/b.sh", from() / "link");
  fs::create_directory_symlink("a", from() / "folder-link");
  fs::create_symlink("nowhere", from() / "dangling");
  copy();
  EXPECT_EQ(folder_.read("to/a/b.sh"), "text");
  EXPECT_NE(fs::status(to() / "a/b.sh").permissions() & fs::perms::owner_exec, fs::perms::none);
  EXPECT_EQ(fs::read_symlink(to() / "link"), "a/b.sh");
  EXPECT_TRUE(fs::exists(to() / "folder-link/b.sh"));
  EXPECT_FALSE(fs::exists(to() / ".git"));
  EXPECT_FALSE(fs::is_symlink(to() / "dangling"));
}

TEST_F(TreeWriterTest, LinksThatLeadOutAreRefused) {
  folder_.write("secret", "s");
  for (const auto* target : {"../secret", "/etc/passwd", "../../to/../secret", "../nowhere"}) {
    fs::remove_all(from());
    fs::create_directories(from() / "a");
    fs::create_symlink(target, from() / "link");
    EXPECT_THROW(copy(), FileError) << target;
    fs::remove_all(to());
    fs::create_directory(to());
  }
}

TEST_F(TreeWriterTest, LinksThatLeadOutOverOthersAreRefused) {
  fs::create_directories(from() / "a/b");
  fs::create_directory_symlink("../..", from() / "a/b/top");
  fs::create_directory_symlink("top/..", from() / "a/b/out");
  EXPECT_THROW(copy(), FileError);
}

TEST_F(TreeWriterTest, PipesAreRefused) {
  ASSERT_EQ(::mkfifo((from() / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(copy(), FileError);
}

TEST_F(TreeWriterTest, PathsThatLeadOutAreRefused) {
  TreeWriter writer(to());
  const std::vector<std::string> bad = {"../x", "/x",   "a/../../x", "",
                                        ".",    "a//b", "a\\b",      std::string("a\0b", 3)};
  for (const auto& path : bad) EXPECT_THROW(writer.add_file(path, "x", false), FileError) << path;
  writer.add_file("x", "1", false);
  EXPECT_THROW(writer.add_file("x", "2", false), FileError) << "twice";
  EXPECT_THROW(writer.add_folder("x"), FileError);
}

TEST_F(TreeWriterTest, ThereAreBounds) {
  TreeWriter writer(to(), {3, 10, 6, 2});
  EXPECT_THROW(writer.add_file("big", "1234567", false), FileError);
  writer.add_file("a", "123456", false);
  EXPECT_EQ(writer.room(), 4U);
  EXPECT_THROW(writer.add_file("b", "12345", false), FileError);
  EXPECT_THROW(writer.add_file("c", "", false), FileError) << "the fourth";
  TreeWriter shallow(to(), {100, 100, 100, 2});
  EXPECT_THROW(shallow.add_folder("a/b/c"), FileError);
}

}  // namespace
}  // namespace collet::skill_files
