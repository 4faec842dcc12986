// Both tools through the plugin's boundary; the same questions to ripgrep and to the search of our own.
#include "search/search_tools.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>
#include <vector>

#include "collet/json.hpp"
#include "collet/testing/fake_host.hpp"
#include "collet/testing/temporary_folder.hpp"
#include "search/search_queue.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct Found {
  std::vector<std::string> files;  // relative to the folder
  std::string text, search_path;
  bool is_error = false, truncated = false;
  bool operator==(const Found&) const = default;
};

bool have_ripgrep() { return std::system("rg --version >/dev/null 2>&1") == 0; }

class SearchTools : public ::testing::Test {
 protected:
  void SetUp() override { host_.allow_processes(); }

  void write(const std::string& name, std::string_view bytes, int age = 100) {
    const fs::path path = fs::path(folder_.path()) / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    const timespec times[2] = {{1'700'000'000 - age, 0}, {1'700'000'000 - age, 0}};
    ::utimensat(AT_FDCWD, path.c_str(), times, 0);
  }
  std::string root() const { return fs::canonical(folder_.path()).string(); }

  template <class AnyTool>
  Found ask(AnyTool& tool, std::string_view list, const std::string& action) {
    collet_tool_reply nobody{};
    ToolReply reply(nobody);
    const Cancellation cancellation;
    const ToolCall call{.conversation = "c", .call_id = "1", .action = action, .working_dir = root()};
    const auto answer = json::parse(tool.run(call, RunningCall(cancellation, reply)));
    Found found;
    for (const auto& file : json::find(*answer, list)->GetArray()) {
      const std::string path(json::view(file));
      found.files.push_back(path.starts_with(root() + "/") ? path.substr(root().size() + 1) : path);
    }
    found.text = json::string_or((*json::find(*answer, "content"))[0], "text");
    found.search_path = json::string_or(*answer, "search_path");
    found.is_error = *json::bool_at(*answer, "is_error");
    found.truncated = *json::bool_at(*answer, "truncated");
    return found;
  }
  Found glob(const std::string& pattern, const std::string& path = "") {
    json::Writer w;
    w.object().member("pattern", pattern);
    if (!path.empty()) w.member("path", path);
    GlobTool tool;
    return ask(tool, "files", w.end().take());
  }
  // Asks both forms; they must agree.
  Found grep(const std::string& pattern, const std::string& include = "", const std::string& path = "") {
    json::Writer w;
    w.object().member("pattern", pattern);
    if (!include.empty()) w.member("include", include);
    if (!path.empty()) w.member("path", path);
    const std::string action = w.end().take();
    GrepTool own(std::nullopt);
    Found found = ask(own, "matches", action);
    if (!have_ripgrep()) return found;
    const Host host(&host_.table());
    GrepTool ripgrep(host.processes());
    const Found same = ask(ripgrep, "matches", action);
    EXPECT_THAT(same.files, ::testing::ElementsAreArray(found.files)) << action;
    EXPECT_TRUE(same == found) << action << "\n" << same.text << "\n" << found.text;
    return found;
  }

  testing::FakeHost host_;
  testing::TemporaryFolder folder_;
};

TEST_F(SearchTools, Glob_FindsTheNewestFirst) {
  write("old.txt", "", 50);
  write("sub/new.txt", "", 10);
  write("other.md", "");
  const auto found = glob("*.txt");
  EXPECT_THAT(found.files, ElementsAre("sub/new.txt", "old.txt"));
  EXPECT_EQ(found.text, "Found 2 file(s) matching pattern '*.txt' in '" + root() + "':\n" + root() +
                            "/sub/new.txt\n" + root() + "/old.txt");
  EXPECT_EQ(found.search_path, root());
  EXPECT_EQ(glob("*.zzz").text, "No files found matching pattern '*.zzz' in directory '" + root() + "'");
}

TEST_F(SearchTools, Glob_TakesAbsolutePatterns) {
  write("a/b/c.py", "");
  write("c.py", "");
  EXPECT_THAT(glob(root() + "/a/**/*.py").files, ElementsAre("a/b/c.py"));
  EXPECT_THAT(glob(root() + "/a/b/c.py").files, ElementsAre("a/b/c.py"));
  EXPECT_THAT(glob(root() + "/a").files, ElementsAre("a/b/c.py"));
  EXPECT_THAT(glob("b/*.py", root() + "/a").files, ElementsAre("a/b/c.py"));
}

TEST_F(SearchTools, Glob_LeavesOutHiddenAndIgnoredFolders) {
  write(".git/config.txt", "");
  write(".gitignore", "node_modules/\n*.log\n");
  write("node_modules/x/a.txt", "");
  write("a.txt", "");
  write("b.log", "");
  EXPECT_THAT(glob("**/*.txt").files, ElementsAre("a.txt"));
  EXPECT_THAT(glob("*.log").files, ElementsAre("b.log")) << "what is asked for by name is shown";
  EXPECT_THAT(glob("*.txt", root() + "/node_modules").files, ElementsAre("node_modules/x/a.txt"));
}

TEST_F(SearchTools, Glob_FollowsNoLinks) {
  write("a/x.txt", "");
  fs::create_directory_symlink("..", root() + "/a/loop");
  fs::create_symlink("x.txt", root() + "/a/link.txt");
  EXPECT_THAT(glob("*.txt").files, ElementsAre("a/x.txt"));
}

TEST_F(SearchTools, Glob_IsBounded) {
  for (int i = 0; i < 130; ++i) write("f" + std::to_string(i) + ".txt", "", i);
  const auto found = glob("*.txt");
  EXPECT_EQ(found.files.size(), 100U);
  EXPECT_EQ(found.files.front(), "f0.txt");
  EXPECT_TRUE(found.truncated);
  EXPECT_THAT(found.text, HasSubstr("Only the 100 files"));
}

TEST_F(SearchTools, Glob_SaysWhatIsWrong) {
  write("file", "");
  EXPECT_THAT(glob("*", root() + "/none").text, HasSubstr("cannot be searched"));
  EXPECT_TRUE(glob("*", root() + "/none").is_error);
  EXPECT_THAT(glob("*", root() + "/file").text, HasSubstr("not a directory"));
  EXPECT_THAT(glob("[a").text, HasSubstr("Invalid glob pattern"));
}

TEST_F(SearchTools, Grep_FindsFilesWithTheText) {
  write("a.txt", "one\nTWO\n", 20);
  write("sub/b.txt", "two", 10);
  write("c.md", "two", 30);
  EXPECT_THAT(grep("two").files, ElementsAre("sub/b.txt", "a.txt", "c.md"));
  const auto found = grep("tw[o]", "*.txt");
  EXPECT_EQ(found.text, "Found 2 file(s) containing pattern 'tw[o]' in '" + root() +
                            "' (filtered by '*.txt'):\n" + root() + "/sub/b.txt\n" + root() + "/a.txt");
  EXPECT_EQ(grep("nomatch", "*.txt").text, "No files found containing pattern 'nomatch' in directory '" +
                                               root() + "' (filtered by '*.txt')");
  EXPECT_THAT(grep("two", "sub/*.txt").files, ElementsAre("sub/b.txt"));
  EXPECT_THAT(grep("two", "*.{md,rst}").files, ElementsAre("c.md"));
}

TEST_F(SearchTools, Grep_ReadsExpressionsTheSameWay) {
  write("1", "int main() {\n");
  write("2", "a\tb \"quoted\" x/y\n");
  write("3",
        "gr\xC3\xB6\xC3\x9F"
        "e 42\r\n");
  write("4", "\xFF\xFE broken \xC3\n");
  write("5", "");
  write("6", "[x] a&&b {1} $y\n");
  for (const auto* pattern : {R"(main\(\) {)",
                              R"(\w+\s+\w+)",
                              R"(a\sb)",
                              R"(\"quoted\")",
                              R"(x\/y)",
                              R"(\bgr)",
                              R"(r\b)",
                              R"(gr..e)",
                              R"(\d\d$)",
                              R"(\d+\r)",
                              "^",
                              "$",
                              "^$",
                              "",
                              ".",
                              R"([^\w])",
                              R"([[])",
                              R"(a&&b)",
                              R"([a&&b])",
                              R"({1})",
                              R"(\$y)",
                              R"((?i)MAIN)",
                              R"(\x41|broken)",
                              R"(\p{L}+)",
                              R"([[:digit:]])",
                              R"(\W\d)",
                              R"(\Bin)",
                              R"(a\nb)",
                              R"([\n])",
                              R"(\S{6})",
                              R"(gr\w)",
                              "GRÖSSE|GRÖßE",
                              R"(\Qa&&b\E)",
                              R"([]x])",
                              "-e",
                              "--help"})
    grep(pattern);
  EXPECT_THAT(grep("main\\(\\) {").files, ElementsAre("1"));
  EXPECT_THAT(grep("^").files, UnorderedElementsAre("1", "2", "3", "4", "6"));
}

TEST_F(SearchTools, Grep_KeepsTheSameRulesInBothForms) {
  write(".git/hit", "hit");
  write(".git/info/exclude", "excluded\n");
  write(".gitignore", "*.log\n/build/\n!keep.log\n!.kept\n");
  write(".ignore", "ignored/\n");
  write("build/a.txt", "hit");
  write("sub/build/a.txt", "hit");
  write("a.log", "hit");
  write("keep.log", "hit");
  write("excluded", "hit");
  write("ignored/a.txt", "hit");
  write(".hidden", "hit");
  write(".kept", "hit");
  write(".kept.d/a.txt", "hit");
  write("sub/.gitignore", "deep.txt\n!*.log\n");
  write("sub/deep.txt", "hit");
  write("sub/b.log", "hit");
  write("binary", std::string("hit\0", 4));
  fs::create_symlink("keep.log", root() + "/link");
  EXPECT_THAT(grep("hit").files, UnorderedElementsAre("keep.log", "sub/build/a.txt", "sub/b.log"));
  EXPECT_THAT(grep("hit", "*.log").files, UnorderedElementsAre("a.log", "keep.log", "sub/b.log"));
  EXPECT_THAT(grep("hit", "*.txt").files, UnorderedElementsAre("sub/build/a.txt", "sub/deep.txt"));
  EXPECT_THAT(grep("hit", ".*").files, UnorderedElementsAre(".hidden", ".kept"));
  EXPECT_THAT(grep("hit", "*").files,
              UnorderedElementsAre(".hidden", ".kept", "a.log", "excluded", "keep.log", "sub/b.log",
                                   "sub/build/a.txt", "sub/deep.txt"));
  EXPECT_THAT(grep("hit", "", root() + "/sub").files, UnorderedElementsAre("sub/build/a.txt", "sub/b.log"));
  EXPECT_THAT(grep("hit", "", root() + "/ignored").files, ElementsAre("ignored/a.txt"));
  EXPECT_THAT(grep("hit", "!*.txt").files, IsEmpty());
  EXPECT_THAT(grep("hit", "#x").files, IsEmpty());
}

TEST_F(SearchTools, Grep_WithoutARepositoryGitsFilesDontCount) {
  write(".gitignore", "*.log\n");
  write("a.log", "hit");
  EXPECT_THAT(grep("hit").files, ElementsAre("a.log"));
}

TEST_F(SearchTools, Grep_SaysWhatIsWrong) {
  EXPECT_THAT(grep("(").text, HasSubstr("Invalid pattern: missing )"));
  EXPECT_TRUE(grep("(").is_error);
  EXPECT_THAT(grep("a\nb").text, HasSubstr("line break"));
  EXPECT_THAT(grep("a", "[x").text, HasSubstr("bracket is not closed"));
  EXPECT_THAT(grep("a", "", "/none").text, HasSubstr("cannot be searched"));
}

TEST_F(SearchTools, Grep_EndsWhenItsTimeIsUp) {
  write("a.txt", "hit");
  GrepTool own(std::nullopt, std::chrono::milliseconds(0));
  const Host host(&host_.table());
  GrepTool ripgrep(host.processes(), std::chrono::milliseconds(0));
  for (auto* tool : {&own, &ripgrep}) {
    const auto found = ask(*tool, "matches", R"({"pattern":"hit"})");
    EXPECT_TRUE(found.truncated);
    EXPECT_THAT(found.text, HasSubstr("took too long"));
  }
}

TEST(SearchQueue, RefusesWhenTooManyWait) {
  std::promise<void> begun, go;
  std::atomic<int> ran = 0;
  SearchQueue queue({.threads = 1, .waiting = 1});
  ASSERT_TRUE(queue.post([&] {
    begun.set_value();
    go.get_future().wait();
    ++ran;
  }));
  begun.get_future().wait();
  EXPECT_TRUE(queue.post([&] { ++ran; }));
  EXPECT_FALSE(queue.post([&] { ++ran; }));
  std::promise<void> last;
  go.set_value();
  while (!queue.post([&] { last.set_value(); })) std::this_thread::yield();
  last.get_future().wait();
  EXPECT_EQ(ran, 2);
}

}  // namespace
}  // namespace collet::file
