#include "folders/listing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "collet/http.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::file {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

class Listing : public ::testing::Test {
 protected:
  void make(std::initializer_list<const char*> names) {
    for (const auto* name : names) fs::create_directory(folder_ / name);
  }
  FolderPage page(std::size_t limit, const std::optional<std::string>& mark = std::nullopt,
                  bool hidden = false) const {
    return list_folders(folder_.path(), hidden, limit, mark);
  }
  collet::testing::TemporaryFolder folder_;
};

TEST_F(Listing, has_folders_only_without_regard_to_case) {
  make({"b", "A", "c", ".hidden", "bad\xff"});
  folder_.write("file", "x");
  fs::create_directory_symlink("b", folder_ / "link");
  EXPECT_THAT(page(100).names, ElementsAre("A", "b", "c"));
  EXPECT_THAT(page(100, std::nullopt, true).names, ElementsAre(".hidden", "A", "b", "c"));
  EXPECT_EQ(page(100).next, std::nullopt);
}

TEST_F(Listing, goes_on_where_the_page_before_ended) {
  make({"a", "b", "C", "d"});
  const auto first = page(2);
  EXPECT_THAT(first.names, ElementsAre("a", "b"));
  EXPECT_EQ(first.next, "c");
  EXPECT_THAT(page(2, "c").names, ElementsAre("C", "d"));
  fs::remove(folder_ / "C");
  EXPECT_THAT(page(2, "c").names, ElementsAre("d"));
  EXPECT_THAT(page(2, "zzz").names, ElementsAre("a", "b"));
}

TEST_F(Listing, comes_to_an_end_with_names_that_differ_in_case_only) {
  make({"aa", "AA", "aA", "Aa"});
  std::vector<std::string> all;
  std::optional<std::string> mark;
  for (int pages = 0; pages < 10; ++pages) {
    const auto one = page(1, mark);
    all.insert(all.end(), one.names.begin(), one.names.end());
    if (mark = one.next; !mark) break;
  }
  EXPECT_THAT(all, ElementsAre("AA", "Aa", "aA", "aa"));
}

TEST_F(Listing, refuses_what_is_no_folder) {
  folder_.write("file", "x");
  const auto status = [&](const std::string& name) {
    try {
      list_folders(folder_.path() + "/" + name, false, 10, std::nullopt);
    } catch (const Refusal& refusal) {
      return refusal.response().status;
    }
    return 200;
  };
  EXPECT_EQ(status("none"), 404);
  EXPECT_EQ(status("file"), 400);
  EXPECT_EQ(status("file/below"), 404);
  EXPECT_EQ(status(""), 200);
}

}  // namespace
}  // namespace collet::file
