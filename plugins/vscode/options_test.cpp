#include "options.hpp"

#include <gtest/gtest.h>

#include <string>

#include "collet/http.hpp"

namespace collet::vscode {
namespace {

TEST(Options, without_any_it_is_on_and_for_this_machine_only) {
  const Options options = read_options("{}");
  EXPECT_TRUE(options.run);
  EXPECT_EQ(options.host, "127.0.0.1");
  EXPECT_EQ(options.port, 8001);
  EXPECT_EQ(options.base_path + options.command + options.access_token, "");
}

TEST(Options, a_base_path_is_cleaned_or_refused) {
  EXPECT_EQ(read_options(R"({"base_path":"/"})").base_path, "");
  EXPECT_EQ(read_options(R"({"base_path":"//run-1/vscode//"})").base_path, "/run-1/vscode");
  EXPECT_THROW(read_options(R"({"base_path":"/a b"})"), InputError);
  EXPECT_THROW(read_options(R"({"base_path":"/a?b"})"), InputError);
}

TEST(Options, what_cannot_be_used_is_refused) {
  EXPECT_THROW(read_options(R"({"host":"localhost"})"), InputError);
  EXPECT_THROW(read_options(R"({"access_token":"a b"})"), InputError);
  EXPECT_EQ(read_options(R"({"host":"::1"})").host, "::1");
}

}  // namespace
}  // namespace collet::vscode
