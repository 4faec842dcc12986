#include "archive/tar_stream.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "archive/excludes.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

using Entries = std::map<std::string, std::string>;  // folders end in a slash

Entries unpacked(const std::string& bytes) {
  Entries found;
  struct archive* open = ::archive_read_new();
  ::archive_read_support_filter_gzip(open);
  ::archive_read_support_format_tar(open);
  EXPECT_EQ(::archive_read_open_memory(open, bytes.data(), bytes.size()), ARCHIVE_OK);
  archive_entry* entry = nullptr;
  int result = ARCHIVE_OK;
  while ((result = ::archive_read_next_header(open, &entry)) == ARCHIVE_OK) {
    std::string content(static_cast<std::size_t>(::archive_entry_size(entry)), '\0');
    EXPECT_EQ(::archive_read_data(open, content.data(), content.size()),
              static_cast<la_ssize_t>(content.size()));
    found[::archive_entry_pathname(entry)] = content;
  }
  EXPECT_EQ(result, ARCHIVE_EOF);
  ::archive_read_free(open);
  return found;
}

class Tar : public ::testing::Test {
 protected:
  TarStream stream(std::vector<std::string> excludes = default_excludes()) const {
    return TarStream(UniqueFd(::open(folder_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), "top",
                     std::move(excludes));
  }
  static std::string drained(TarStream& stream) {
    std::string all;
    while (const auto piece = stream.pull()) {
      EXPECT_LE(piece->size(), 300U * 1024);
      all += *piece;
    }
    return all;
  }
  std::string packed(std::vector<std::string> excludes = default_excludes()) const {
    auto made = stream(std::move(excludes));
    return drained(made);
  }
  collet::testing::TemporaryFolder folder_;
};

TEST_F(Tar, has_files_and_folders_and_a_manifest) {
  folder_.write("b.txt", "two");
  folder_.write("a/deep/x", "one");
  fs::create_directory(folder_ / "empty");
  const auto found = unpacked(packed());
  EXPECT_THAT(found, ElementsAre(Key("top/"), Key("top/a/"), Key("top/a/deep/"), Key("top/a/deep/x"),
                                 Key("top/archive_manifest.json"), Key("top/b.txt"), Key("top/empty/")));
  EXPECT_EQ(found.at("top/a/deep/x"), "one");
  const auto& text = found.at("top/archive_manifest.json");
  EXPECT_THAT(text, HasSubstr("{\n  \"excludes\": [\n    \".git/\",\n    \"node_modules/\","));
  EXPECT_THAT(text,
              HasSubstr("  ],\n  \"file_count\": 2,\n  \"format\": \"tar.gz\",\n  \"source\": \"top\",\n"
                        "  \"total_bytes\": 6\n}"));
}

TEST_F(Tar, leaves_out_what_it_should) {
  folder_.write("node_modules/x", "x");
  folder_.write("src/build", "a file, no folder");
  folder_.write("src/a.pyc", "x");
  folder_.write(".git/config", "token");
  folder_.write(".git/HEAD", "ref");
  folder_.write("key.pem", "x");
  EXPECT_THAT(unpacked(packed()), ElementsAre(Key("top/"), Key("top/archive_manifest.json"),
                                              Key("top/key.pem"), Key("top/src/"), Key("top/src/build")));
  EXPECT_THAT(
      unpacked(packed({"*.pem", "src"})),
      ElementsAre(Key("top/"), Key("top/.git/"), Key("top/.git/HEAD"), Key("top/archive_manifest.json"),
                  Key("top/node_modules/"), Key("top/node_modules/x")));
}

TEST_F(Tar, follows_no_link_and_opens_nothing_else) {
  fs::create_symlink("/etc/passwd", folder_ / "link");
  fs::create_directory_symlink("/etc", folder_ / "folder-link");
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(unpacked(packed()), ElementsAre(Key("top/"), Key("top/archive_manifest.json")));
}

TEST_F(Tar, keeps_a_manifest_of_the_folders_own) {
  folder_.write("archive_manifest.json", "mine");
  EXPECT_EQ(unpacked(packed()).at("top/archive_manifest.json"), "mine");
}

TEST_F(Tar, takes_long_and_odd_names) {
  const std::string deep = std::string(200, 'd') + "/" + std::string(200, 'e');
  folder_.write(deep + "/f", "deep");
  folder_.write("\xff\xfe name\n", "odd");
  const auto found = unpacked(packed());
  EXPECT_EQ(found.at("top/" + deep + "/f"), "deep");
  EXPECT_EQ(found.at("top/\xff\xfe name\n"), "odd");
}

TEST_F(Tar, stays_whole_when_a_file_changes_meanwhile) {
  folder_.write("a", std::string(3U << 20, 'x'));
  fs::resize_file(folder_ / "a", 64U << 20);  // more than one piece looks at
  folder_.write("b", "after");
  auto made = stream();
  std::string all = made.pull().value();
  fs::resize_file(folder_ / "a", 10);
  all += drained(made);
  const auto found = unpacked(all);
  EXPECT_EQ(found.at("top/a").size(), 64U << 20);
  EXPECT_EQ(found.at("top/b"), "after");
}

TEST_F(Tar, counts_what_it_cannot_read) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  ASSERT_EQ(::chmod(folder_.write("secret", "x").c_str(), 0), 0);
  EXPECT_THAT(unpacked(packed()).at("top/archive_manifest.json"), HasSubstr("\"unreadable\": 1"));
}

TEST_F(Tar, is_the_same_each_time) {
  for (int i = 0; i < 50; ++i) folder_.write("f" + std::to_string(i), std::string(1000, 'x'));
  EXPECT_EQ(packed(), packed());
}

}  // namespace
}  // namespace collet::file
