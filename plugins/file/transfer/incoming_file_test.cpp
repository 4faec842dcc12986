#include "transfer/incoming_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "collet/http.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;

class Incoming : public ::testing::Test {
 protected:
  std::string at(const std::string& name) const { return folder_.path() + "/" + name; }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
      found.push_back(fs::relative(entry.path(), folder_.path()).string());
    return found;
  }
  int refused(const std::string& path, std::optional<std::uint64_t> expected = std::nullopt) const {
    try {
      IncomingFile file(path, expected);
    } catch (const Refusal& refusal) {
      return refusal.response().status;
    }
    return 0;
  }
  collet::testing::TemporaryFolder folder_;
};

TEST_F(Incoming, is_seen_when_it_is_complete) {
  IncomingFile file(at("a/b/new"), 6);
  file.write("one");
  EXPECT_FALSE(fs::exists(at("a/b/new")));
  file.write("two");
  file.commit();
  EXPECT_EQ(folder_.read("a/b/new"), "onetwo");
  EXPECT_EQ(names().size(), 3U);
}

TEST_F(Incoming, leaves_nothing_when_it_is_dropped) {
  {
    IncomingFile file(at("a/b/new"), std::nullopt);
    file.write("half");
  }
  EXPECT_TRUE(names().empty());
  folder_.write("old", "content");
  {
    IncomingFile file(at("old"), std::nullopt);
    file.write("half");
  }
  EXPECT_EQ(folder_.read("old"), "content");
  EXPECT_EQ(names().size(), 1U);
}

TEST_F(Incoming, keeps_the_mode_of_what_it_replaces) {
  ASSERT_EQ(::chmod(folder_.write("run.sh", "old").c_str(), 0751), 0);
  IncomingFile file(at("run.sh"), std::nullopt);
  file.write("new");
  file.commit();
  struct stat status {};
  ASSERT_EQ(::stat(at("run.sh").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0751U);
  EXPECT_EQ(folder_.read("run.sh"), "new");
}

TEST_F(Incoming, goes_through_a_symbolic_link) {
  folder_.write("sub/target", "old");
  fs::create_symlink("sub/target", at("link"));
  IncomingFile file(at("link"), std::nullopt);
  file.write("new");
  file.commit();
  EXPECT_TRUE(fs::is_symlink(at("link")));
  EXPECT_EQ(folder_.read("sub/target"), "new");
}

TEST_F(Incoming, refuses_what_is_no_file) {
  folder_.write("file", "x");
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_EQ(refused(folder_.path()), 400);
  EXPECT_EQ(refused(at("file/below")), 400);
  EXPECT_EQ(refused(at("file/below/further")), 400);
  EXPECT_EQ(refused(at("pipe")), 400);
  EXPECT_EQ(refused(at(std::string(300, 'n')) + "/x"), 400);
  EXPECT_EQ(names().size(), 2U);
}

TEST_F(Incoming, refuses_at_once_what_the_disk_has_no_room_for) {
  EXPECT_EQ(refused(at("new/huge"), std::uint64_t{1} << 62), 507);
  EXPECT_TRUE(names().empty());
}

TEST_F(Incoming, survives_another_one_that_removes_the_folder_it_made) {
  auto first = std::make_unique<IncomingFile>(at("a/one"), std::nullopt);
  IncomingFile second(at("a/two"), std::nullopt);
  first.reset();
  second.write("x");
  second.commit();
  EXPECT_EQ(folder_.read("a/two"), "x");
}

TEST_F(Incoming, of_several_at_a_time_one_wins_as_a_whole) {
  std::vector<std::thread> threads;
  for (char c = 'a'; c < 'i'; ++c)
    threads.emplace_back([this, c] {
      for (int round = 0; round < 5; ++round) {
        IncomingFile file(at("deep/name"), std::nullopt);
        for (int i = 0; i < 100; ++i) file.write(std::string(1000, c));
        file.commit();
      }
    });
  for (auto& thread : threads) thread.join();
  const auto text = folder_.read("deep/name");
  EXPECT_EQ(text, std::string(100000, text.at(0)));
  EXPECT_EQ(names().size(), 2U);
}

}  // namespace
}  // namespace collet::file
