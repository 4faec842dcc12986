#include "settings/mcp_servers.hpp"

#include <gtest/gtest.h>

#include "settings/settings_document.hpp"

namespace collet::settings {
namespace {

using Made = Result<json::Document>;

Made add(const json::Value& document, std::string_view name, std::string_view server) {
  return with_mcp_server(document, name, *json::parse(server));
}
Made change(const json::Value& document, std::string_view name, std::string_view server) {
  return with_changed_mcp_server(document, name, *json::parse(server));
}
std::string servers(const Made& made) {
  return made ? json::dump(*json::at(*made, {"agent_settings", "mcp_config"})) : made.error().message;
}

TEST(McpServers_Add, KeepsWhatIsThere) {
  const auto one = add(default_document(), "a", R"({"command":"echo","args":["x"],"cwd":null})");
  EXPECT_EQ(servers(one), R"({"a":{"command":"echo","args":["x"],"enabled":true}})");
  const auto two = add(*one, "b", R"({"url":"http://h/mcp","enabled":false})");
  EXPECT_EQ(servers(two), R"({"a":{"command":"echo","args":["x"],"enabled":true},)"
                          R"("b":{"url":"http://h/mcp","enabled":false}})");
  const auto again = add(*two, "a", "{}");
  EXPECT_EQ(again.error().kind, Error::Kind::kConflict);
  EXPECT_EQ(servers(again), "MCP server 'a' already exists");
}

TEST(McpServers_Add, NeedsNoAddress) {
  EXPECT_EQ(servers(add(default_document(), "a", R"({"args":["hi"]})")),
            R"({"a":{"args":["hi"],"enabled":true}})");
  EXPECT_EQ(servers(add(default_document(), "a", "null")), "{}");
}

TEST(McpServers_Add, RefusesWhatCannotWork) {
  const std::pair<const char*, const char*> bad[] = {
      {R"({"transport":"stdio"})", "MCP server 'a': the transport stdio needs a command"},
      {R"({"transport":"sse","command":"c"})", "MCP server 'a': the transport sse needs a url"},
      {R"({"auth":{"strategy":"bearer"},"headers":{"AUTHORIZATION":"x"}})",
       "MCP server 'a': it has both auth and a header Authorization"},
      {R"({"env":{"A":5}})", "Settings validation failed"},
      {R"(5)", "Settings validation failed"}};
  for (const auto& [server, why] : bad) {
    const auto made = add(default_document(), "a", server);
    ASSERT_FALSE(made.ok()) << server;
    EXPECT_EQ(made.error().kind, Error::Kind::kInvalid);
    EXPECT_EQ(made.error().message, why);
  }
}

TEST(McpServers_Change, MergesAndNullDeletes) {
  const auto one =
      add(default_document(), "a",
          R"({"command":"c","env":{"A":"1","B":"2"},"description":"d","enabled":false,"timeout":5})");
  const auto now = change(*one, "a", R"({"env":{"A":null,"C":"3","B":"**********"},"description":null})");
  EXPECT_EQ(servers(now), R"({"a":{"command":"c","env":{"B":"2","C":"3"},"timeout":5.0,"enabled":false}})");
  EXPECT_EQ(servers(change(*now, "a", R"({"env":null,"enabled":null,"timeout":null})")),
            R"({"a":{"command":"c","enabled":true}})");
  EXPECT_EQ(servers(change(*now, "a", "{}")), servers(now));
  EXPECT_EQ(servers(change(*now, "b", "{}")), "MCP server 'b' was not found");
  EXPECT_EQ(change(*now, "b", "{}").error().kind, Error::Kind::kNotFound);
}

TEST(McpServers_Change, AnotherStrategyLeavesNothingOfTheOld) {
  const auto one = add(default_document(), "a", R"({"auth":{"strategy":"bearer","value":"t"}})");
  EXPECT_EQ(servers(change(*one, "a", R"({"auth":{"strategy":"bearer","value":"**********"}})")),
            servers(one));
  EXPECT_EQ(servers(change(*one, "a", R"({"auth":{"strategy":"basic","username":"u","password":"p"}})")),
            R"({"a":{"auth":{"strategy":"basic","username":"u","password":"p"},"enabled":true}})");
}

TEST(McpServers_Remove, LeavesTheOthers) {
  const auto two = add(*add(default_document(), "a", "{}"), "b", "{}");
  const auto one = without_mcp_server(*two, "a");
  EXPECT_EQ(servers(one), R"({"b":{"enabled":true}})");
  EXPECT_EQ(servers(without_mcp_server(*one, "a")), "MCP server 'a' was not found");
}

}  // namespace
}  // namespace collet::settings
