#include "tool_names.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace collet::tools {
namespace {

TEST(ToolNames_Listed, keeps_the_order_and_leaves_out_the_unlisted) {
  EXPECT_EQ(listed_names(R"([{"name":"b","listed":true},{"name":"finish","listed":false},)"
                         R"({"name":"a","listed":true,"plugin":"x"},{"name":"odd"}])"),
            R"(["b","a"])");
}

TEST(ToolNames_Listed, nothing_loaded_is_an_empty_array) { EXPECT_EQ(listed_names("[]"), "[]"); }

TEST(ToolNames_Listed, anything_else_throws) {
  EXPECT_THROW(listed_names("{}"), std::invalid_argument);
  EXPECT_THROW(listed_names("nope"), std::invalid_argument);
}

}  // namespace
}  // namespace collet::tools
