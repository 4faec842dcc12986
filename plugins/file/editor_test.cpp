#include "editor.hpp"
#include "collet/testing/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace collet::file {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

class EditorTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  EditorResult run(EditorAction action) { return editor_.run("c", folder_.path(), action); }
  std::string refusal(EditorAction action) {
    try {
      return "no refusal: " + run(std::move(action)).text;
    } catch (const FileError& error) {
      return error.what();
    }
  }
  EditorAction replace(const std::string& name, std::string old_str, std::string new_str) const {
    return {"str_replace", path(name), {}, std::move(old_str), std::move(new_str), {}, {}};
  }
  EditorAction insert(const std::string& name, std::int64_t line, std::string text) const {
    return {"insert", path(name), {}, {}, std::move(text), line, {}};
  }
  EditorAction plain(const std::string& command, const std::string& name) const {
    return {command, path(name), {}, {}, {}, {}, {}};
  }
  EditorAction range(const std::string& name, std::vector<std::int64_t> lines) const {
    return {"view", path(name), {}, {}, {}, {}, std::move(lines)};
  }

  collet::testing::TemporaryFolder folder_;
  Editor editor_{std::make_shared<FileLocks>()};
};

TEST_F(EditorTest, create_view_replace_insert_undo) {
  const std::string a = path("a.txt");
  EXPECT_EQ(run({"create", a, "one\ntwo\nthree\n", {}, {}, {}, {}}).text,
            "File created successfully at: " + a);
  EXPECT_EQ(run(plain("view", "a.txt")).text, "Here's the result of running `cat -n` on " + a +
                                                  ":\n     1\tone\n     2\ttwo\n     3\tthree\n     4\t\n");
  EXPECT_EQ(run(range("a.txt", {2, 3})).text,
            "Here's the result of running `cat -n` on " + a + ":\n     2\ttwo\n     3\tthree\n");
  const auto replaced = run(replace("a.txt", "two", "TWO"));
  EXPECT_THAT(replaced.text,
              HasSubstr("snippet of " + a + ":\n     1\tone\n     2\tTWO\n     3\tthree\n     4\t\nReview"));
  EXPECT_EQ(replaced.old_content, "one\ntwo\nthree\n");
  EXPECT_EQ(replaced.new_content, "one\nTWO\nthree\n");
  EXPECT_THAT(run(insert("a.txt", 1, "inserted")).text,
              HasSubstr("     1\tone\n     2\tinserted\n     3\tTWO\n"));
  EXPECT_EQ(folder_.read("a.txt"), "one\ninserted\nTWO\nthree\n");
  EXPECT_THAT(run(plain("undo_edit", "a.txt")).text, HasSubstr("undone successfully"));
  EXPECT_EQ(folder_.read("a.txt"), "one\nTWO\nthree\n");
  run(plain("undo_edit", "a.txt"));
  EXPECT_EQ(folder_.read("a.txt"), "one\ntwo\nthree\n");
  EXPECT_THAT(refusal(plain("undo_edit", "a.txt")), HasSubstr("no edit"));
}

TEST_F(EditorTest, a_snippet_shows_four_lines_on_each_side) {
  folder_.write("n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n");
  EXPECT_THAT(
      run(replace("n", "6\n", "six\nand\n")).text,
      HasSubstr(
          ":\n     2\t2\n     3\t3\n     4\t4\n     5\t5\n     6\tsix\n     7\tand\n     8\t7\n     9\t8\n"
          "    10\t9\n    11\t10\n    12\t11\nReview"));
}

struct Insertion {
  const char* before;
  std::int64_t line;
  const char* text;
  const char* after;
};

class EditorInsert : public EditorTest, public ::testing::WithParamInterface<Insertion> {};

TEST_P(EditorInsert, adds_whole_lines) {
  folder_.write("f", GetParam().before);
  run(insert("f", GetParam().line, GetParam().text));
  EXPECT_EQ(folder_.read("f"), GetParam().after);
}

INSTANTIATE_TEST_SUITE_P(Lines, EditorInsert,
                         ::testing::Values(Insertion{"", 0, "x", "x\n"}, Insertion{"a\n", 0, "x", "x\na\n"},
                                           Insertion{"a\n", 1, "x\n", "a\nx\n"},
                                           Insertion{"a\nb", 2, "x", "a\nb\nx"},
                                           Insertion{"a\nb", 1, "x\ny", "a\nx\ny\nb"},
                                           Insertion{"a\r\nb\r\n", 1, "x\ny", "a\r\nx\r\ny\r\nb\r\n"}));

TEST_F(EditorTest, wrong_ranges_and_lines_are_refused) {
  folder_.write("f", "1\n2\n3\n");
  EXPECT_EQ(refusal(range("f", {5, 9})),
            "Invalid `view_range` parameter: [5, 9]. Its first element `5` should be within the range of "
            "lines of the "
            "file: [1, 3].");
  for (const auto& bad : {std::vector<std::int64_t>{}, {1}, {1, 2, 3}, {0, 2}, {-1, 2}, {3, 2}, {2, -2}})
    EXPECT_THAT(refusal(range("f", bad)), HasSubstr("Invalid `view_range`"));
  EXPECT_THAT(run(range("f", {2, -1})).text, HasSubstr(":\n     2\t2\n     3\t3\n"));
  EXPECT_THAT(run(range("f", {3, 100})).text, HasSubstr(":\n     3\t3\n"));
  for (const std::int64_t bad : {std::int64_t{-1}, std::int64_t{4}, std::numeric_limits<std::int64_t>::max()})
    EXPECT_THAT(refusal(insert("f", bad, "x")), HasSubstr("Invalid `insert_line`"));
  EXPECT_EQ(folder_.read("f"), "1\n2\n3\n");
}

TEST_F(EditorTest, replacements_that_are_not_clear_are_refused) {
  folder_.write("f", "x\ny\nx\n");
  EXPECT_EQ(refusal(replace("f", "nope", "z")),
            "No replacement was performed, old_str `nope` did not appear verbatim in " + path("f") + ".");
  EXPECT_THAT(refusal(replace("f", "x", "z")), HasSubstr("2 times in " + path("f") + ", in lines 1, 3"));
  EXPECT_THAT(refusal(replace("f", "", "z")), HasSubstr("empty"));
  EXPECT_THAT(refusal(replace("f", "y", "y")), HasSubstr("same"));
  EXPECT_THAT(refusal(plain("str_replace", "f")), HasSubstr("`old_str`"));
  EXPECT_THAT(refusal(plain("insert", "f")), HasSubstr("`insert_line`"));
  EXPECT_THAT(refusal(plain("create", "g")), HasSubstr("`file_text`"));
  EXPECT_THAT(refusal(plain("bogus", "f")), HasSubstr("Unknown command"));
  EXPECT_EQ(folder_.read("f"), "x\ny\nx\n");
}

TEST_F(EditorTest, leaving_out_new_str_deletes) {
  folder_.write("f", "abc");
  run({"str_replace", path("f"), {}, "b", {}, {}, {}});
  EXPECT_EQ(folder_.read("f"), "ac");
}

TEST_F(EditorTest, wrong_paths_are_refused) {
  folder_.write("f", "");
  EXPECT_EQ(refusal({"view", "relative.txt", {}, {}, {}, {}, {}}),
            "Invalid `path` parameter: relative.txt. The path should be an absolute path.");
  EXPECT_THAT(refusal({"view", "f", {}, {}, {}, {}, {}}), HasSubstr("such as " + path("f")));
  EXPECT_EQ(refusal(plain("view", "none")), "Invalid `path` parameter: " + path("none") + ". The path " +
                                                path("none") +
                                                " does not exist. Please provide a valid path.");
  EXPECT_THAT(refusal({"view", "", {}, {}, {}, {}, {}}), HasSubstr("absolute"));
  EXPECT_THAT(refusal({"view", "/a\0b"s, {}, {}, {}, {}, {}}), HasSubstr("NUL"));
  EXPECT_THAT(refusal({"create", path("f"), "x", {}, {}, {}, {}}), HasSubstr("Cannot overwrite"));
  EXPECT_THAT(refusal({"create", path("f/below"), "x", {}, {}, {}, {}}), HasSubstr("Cannot create"));
  EXPECT_THAT(refusal({"create", folder_.path(), "x", {}, {}, {}, {}}), HasSubstr("Cannot overwrite"));
  EXPECT_THAT(refusal({"str_replace", folder_.path(), {}, "a", "b", {}, {}}), HasSubstr("directory"));
  EXPECT_THAT(refusal({"view", "/" + std::string(5000, 'x'), {}, {}, {}, {}, {}}),
              HasSubstr("does not exist"));
  EXPECT_THAT(refusal({"view", "/dev/null", {}, {}, {}, {}, {}}), HasSubstr("not a regular file"));
}

TEST_F(EditorTest, binary_and_huge_files_are_refused) {
  folder_.write("bin",
                "\x7F"
                "ELF\0\0"s);
  EXPECT_THAT(refusal(plain("view", "bin")), HasSubstr("binary"));
  EXPECT_THAT(refusal(replace("bin", "E", "F")), HasSubstr("binary"));
  folder_.write("huge", std::string(kMaxFileBytes + 1, 'x'));
  EXPECT_THAT(refusal(plain("view", "huge")), HasSubstr("larger than 10 MiB"));
}

TEST_F(EditorTest, the_format_of_a_file_survives_an_edit) {
  folder_.write("dos",
                "\xEF\xBB\xBF"
                "a\r\nb\r\n");
  run(replace("dos", "a\nb", "x\ny"));
  EXPECT_EQ(folder_.read("dos"), "\xEF\xBB\xBFx\r\ny\r\n");
  folder_.write("latin", "caf\xE9 here\n");
  run(replace("latin", "café", "thé"));
  EXPECT_EQ(folder_.read("latin"), "th\xE9 here\n");
  EXPECT_THAT(refusal(replace("latin", "here", "€")), HasSubstr("Latin-1"));
}

TEST_F(EditorTest, undo_does_not_destroy_what_others_wrote) {
  folder_.write("f", "one");
  run(replace("f", "one", "two"));
  folder_.write("f", "by someone else");
  EXPECT_THAT(refusal(plain("undo_edit", "f")), HasSubstr("changed by something else"));
  EXPECT_EQ(folder_.read("f"), "by someone else");
}

TEST_F(EditorTest, undo_is_per_conversation) {
  folder_.write("f", "one");
  run(replace("f", "one", "two"));
  EXPECT_THROW(editor_.run("other", folder_.path(), plain("undo_edit", "f")), FileError);
  editor_.forget("c");
  EXPECT_THROW(run(plain("undo_edit", "f")), FileError);
}

TEST_F(EditorTest, a_long_file_is_cut_and_says_so) {
  folder_.write("long", std::string(20'000, '\n'));
  const auto text = run(plain("view", "long")).text;
  EXPECT_LT(text.size(), 31'000U);
  EXPECT_THAT(text, HasSubstr("Use `view_range`"));
  folder_.write("wide", std::string(100'000, 'x'));
  EXPECT_THAT(run(plain("view", "wide")).text, HasSubstr("70000 more bytes in this line"));
}

TEST_F(EditorTest, a_directory_is_listed_two_levels_deep) {
  folder_.write("b.txt", "");
  folder_.write("a/one/two/deep", "");
  folder_.write(".hidden/x", "");
  std::filesystem::create_symlink("a", path("link"));
  const std::string top = folder_.path();
  EXPECT_EQ(
      run({"view", top, {}, {}, {}, {}, {}}).text,
      "Here's the files and directories up to 2 levels deep in " + top + ", excluding hidden items:\n" + top +
          "/\n" + top + "/a/\n" + top + "/a/one/\n" + top + "/b.txt\n" + top + "/link\n\n1 hidden " +
          "files/directories in this directory are excluded. You can use 'ls -la " + top + "' to see them.");
  EXPECT_THAT(refusal({"view", top, {}, {}, {}, {}, std::vector<std::int64_t>{1, 2}}),
              HasSubstr("directory"));
}

TEST_F(EditorTest, an_image_comes_as_a_data_url) {
  folder_.write("x", "\x89PNG\r\n\x1A\n");
  const auto shown = run(plain("view", "x"));
  EXPECT_EQ(shown.image_url, "data:image/png;base64,iVBORw0KGgo=");
  EXPECT_THAT(shown.text, HasSubstr("Image file"));
  folder_.write("y.jpg", "\xFF\xD8\xFF\xE0");
  EXPECT_THAT(*run(plain("view", "y.jpg")).image_url, HasSubstr("data:image/jpeg;base64,"));
  folder_.write("z.webp", std::string("RIFF\0\0\0\0WEBP", 12));
  EXPECT_THAT(*run(plain("view", "z.webp")).image_url, HasSubstr("data:image/webp;base64,"));
}

TEST_F(EditorTest, what_only_looks_like_an_image_by_name_is_none) {
  folder_.write("notes.png", "a text");
  EXPECT_FALSE(run(plain("view", "notes.png")).image_url);
  folder_.write("broken.png", std::string("\0\1\2", 3));
  EXPECT_THAT(refusal(plain("view", "broken.png")), HasSubstr("binary"));
  folder_.write("big.png", "\x89PNG\r\n\x1A\n" + std::string(Editor::kMaxImageBytes, 'x'));
  EXPECT_THAT(refusal(plain("view", "big.png")), HasSubstr("larger than 5 MiB"));
}

TEST_F(EditorTest, an_edit_through_a_link_is_undone_by_the_files_own_name) {
  folder_.write("file", "one\n");
  std::filesystem::create_symlink("file", path("link"));
  run({"str_replace", path("link"), {}, "one", "two", {}, {}});
  run(plain("undo_edit", "file"));
  EXPECT_EQ(folder_.read("file"), "one\n");
}

}  // namespace
}  // namespace collet::file
