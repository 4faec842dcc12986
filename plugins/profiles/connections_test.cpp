#include "connections.hpp"

#include <gmock/gmock.h>

#include "testing/team.hpp"

namespace collet::profiles {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ConnectionsTest : public testing::TeamTest {
 protected:
  Connections connections_{host_};
};

TEST_F(ConnectionsTest, KeysAreNeverShown) {
  const auto made = connections_.create({"Conn", "openai", "sk-1", true, std::nullopt});
  const auto id = json::string_or(parsed(made), "id");
  EXPECT_EQ(id.size(), 32U);
  EXPECT_THAT(made, HasSubstr(R"("api_key_set":true)"));
  EXPECT_EQ(connections_.list(), "[" + made + "]");
  const auto changed = connections_.change(id, {"New", std::nullopt, "sk-2", true, "http://x"});
  for (const auto& text : {made, changed, connections_.list()}) EXPECT_THAT(text, Not(HasSubstr("sk-")));
  EXPECT_THAT(changed, HasSubstr(R"("provider":"openai","base_url":"http://x")"));
  EXPECT_THAT(*fake_.shared("state"), HasSubstr("sk-2"));
  EXPECT_THAT(connections_.remove(id), HasSubstr(R"("api_key_set":false)"));
  EXPECT_EQ(connections_.list(), "[]");
}

TEST_F(ConnectionsTest, OneThatIsNotThere_Is404) {
  EXPECT_THAT(refusal([&] { connections_.remove("nope"); }), HasSubstr("404"));
  EXPECT_THAT(refusal([&] { connections_.change("nope", {}); }), HasSubstr("404"));
}

TEST_F(ConnectionsTest, OneThatTheSettingsUse_Stays) {
  const auto id = json::string_or(parsed(connections_.create({"C", std::nullopt, "k", false, {}})), "id");
  set_settings(R"({"model":"m","provider_connection_id":")" + id + "\"}");
  EXPECT_THAT(refusal([&] { connections_.remove(id); }),
              HasSubstr("referenced by the active agent settings"));
}

TEST_F(ConnectionsTest, Limit_IsClear) {
  for (int i = 0; i < 64; ++i) connections_.create({"C", std::nullopt, "k", false, {}});
  EXPECT_THAT(refusal([&] { connections_.create({"C", std::nullopt, "k", false, {}}); }), HasSubstr("409"));
}

}  // namespace
}  // namespace collet::profiles
