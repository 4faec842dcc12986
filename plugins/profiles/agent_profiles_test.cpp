#include "agent_profiles.hpp"

#include <gmock/gmock.h>

#include "llm_profiles.hpp"
#include "testing/team.hpp"

namespace collet::profiles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AgentProfilesTest : public testing::TeamTest {
 protected:
  void save(const std::string& name, const std::string& body) { profiles_.save(name, parsed(body)); }
  std::string wrong(const std::string& body) {
    return refusal([&] { save("x", body); });
  }
  std::string id_of(const std::string& name) { return json::string_or(parsed(profiles_.get(name)), "id"); }
  Response start(const std::string& body) {
    return profiles_.start_conversation({"POST", "/api/conversations", body, {}, {{"host", "here"}}, {}});
  }
  std::string refused_start(const std::string& body) {
    return refusal([&] { start(body); });
  }

  AgentProfiles profiles_{host_};
  LlmProfiles llms_{host_};
};

TEST_F(AgentProfilesTest, FirstListing_SeedsFromTheSettings) {
  const auto listed = parsed(profiles_.list());
  ASSERT_EQ(listed["profiles"].Size(), 1U);
  EXPECT_EQ(json::string_or(listed["profiles"][0], "name"), "default");
  EXPECT_EQ(json::string_or(listed["profiles"][0], "llm_profile_ref"), "default");
  EXPECT_THAT(profiles_.get("default"), HasSubstr(R"("system_message_suffix":"Be brief.")"));
  EXPECT_THAT(fake_.settings_changes(), ElementsAre(HasSubstr(id_of("default"))));
  EXPECT_THAT(llms_.list(), HasSubstr(R"("profiles":[])")) << "a model without key and address is of no use";
  EXPECT_THAT(fake_.recorded_reads(), IsEmpty());
}

TEST_F(AgentProfilesTest, Seeding_KeepsAConfiguredModel) {
  set_settings(R"({"model":"live","api_key":"sk-live"})");
  profiles_.list();
  EXPECT_EQ(json::string_or(llms_.find("default")->llm, "api_key"), "sk-live");
}

TEST_F(AgentProfilesTest, Seeding_KeepsTheCommandOfAnotherAgent) {
  fake_.set_settings(
      R"({"agent_settings":{"agent_kind":"acp","acp_server":"custom","acp_command":["run","it's","a b"],)"
      R"("acp_args":[],"mcp_config":{}},"active_profile":null,"active_agent_profile_id":null})");
  profiles_.list();
  EXPECT_EQ(
      json::dump(*json::find(parsed(profiles_.materialize("default"))["resolved_settings"], "acp_command")),
      R"(["run","it's","a b"])");
}

TEST_F(AgentProfilesTest, ListingDoesNotSeedWhereThereHasBeenOne) {
  fake_.set_settings(R"({"agent_settings":{},"active_agent_profile_id":"gone"})");
  EXPECT_THAT(profiles_.list(), HasSubstr(R"("profiles":[])"));
}

TEST_F(AgentProfilesTest, Saving_KeepsTheIdAndCountsRevisions) {
  save("a", R"({"llm_profile_ref":"p","id":"00000000-0000-4000-8000-000000000000","revision":9,"name":"b"})");
  const auto id = id_of("a");
  EXPECT_NE(id, "00000000-0000-4000-8000-000000000000");
  save("a", R"({"llm_profile_ref":"q"})");
  EXPECT_EQ(id_of("a"), id);
  EXPECT_THAT(profiles_.get("a"), HasSubstr(R"("name":"a","revision":1)"));
  profiles_.rename("a", "c");
  EXPECT_EQ(id_of("c"), id);
  EXPECT_THAT(profiles_.get("c"), HasSubstr(R"("name":"c")"));
  EXPECT_THAT(refusal([&] { profiles_.get("a"); }), HasSubstr("404"));
}

TEST_F(AgentProfilesTest, Form_SaysWhatIsWrong) {
  EXPECT_EQ(
      wrong(R"({"bogus":1})"),
      R"(422 {"detail":[{"type":"missing","loc":["openhands","llm_profile_ref"],"msg":"Field required"},)"
      R"({"type":"extra_forbidden","loc":["openhands","bogus"],"msg":"Extra inputs are not permitted"}]})");
  EXPECT_THAT(wrong(R"({"agent_kind":"zzz"})"), HasSubstr("union_tag_invalid"));
  EXPECT_THAT(wrong(R"({"agent_kind":"acp","llm_profile_ref":"p"})"), HasSubstr("extra_forbidden"));
  EXPECT_THAT(wrong(R"({"llm_profile_ref":"p","tools":[{}],"tool_concurrency_limit":0,"agent":null})"),
              ::testing::AllOf(HasSubstr("tools"), HasSubstr("tool_concurrency_limit"), HasSubstr("agent")));
  EXPECT_THAT(wrong(R"({"llm_profile_ref":"p","schema_version":3})"), HasSubstr("schema_version"));
  EXPECT_THAT(wrong(R"({"llm_profile_ref":"p","schema_version":1,"skills":[]})"), IsEmpty());
  EXPECT_THAT(wrong(R"({"agent_kind":"acp","acp_server":"codex","acp_args":["a"]})"), IsEmpty());
}

TEST_F(AgentProfilesTest, Deleting_ForgetsTheActiveOne) {
  save("a", R"({"llm_profile_ref":"p"})");
  const auto id = id_of("a");
  profiles_.remove("a");
  profiles_.remove("a");
  EXPECT_THAT(
      fake_.settings_changes(),
      ElementsAre(R"({"active_agent_profile_id":null,"expect":{"active_agent_profile_id":")" + id + "\"}}"));
}

TEST_F(AgentProfilesTest, Materialize_SaysWhatIsMissing) {
  save("a", R"({"llm_profile_ref":"nope","mcp_server_refs":["one","three","three"]})");
  const auto report = parsed(profiles_.materialize("a"));
  EXPECT_FALSE(json::bool_at(report, "valid").value_or(true));
  EXPECT_EQ(report["errors"].Size(), 2U);
  EXPECT_EQ(json::dump(report["dangling_mcp_server_refs"]), R"(["three"])");
  EXPECT_TRUE(report["resolved_settings"].IsNull());
  save("b", R"({"agent_kind":"acp","acp_server":"custom","acp_command":"run 'a b"})");
  EXPECT_THAT(profiles_.materialize("b"), HasSubstr("quote"));
  save("b", R"({"agent_kind":"acp","acp_server":"custom","acp_command":"run 'a b' c"})");
  EXPECT_THAT(profiles_.materialize("b"), HasSubstr(R"("acp_command":["run","a b","c"])"));
}

TEST_F(AgentProfilesTest, Start_ResolvesTheProfile) {
  llms_.save("p", parsed(completed("llm", R"({"model":"m","api_key":"sk"})")), true);
  save("a", R"({"llm_profile_ref":"p","mcp_server_refs":["one"],"system_message_suffix":"A."})");
  EXPECT_EQ(start(R"({"agent_profile_id":")" + id_of("a") +
                  R"(","workspace":{},"agent_launch_additions":{"system_message_suffix_append":"B."}})")
                .status,
            201);
  const auto body = parsed(fake_.started_conversations().at(0));
  EXPECT_EQ(json::find(static_cast<const json::Value&>(body), "agent_profile_id"), nullptr);
  EXPECT_EQ(json::dump(*json::at(body, {"launched_agent_profile", "revision"})), "0");
  EXPECT_EQ(json::dump(*json::at(body, {"agent_settings", "mcp_config"})), R"({"one":{"url":"http://one"}})");
  EXPECT_EQ(json::dump(*json::at(body, {"agent_settings", "llm", "api_key"})), "\"sk\"");
  EXPECT_EQ(json::dump(*json::at(body, {"agent_settings", "agent_context", "system_message_suffix"})),
            R"("A.\n\nB.")");
  EXPECT_THAT(fake_.recorded_reads(), ElementsAre("settings"));
}

TEST_F(AgentProfilesTest, Start_RefusesWhatCannotBe) {
  EXPECT_THAT(refused_start(R"({"agent_profile_id":"x"})"), HasSubstr("uuid_parsing"));
  EXPECT_THAT(refused_start(R"({"agent_profile_id":"5e2bd489-880b-47cb-a9c0-c6351243a1e1","agent":{}})"),
              HasSubstr("mutually exclusive"));
  EXPECT_EQ(refused_start(R"({"agent_profile_id":"5e2bd489-880b-47cb-a9c0-c6351243a1e1"})"),
            R"(404 {"detail":"Agent profile with id '5e2bd489-880b-47cb-a9c0-c6351243a1e1' not found"})");
  save("a", R"({"llm_profile_ref":"nope"})");
  EXPECT_THAT(refused_start(R"({"agent_profile_id":")" + id_of("a") + "\"}"), HasSubstr("404"));
  save("b", R"({"agent_kind":"acp"})");
  EXPECT_THAT(refused_start(R"({"agent_profile_id":")" + id_of("b") + "\"}"), HasSubstr("422"));
}

}  // namespace
}  // namespace collet::profiles
