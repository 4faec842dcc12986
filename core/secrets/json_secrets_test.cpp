#include "secrets/json_secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::secrets {
namespace {

constexpr std::string_view kDocument =
    R"({"llm":{"model":"m","api_key":"k1","aws_session_token":null,"base_url":"u","extra_headers":{"X":"k2"}},)"
    R"("mcp_config":{"s":{"url":"u","headers":{"A":"k3"},"env":{"B":"k4","n":null},"enabled":true,)"
    R"("auth":{"strategy":"bearer","value":"k5"}}},"agent_context":{"secrets":{"T":"k6",)"
    R"("S":{"kind":"StaticSecret","value":"k7","description":"d"},)"
    R"("L":{"kind":"LookupSecret","url":"u","headers":{"H":"k8"}}}},"verification":{"critic_api_key":""},)"
    R"("fallback":[{"api_key":"k9"}],"value":"plain","env":"plain"})";

SealedBox box(const char* secret = "test secret") {
  return SealedBox(KeyRing::open("/nowhere", secret).value());
}

TEST(JsonSecrets_ForEach, FindsThemAllAndNothingElse) {
  auto document = json::parse(kDocument);
  std::string found;
  for_each_secret(*document, [&](json::Value& secret) { found += std::string(json::view(secret)) + " "; });
  EXPECT_EQ(found, "k1 k2 k3 k4 k5 k6 k7 k8 k9 ");
}

TEST(JsonSecrets_ForEach, FindsEveryTextOfAFormThatIsNotKnown) {
  auto document =
      json::parse(R"({"env":["k1",{"A":"k2"}],"secrets":{"A":["k3"],)"
                  R"("B":{"kind":"Vault","token":"k4","description":"d","more":{"deep":["k5"]}}},)"
                  R"("api_key":{"of":["k6"]}})");
  std::string found;
  for_each_secret(*document, [&](json::Value& secret) { found += std::string(json::view(secret)) + " "; });
  EXPECT_EQ(found, "k1 k2 k3 k4 k5 k6 ");
}

TEST(JsonSecrets_ForEach, TellsTheNamesInMapsThatDeclareNoSecrets) {
  auto document = json::parse(kDocument);
  std::string found;
  for_each_named_secret(*document, [&](json::Value& secret, std::string_view name) {
    found += std::string(json::view(secret)) + "=" + std::string(name) + " ";
  });
  EXPECT_EQ(found, "k1= k2=X k3=A k4=B k5= k6= k7= k8=H k9= ");
}

TEST(JsonSecrets_ForEach, TakesNoNameOfAServerForASecrets) {
  auto document = json::parse(
      R"({"mcp_config":{"api_key":{"env":{"A":"k1"}},"env":{"url":"u","headers":{"A":"k2"}},)"
      R"("mcpServers":{"url":"u","env":{"A":"k3"}}},"mcpServers":{"password":{"command":"c","env":{"A":"k4"}}}})");
  std::string found;
  for_each_secret(*document, [&](json::Value& secret) { found += std::string(json::view(secret)) + " "; });
  EXPECT_EQ(found, "k1 k2 k3 k4 ");
}

std::string found_in(std::string_view text) {
  auto document = json::parse(text);
  std::string found;
  for_each_secret(*document, [&](json::Value& secret) { found += std::string(json::view(secret)) + " "; });
  return found;
}

TEST(JsonSecrets_ForEach, ComparesNamesWithoutTheirCase) {
  EXPECT_EQ(found_in(R"({"API_KEY":"k1","apiKey":"k2","Env":{"A":"k3"},"HEADERS":{"A":"k4"},)"
                     R"("mcpservers":{"env":{"command":"c","Env":{"A":"k5"}}}})"),
            "k1 k2 k3 k4 k5 ");
}

TEST(JsonSecrets_ForEach, TakesATextualAuthForAToken) {
  EXPECT_EQ(
      found_in(
          R"({"mcp_config":{"a":{"url":"u","auth":"k1"},"b":{"url":"u","auth":"oauth"},)"
          R"("c":{"url":"u","auth":{"strategy":"bearer","value":"k2"}},"d":{"url":"u","auth":{"t":"k3"}}}})"),
      "k1 k2 k3 ");
  EXPECT_EQ(found_in(R"({"litellm_extra_body":{"token":"k1","max_tokens":"5"}})"), "k1 ");
}

TEST(JsonSecrets_ForEach, FindsUrlsWithAPassword) {
  EXPECT_EQ(found_in(R"({"url":"https://u:k1@h","base_url":"u:k2@h/v1","critic_server_url":"https://h/a@b",)"
                     R"("x_endpoint":"//u:k3@h","text":"https://u:p@h"})"),
            "https://u:k1@h u:k2@h/v1 //u:k3@h ");
}

TEST(JsonSecrets_ForEach, LooksIntoAServerThatIsCalledLikeTheMap) {
  EXPECT_EQ(found_in(R"({"mcp_config":{"mcpServers":{"mcpServers":{"command":"c","env":{"A":"k1"}}}}})"),
            "k1 ");
}

TEST(JsonSecrets_ForEach, LeavesWhatASchemaSaysOfASecret) {
  EXPECT_EQ(found_in(R"({"parameters":{"type":"object","properties":{"password":{"type":"string"},)"
                     R"("env":{"type":"object"},"auth":{"type":"string"}}}})"),
            "");
}

TEST(JsonSecrets_Paths, NameWhatForEachFinds) {
  const auto document = json::parse(kDocument);
  EXPECT_THAT(secret_paths(*document),
              ::testing::ElementsAre("llm.api_key", "llm.extra_headers.X", "mcp_config.s.headers.A",
                                     "mcp_config.s.env.B", "mcp_config.s.auth.value",
                                     "agent_context.secrets.T", "agent_context.secrets.S.value",
                                     "agent_context.secrets.L.headers.H", "fallback.0.api_key"));
}

TEST(JsonSecrets_Name, KnowsSinglesAndMaps) {
  EXPECT_TRUE(is_secret_name("api_key"));
  EXPECT_TRUE(is_secret_name("headers"));
  EXPECT_FALSE(is_secret_name("model"));
  EXPECT_TRUE(is_secret_name("apiKey"));
  EXPECT_TRUE(is_secret_name("session_api_keys"));
  EXPECT_TRUE(is_secret_name("secret"));
}

TEST(JsonSecrets_Seal, RoundTripLeavesNoSecretInBetween) {
  auto document = json::parse(kDocument);
  seal_secrets(*document, box(), "settings", document->GetAllocator());
  const auto sealed = json::dump(*document);
  for (char n = '1'; n <= '9'; ++n) EXPECT_EQ(sealed.find(std::string("\"k") + n), std::string::npos);
  auto again = json::parse(sealed);
  ASSERT_TRUE(open_secrets(*again, box(), "settings", again->GetAllocator()).ok());
  EXPECT_EQ(json::dump(*again), kDocument);
}

TEST(JsonSecrets_Seal, AUrlWithAPasswordComesBack) {
  constexpr std::string_view kText = R"({"mcp_config":{"a":{"url":"https://u:p@h/"}}})";
  auto document = json::parse(kText);
  auto& allocator = document->GetAllocator();
  seal_secrets(*document, box(), "c", allocator);
  EXPECT_EQ(json::dump(*document).find("u:p"), std::string::npos);
  ASSERT_TRUE(open_secrets(*document, box(), "c", allocator).ok());
  EXPECT_EQ(json::dump(*document), kText);
  const auto current = json::parse(kText);
  redact_secrets(*document, allocator, Redaction::kLlmNull);
  EXPECT_EQ(json::dump(*document), R"({"mcp_config":{"a":{"url":"**********"}}})");
  keep_redacted(*document, *current, allocator);
  EXPECT_EQ(json::dump(*document), kText);
}

TEST(JsonSecrets_Seal, SecretThatLooksSealedComesBack) {
  constexpr std::string_view kText = R"({"api_key":"collet:v1:0:zz"})";
  auto document = json::parse(kText);
  seal_secrets(*document, box(), "c", document->GetAllocator());
  ASSERT_TRUE(open_secrets(*document, box(), "c", document->GetAllocator()).ok());
  EXPECT_EQ(json::dump(*document), kText);
}

TEST(JsonSecrets_Tokens, AreDecryptedWhereSecretsStand) {
  const auto ring = KeyRing::open("/nowhere", "test secret").value();
  const auto token = ring.fernet_encrypt("k");
  for (const auto broken : {BrokenToken::kKeep, BrokenToken::kNull}) {
    auto document = json::parse(R"({"api_key":")" + token + R"(","title":")" + token +
                                R"(","env":{"A":"gAAAAzzz","B":"plain"}})");
    ASSERT_TRUE(decrypt_tokens(*document, ring, broken).ok());
    EXPECT_EQ(json::dump(*document), R"({"api_key":"k","title":")" + token + R"(","env":{"A":)" +
                                         (broken == BrokenToken::kNull ? "null" : R"("gAAAAzzz")") +
                                         R"(,"B":"plain"}})");
  }
}

TEST(JsonSecrets_Tokens, OfAnotherKeyAreAnError) {
  const auto before = KeyRing::open("/nowhere", "old secret").value();
  const auto ring = KeyRing::open("/nowhere", "test secret").value();
  for (const auto broken : {BrokenToken::kKeep, BrokenToken::kNull}) {
    auto document = json::parse(R"({"llm":{"api_key":")" + before.fernet_encrypt("k") + R"("}})");
    EXPECT_EQ(decrypt_tokens(*document, ring, broken).error().kind, Error::Kind::kInvalid);
  }
}

TEST(JsonSecrets_Open, OtherKeyOrContext_IsAnError) {
  auto document = json::parse(kDocument);
  seal_secrets(*document, box(), "a", document->GetAllocator());
  auto copy = json::parse(json::dump(*document));
  EXPECT_EQ(open_secrets(*copy, box(), "b", copy->GetAllocator()).error().kind, Error::Kind::kInvalid);
  EXPECT_EQ(open_secrets(*document, box("other"), "a", document->GetAllocator()).error().kind,
            Error::Kind::kUnavailable);
}

TEST(JsonSecrets_Redact, StarsEverywhere) {
  auto document = json::parse(kDocument);
  redact_secrets(*document, document->GetAllocator());
  const auto text = json::dump(*document);
  for (char n = '1'; n <= '9'; ++n) EXPECT_EQ(text.find(std::string("\"k") + n), std::string::npos);
  EXPECT_NE(text.find(R"("api_key":"**********","aws_session_token":null)"), std::string::npos);
  EXPECT_NE(text.find(R"("critic_api_key":"")"), std::string::npos);
}

TEST(JsonSecrets_Redact, LlmNullKeepsTheNamesOfMaps) {
  auto document = json::parse(kDocument);
  redact_secrets(*document, document->GetAllocator(), Redaction::kLlmNull);
  const auto text = json::dump(*document);
  EXPECT_NE(text.find(R"("api_key":null)"), std::string::npos);
  EXPECT_NE(text.find(R"("headers":{"A":"**********"})"), std::string::npos);
}

TEST(JsonSecrets_Echo, HidesValuesOfAnyType) {
  auto document =
      json::parse(R"({"llm":{"api_key":5,"model":"m"},"secrets":{"A":["x"],"B":null},"api_key":{"a":"b"}})");
  redact_echo(*document, document->GetAllocator());
  EXPECT_EQ(
      json::dump(*document),
      R"({"llm":{"api_key":"<redacted>","model":"m"},"secrets":{"A":"<redacted>","B":null},"api_key":"<redacted>"})");
}

TEST(JsonSecrets_Echo, HidesSecretsOfAnyForm) {
  for (const std::string_view bad :
       {R"({"secrets":["hunter2"]})", R"({"secrets":"hunter2"})", R"({"a":[{"secrets":[{"b":"hunter2"}]}]})",
        R"({"secrets":{"A":{"kind":"Vault","token":"hunter2"}}})", R"({"secrets":{"A":{"hunter2":1}}})",
        R"({"mcpServers":{"x":{"env":["hunter2"],"headers":"hunter2"}}})", R"({"password":["hunter2"]})",
        R"({"name":"A","value":{"b":["hunter2"]}})", R"([{"value":"hunter2"}])"}) {
    auto document = json::parse(bad);
    redact_echo(*document, document->GetAllocator());
    EXPECT_EQ(json::dump(*document).find("hunter2"), std::string::npos) << bad;
  }
}

TEST(JsonSecrets_Echo, HidesUrlsWithAUser) {
  auto document =
      json::parse(R"({"base_url":"http://u:p@host/v1","url":"http://host/a@b","list":["ssh://u@h"]})");
  redact_echo(*document, document->GetAllocator());
  EXPECT_EQ(json::dump(*document),
            R"({"base_url":"<redacted>","url":"http://host/a@b","list":["<redacted>"]})");
}

TEST(JsonSecrets_Echo, LeavesTheRest) {
  constexpr std::string_view kPlain =
      R"({"agent":{"tools":[{"name":"x"}]},"max_iterations":5,"secrets":null})";
  auto document = json::parse(kPlain);
  redact_echo(*document, document->GetAllocator());
  EXPECT_EQ(json::dump(*document), kPlain);
}

TEST(JsonSecrets_KeepRedacted, PutsBackWhatIsThere) {
  auto current = json::parse(kDocument);
  auto patch = json::parse(
      R"({"llm":{"api_key":"**********","aws_session_token":"**********","model":"**********"},)"
      R"("mcp_config":{"s":{"headers":{"A":"**********","N":"new"}},"other":{"env":{"X":"**********"}}}})");
  keep_redacted(*patch, *current, patch->GetAllocator());
  EXPECT_EQ(json::dump(*patch),
            R"({"llm":{"api_key":"k1","aws_session_token":null,"model":"**********"},)"
            R"("mcp_config":{"s":{"headers":{"A":"k3","N":"new"}},"other":{"env":{"X":null}}}})");
}

}  // namespace
}  // namespace collet::secrets
