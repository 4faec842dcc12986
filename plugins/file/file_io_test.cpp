#include "file_io.hpp"
#include "collet/testing/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

namespace collet::file {
namespace {

namespace fs = std::filesystem;

class FileIo : public ::testing::Test {
 protected:
  collet::testing::TemporaryFolder folder_;
};

TEST_F(FileIo, replace_keeps_the_mode_and_leaves_nothing_behind) {
  const auto path = folder_.write("a.sh", "old");
  ASSERT_EQ(::chmod(path.c_str(), 0751), 0);
  replace_file(path, "new");
  EXPECT_EQ(folder_.read("a.sh"), "new");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0751U);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);
}

TEST_F(FileIo, replace_through_a_symbolic_link_keeps_the_link) {
  folder_.write("sub/target", "old");
  fs::create_symlink("sub/target", folder_.path() + "/link");
  replace_file(folder_.path() + "/link", "new");
  EXPECT_TRUE(fs::is_symlink(folder_.path() + "/link"));
  EXPECT_EQ(folder_.read("sub/target"), "new");
}

TEST_F(FileIo, replace_of_a_hard_link_changes_both_names) {
  const auto path = folder_.write("one", "old");
  fs::create_hard_link(path, folder_.path() + "/two");
  replace_file(path, "new");
  EXPECT_EQ(folder_.read("two"), "new");
}

TEST_F(FileIo, without_room_the_old_bytes_stay) {
  folder_.write("plain", "old");
  folder_.write("one", "old");
  fs::create_hard_link(folder_.path() + "/one", folder_.path() + "/two");
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit tight{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  for (const std::string name : {"plain", "one"})
    EXPECT_THROW(replace_file(folder_.path() + "/" + name, std::string(5000, 'x')), FileError) << name;
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(folder_.read("plain"), "old");
  EXPECT_EQ(folder_.read("two"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 3);
  replace_file(folder_.path() + "/one", "n");
  EXPECT_EQ(folder_.read("two"), "n") << "a shorter text leaves nothing behind it";
}

TEST_F(FileIo, create_makes_folders_and_never_overwrites) {
  create_file(folder_.path() + "/x/y/z.txt", "one");
  EXPECT_EQ(folder_.read("x/y/z.txt"), "one");
  EXPECT_THROW(create_file(folder_.path() + "/x/y/z.txt", "two"), FileError);
  EXPECT_EQ(folder_.read("x/y/z.txt"), "one");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path() + "/x/y"), fs::directory_iterator()), 1);
}

TEST_F(FileIo, odd_things_are_refused_and_never_hang) {
  const std::string pipe = folder_.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THROW(read_file(pipe, 100), FileError);
  EXPECT_THROW(read_file("/dev/zero", 100), FileError);
  EXPECT_THROW(read_file(folder_.path(), 100), FileError);
  EXPECT_THROW(replace_file(pipe, "x"), FileError);
  EXPECT_THROW(read_file(folder_.path() + "/none", 100), FileError);
}

TEST_F(FileIo, a_file_above_the_limit_is_refused_by_size_and_by_content) {
  const auto path = folder_.write("big", std::string(200, 'x'));
  EXPECT_THROW(read_file(path, 100), FileError);
  EXPECT_EQ(read_file(path, 200).size(), 200U);
  EXPECT_THROW(read_file("/proc/self/smaps", 10), FileError);  // says that it is empty
}

}  // namespace
}  // namespace collet::file
