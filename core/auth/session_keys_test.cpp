#include "auth/session_keys.hpp"

#include <gtest/gtest.h>

#include <map>

namespace collet::auth {
namespace {

Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

TEST(SessionKeys_Several, AreAllAccepted) {
  const auto keys =
      SessionKeys::load({"configured"}, environment({{"SESSION_API_KEY", "plain"},
                                                     {"COLLET_SESSION_API_KEY", "own"},
                                                     {"OH_SESSION_API_KEYS_0", "zero"},
                                                     {"OH_SESSION_API_KEYS_1", "one"},
                                                     {"OH_SESSION_API_KEYS_3", "behind a gap"}}));
  ASSERT_TRUE(keys.ok());
  for (const char* key : {"configured", "plain", "own", "zero", "one"}) EXPECT_TRUE(keys->accept(key)) << key;
  for (const char* key : {"", "configure", "configuredx", "Configured", "behind a gap", "plainplain"})
    EXPECT_FALSE(keys->accept(key)) << key;
}

TEST(SessionKeys_EmptyOnes, AreNoKeys) {
  const auto keys = SessionKeys::load({""}, environment({{"SESSION_API_KEY", ""}}));
  ASSERT_TRUE(keys.ok());
  EXPECT_TRUE(keys->empty());
  EXPECT_FALSE(keys->accept(""));
}

TEST(SessionKeys_ThatFitIntoNoHeader, AreRefused) {
  for (const char* key : {"a\nb", " a", "a ", "a\x7f"}) EXPECT_FALSE(SessionKeys::from({key}).ok());
}

TEST(GenerateKey_TwoKeys, Differ) {
  const auto first = generate_key();
  const auto second = generate_key();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->size(), 64u);
  EXPECT_NE(*first, *second);
}

}  // namespace
}  // namespace collet::auth
