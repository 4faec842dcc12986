#include "installed.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "collet/testing/temporary_folder.hpp"
#include "installer.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

// What is installed here are folders with a file "name".
About about(const fs::path& folder, const std::string&) {
  return {std::string(stripped(read_text(folder / "name"))), "1", "d"};
}

class InstalledTest : public ::testing::Test {
 protected:
  fs::path root() const { return folder_ / "installed"; }
  std::string source(const std::string& name, const std::string& text = "x") {
    folder_.write("from/" + name + "/name", name);
    folder_.write("from/" + name + "/text", text);
    return (folder_ / ("from/" + name)).string();
  }
  Installed install(const std::string& from, bool force = false) {
    return installer_.install({from, {}, {}, force});
  }
  std::vector<std::string> left() const {  // hidden entries of the folder
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(root()))
      if (entry.path().filename().string().starts_with(".staging")) names.push_back(entry.path().string());
    return names;
  }

  collet::testing::TemporaryFolder folder_;
  InstalledFolders folders_{folder_ / "installed", about, nullptr};
  Installer installer_{folders_, "/home/u", [] { return GitFetcher(std::nullopt, Cancellation()); }};
};

TEST_F(InstalledTest, OneIsThereOnceItIsInstalled) {
  EXPECT_TRUE(folders_.list().empty());
  EXPECT_FALSE(folders_.get("a"));
  EXPECT_FALSE(folders_.remove("a"));
  const auto one = install(source("a"));
  EXPECT_EQ(one.install_path, (root() / "a").string());
  EXPECT_EQ(folder_.read("installed/a/text"), "x");
  EXPECT_EQ(folders_.get("a")->source, source("a"));
  EXPECT_TRUE(folders_.remove("a"));
  EXPECT_FALSE(fs::exists(root() / "a"));
  EXPECT_TRUE(folders_.list().empty());
  EXPECT_TRUE(left().empty());
}

TEST_F(InstalledTest, ASecondOneNeedsForceAndKeepsTheSwitch) {
  install(source("a"));
  EXPECT_THROW(install(source("a", "y")), AlreadyInstalled);
  EXPECT_EQ(folder_.read("installed/a/text"), "x");
  EXPECT_TRUE(folders_.set_enabled("a", false));
  EXPECT_FALSE(install(source("a", "y"), true).enabled);
  EXPECT_EQ(folder_.read("installed/a/text"), "y");
  EXPECT_TRUE(left().empty());
}

TEST_F(InstalledTest, OfSeveralAtTheSameTimeOneWins) {
  const auto from = source("a");
  std::atomic<int> won = 0, lost = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      try {
        install(from);
        ++won;
      } catch (const AlreadyInstalled&) {
        ++lost;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 7);
  EXPECT_EQ(folders_.list().size(), 1U);
}

TEST_F(InstalledTest, WhatIsWrongLeavesNothing) {
  EXPECT_THROW(install("/nowhere"), FetchError);
  EXPECT_THROW(install((folder_ / "from").string() + "/none"), FetchError);
  folder_.write("bad/text", "no name");
  EXPECT_THROW(install((folder_ / "bad").string()), FileError);
  folder_.write("worse/name", "../a");
  EXPECT_THROW(install((folder_ / "worse").string()), FileError);
  EXPECT_THROW(install("git@host:x"), FetchError);
  EXPECT_TRUE(left().empty());
  EXPECT_TRUE(folders_.list().empty());
}

TEST_F(InstalledTest, RefreshTakesWhatIsThereNow) {
  install(source("a"));
  folders_.set_enabled("a", false);
  source("a", "newer");
  const auto one = installer_.refresh("a");
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->enabled);
  EXPECT_EQ(folder_.read("installed/a/text"), "newer");
  EXPECT_FALSE(installer_.refresh("b"));
  folder_.write("from/a/name", "other");
  EXPECT_THROW(installer_.refresh("a"), FileError);
  fs::remove_all(folder_ / "from/a");
  EXPECT_THROW(installer_.refresh("a"), FetchError);
  EXPECT_EQ(folder_.read("installed/a/text"), "newer");
}

TEST_F(InstalledTest, TheFolderAndTheNotesAreReconciled) {
  install(source("gone"));
  fs::remove_all(root() / "gone");
  folder_.write("installed/found/name", "found");
  folder_.write("installed/other/name", "another-name");
  folder_.write("installed/nothing/text", "");
  const auto all = folders_.list();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "found");
  EXPECT_EQ(all[0].source, "local");
  EXPECT_THROW(installer_.refresh("found"), FetchError);
}

TEST_F(InstalledTest, NotesOfOlderFormsAreRead) {
  folder_.write("installed/a/name", "a");
  folder_.write(
      "installed/.installed.json",
      R"({"skills":{"a":{"name":"a","source":"github:o/a","enabled":false},"../x":{"source":"y"}}})");
  ASSERT_EQ(folders_.list().size(), 1U);
  EXPECT_EQ(folders_.get("a")->source, "github:o/a");
  EXPECT_FALSE(folders_.get("a")->enabled);
}

TEST_F(InstalledTest, BrokenNotesAreMadeAnew) {
  install(source("a"));
  folder_.write("installed/.installed.json", R"({"extensions":{"a")");
  ASSERT_EQ(folders_.list().size(), 1U);
  EXPECT_EQ(folders_.get("a")->source, "local");
}

TEST_F(InstalledTest, WhatAKilledServerLeftIsRemoved) {
  folder_.write("installed/.staging-x1y2z3/content/name", "half");
  const Staging at_work(root());
  at_work.make("content");
  folders_.clean();
  EXPECT_FALSE(fs::exists(root() / ".staging-x1y2z3"));
  EXPECT_EQ(left().size(), 1U) << "another one works there";
}

}  // namespace
}  // namespace collet::skill_files
