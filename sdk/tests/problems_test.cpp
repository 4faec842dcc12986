// How what is wrong with a request reads.
#include "collet/problems.hpp"

#include <gtest/gtest.h>

namespace collet {
namespace {

TEST(Problems, NothingIsNoReasonToRefuse) {
  const Problems problems;
  EXPECT_FALSE(problems.any());
  EXPECT_NO_THROW(problems.check());
}

TEST(Problems, EachSaysWhereItIs) {
  Problems problems;
  problems.add("bool_type", {"body", "items", std::size_t{2}, "on"}, "Input should be a valid boolean", "7");
  problems.missing({"query", "path"}, "null");
  EXPECT_EQ(problems.response().status, 422);
  EXPECT_EQ(problems.response().body,
            R"({"detail":[{"type":"bool_type","loc":["body","items",2,"on"],)"
            R"("msg":"Input should be a valid boolean","input":7},)"
            R"({"type":"missing","loc":["query","path"],"msg":"Field required","input":null}]})");
  EXPECT_THROW(problems.check(), Refusal);
}

TEST(Problems, InputAndContextMayBeLeftOut) {
  Problems problems;
  problems.add("less_than_equal", {"query", "limit"}, "Too many", "", R"({"le":200})");
  EXPECT_EQ(
      problems.response().body,
      R"({"detail":[{"type":"less_than_equal","loc":["query","limit"],"msg":"Too many","ctx":{"le":200}}]})");
}

}  // namespace
}  // namespace collet
