#include "settings/settings_schema.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "collet/json.hpp"
#include "settings/settings_document.hpp"

namespace collet::settings {
namespace {

// "general/null llm/openhands"
std::string sections_of(const std::string& schema) {
  const auto document = json::parse(schema);
  std::string names;
  for (const auto& section : json::find(*document, "sections")->GetArray()) {
    names += names.empty() ? "" : " ";
    names += json::string_or(section, "key") + "/" + json::string_or(section, "variant", "null");
  }
  return names;
}

// A field as JSON without its words; of several with the key, the last.
std::string field(const std::string& schema, std::string_view key) {
  auto document = *json::parse(schema);
  std::string found;
  for (auto& section : json::find(document, "sections")->GetArray())
    for (auto& one : json::find(section, "fields")->GetArray()) {
      if (json::string_or(one, "key") != key) continue;
      for (const auto* name : {"key", "label", "description", "section_label"}) one.EraseMember(name);
      found = json::dump(one);
    }
  return found;
}

// The members that a section with this key shows, without the section's name.
std::set<std::string> shown(std::string_view section_key) {
  const auto document = json::parse(agent_schema());
  std::set<std::string> names;
  for (const auto& section : json::find(*document, "sections")->GetArray())
    if (json::string_or(section, "key") == section_key)
      for (const auto& one : json::find(section, "fields")->GetArray())
        names.insert(json::string_or(one, "key").substr(section_key.size() + 1));
  return names;
}

TEST(SettingsSchema, HasTheSections) {
  EXPECT_EQ(sections_of(agent_schema()),
            "general/null llm/openhands agent_context/openhands condenser/openhands verification/openhands "
            "acp/acp llm/acp");
  EXPECT_EQ(sections_of(conversation_schema()), "general/null verification/null");
}

TEST(SettingsSchema, FieldsAreWhatTheTablesSay) {
  EXPECT_EQ(
      field(agent_schema(), "agent"),
      R"({"section":"general","value_type":"string","default":"CodeActAgent","prominence":"major","depends_on":[],)"
      R"("secret":false,"choices":[],"variant":"openhands"})");
  EXPECT_EQ(field(agent_schema(), "verification.critic_threshold"),
            R"({"section":"verification","value_type":"number","default":0.6,"prominence":"minor",)"
            R"("depends_on":["verification.critic_enabled","verification.enable_iterative_refinement"],)"
            R"("secret":false,"choices":[],"variant":"openhands"})");
  EXPECT_EQ(
      field(agent_schema(), "llm.api_key"),
      R"({"section":"llm","value_type":"string","default":null,"prominence":"critical","depends_on":[],)"
      R"("secret":true,"choices":[],"variant":"acp"})");
  EXPECT_EQ(field(conversation_schema(), "security_analyzer"),
            R"({"section":"verification","value_type":"string","default":"llm","prominence":"major",)"
            R"("depends_on":["confirmation_mode"],"secret":false,)"
            R"("choices":[{"value":"llm","label":"llm"},{"value":"none","label":"none"}],"variant":null})");
}

// A setting that is added to the tables needs words too.
TEST(SettingsSchema, ShowsEveryFieldOfItsObjects) {
  const auto document = default_document();
  for (const auto* section : {"llm", "condenser", "verification"}) {
    std::set<std::string> there;
    for (const auto& member : json::at(document, {"agent_settings", section})->GetObject())
      there.insert(std::string(json::view(member.name)));
    there.erase("is_subscription");  // computed
    EXPECT_EQ(shown(section), there);
  }
  EXPECT_EQ(shown("agent_context"), std::set<std::string>{"load_memory"});
}

TEST(SettingsSchema, NamesWhatDependsOnWhat) {
  for (const auto& schema : {agent_schema(), conversation_schema()}) {
    const auto document = json::parse(schema);
    for (const auto& section : json::find(*document, "sections")->GetArray()) {
      std::set<std::string> keys;
      for (const auto& one : json::find(section, "fields")->GetArray()) {
        EXPECT_FALSE(json::string_or(one, "label").empty());
        for (const auto& other : json::find(one, "depends_on")->GetArray())
          EXPECT_TRUE(keys.contains(std::string(json::view(other)))) << json::dump(one);
        EXPECT_TRUE(keys.insert(json::string_or(one, "key")).second) << json::dump(one);
      }
      EXPECT_FALSE(keys.empty());
    }
  }
}

}  // namespace
}  // namespace collet::settings
