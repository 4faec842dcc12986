#include "workspaces.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "collet/testing/fake_host.hpp"
#include "workspace_form.hpp"

namespace collet::workspaces {
namespace {

using ::testing::HasSubstr;

class WorkspacesTest : public ::testing::Test {
 protected:
  static std::string refusal(const std::string& body, bool with_parent_path = true) {
    try {
      read_entries({"POST", "/api/workspaces", body, {}, {}, {}}, "workspaces", with_parent_path);
      return {};
    } catch (const Refusal& refused) {
      return std::to_string(refused.response().status) + " " + refused.response().body;
    }
  }

  collet::testing::FakeHost fake_;
  Host host_{&fake_.table()};
  Workspaces workspaces_{host_};
};

TEST_F(WorkspacesTest, PathsAreThereOnce) {
  EXPECT_EQ(workspaces_.list(), R"({"workspaces":[],"workspaceParents":[]})");
  workspaces_.add(kWorkspaces, {{"1", "One", "/one", "/"}, {"2", "Two", "/two"}, {"3", "Again", "/one"}});
  const std::string expected = R"({"workspaces":[{"id":"1","name":"One","path":"/one","parentPath":"/"},)"
                               R"({"id":"2","name":"Two","path":"/two"}],"workspaceParents":[]})";
  EXPECT_EQ(workspaces_.add(kWorkspaces, {{"4", "Other", "/two"}}), expected);
  EXPECT_EQ(workspaces_.list(), expected);
}

TEST_F(WorkspacesTest, ListsAreApart) {
  workspaces_.add(kWorkspaces, {{"1", "One", "/one"}});
  workspaces_.add(kParents, {{"1", "One", "/one"}});
  EXPECT_TRUE(workspaces_.remove(kWorkspaces, "/one"));
  EXPECT_FALSE(workspaces_.remove(kWorkspaces, "/one"));
  EXPECT_THAT(workspaces_.list(), HasSubstr(R"("workspaces":[],"workspaceParents":[{)"));
  EXPECT_TRUE(workspaces_.remove(kParents, "/one"));
}

TEST_F(WorkspacesTest, ChangesAtTheSameTime_AreAllThere) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([this, thread] {
      for (int i = 0; i < 10; ++i) {
        const std::string path = "/" + std::to_string(thread) + "/" + std::to_string(i);
        workspaces_.add(kWorkspaces, {{path, "n", path}});
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(json::find(*json::parse(workspaces_.list()), kWorkspaces)->Size(), 40U);
}

TEST_F(WorkspacesTest, TooMany_AreRefusedAndNothingIsLost) {
  const std::string name(200, 'n');
  std::vector<Entry> many;
  for (int i = 0; i < 5000; ++i) many.push_back({"id", name, "/" + std::to_string(i)});
  workspaces_.add(kWorkspaces, {{"1", "One", "/one"}});
  EXPECT_THROW(workspaces_.add(kWorkspaces, many), Refusal);
  EXPECT_EQ(json::find(*json::parse(workspaces_.list()), kWorkspaces)->Size(), 1U);
}

TEST_F(WorkspacesTest, WhatIsStoredDamaged_StaysAsItIs) {
  fake_.share("workspaces", "[");
  EXPECT_THROW(workspaces_.list(), std::runtime_error);
  EXPECT_THROW(workspaces_.add(kWorkspaces, {{"1", "One", "/one"}}), std::runtime_error);
  EXPECT_EQ(fake_.shared("workspaces"), "[");
}

TEST_F(WorkspacesTest, WrongBodies_SayWhere) {
  EXPECT_EQ(refusal(R"({"workspaces":[{"id":"1","name":"n","path":"/p","parentPath":null}]})"), "");
  EXPECT_THAT(refusal(R"({})"), HasSubstr(R"("missing","loc":["body","workspaces"])"));
  EXPECT_THAT(refusal(R"({"workspaces":{}})"), HasSubstr("422 {\"detail\":[{\"type\":\"list_type\""));
  EXPECT_THAT(refusal(R"({"workspaces":[1]})"), HasSubstr(R"("loc":["body","workspaces",0])"));
  EXPECT_THAT(refusal(R"({"workspaces":[{"id":"1","name":"","path":5}]})"),
              AllOf(HasSubstr(R"("string_too_short","loc":["body","workspaces",0,"name"])"),
                    HasSubstr(R"("string_type","loc":["body","workspaces",0,"path"])")));
  EXPECT_THAT(refusal(R"({"workspaces":[{"id":"1","name":")" + std::string(257, 'n') + R"(","path":"/p"}]})"),
              HasSubstr("string_too_long"));
  const std::string bad_parent = R"({"workspaces":[{"id":"1","name":"n","path":"/p","parentPath":5}]})";
  EXPECT_THAT(refusal(bad_parent), HasSubstr("parentPath"));
  EXPECT_EQ(refusal(bad_parent, false), "");
}

}  // namespace
}  // namespace collet::workspaces
