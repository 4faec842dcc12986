#include "settings/secret_resolver.hpp"

#include <gtest/gtest.h>

#include "outbound/testing/scripted_peer.hpp"
#include "secrets/key_ring.hpp"
#include "storage/audit_store.hpp"
#include "storage/testing/failing_database.hpp"

namespace collet::settings {
namespace {

using outbound::testing::answer;
using outbound::testing::PeerConnection;
using outbound::testing::ScriptedPeer;

class SecretResolverTest : public ::testing::Test, protected storage::testing::FailingDatabase {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store.put({"TOKEN", std::nullopt}, "the value").ok());
    resolver.set_addresses({"127.0.0.1", 8000, "https://collet.example"});
  }
  Result<std::string> resolve(const std::string& source, const std::string& host = "") {
    return resolver.resolve(*json::parse(source), {"conversation 1", host});
  }
  std::string value(const std::string& url, const std::string& host = "") {
    const auto found = resolve(R"({"kind":"LookupSecret","url":")" + url + "\"}", host);
    return found ? *found : found.error().message;
  }

  secrets::KeyRing ring = std::move(secrets::KeyRing::open(folder.path(), std::nullopt)).value();
  secrets::SealedBox box{ring};
  SecretStore store{*database, box};
  storage::AuditStore audit{*database, 100};
  outbound::Client client{
      {.policy = outbound::Policy::make({"127.0.0.1"}, false, {"http"}).value(), .names = {}}};
  SecretResolver resolver{store, audit, client};
};

TEST_F(SecretResolverTest, Static_IsItsValue) {
  EXPECT_EQ(resolve(R"({"kind":"StaticSecret","value":"v"})").value(), "v");
  EXPECT_EQ(resolve(R"({"value":""})").value(), "");
  EXPECT_EQ(resolve(R"("plain")").value(), "plain");
  EXPECT_EQ(resolve(R"({"kind":"StaticSecret","value":null})").error().kind, Error::Kind::kNotFound);
}

TEST_F(SecretResolverTest, Lookup_OfOurOwn_ComesFromTheStoreAndIsRecorded) {
  EXPECT_EQ(value("/api/settings/secrets/TOKEN"), "the value");
  EXPECT_EQ(value("http://localhost:8000/api/settings/secrets/TOKEN"), "the value");
  EXPECT_EQ(value("https://collet.example/api/settings/secrets/TOKEN"), "the value");
  EXPECT_EQ(value("http://box:1/api/settings/secrets/TOKEN", "box:1"), "the value");
  const auto entries = audit.entries({}).value();
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].read.who, "conversation 1");
  EXPECT_EQ(entries[0].read.what, "secret TOKEN");
  EXPECT_EQ(entries[0].read.how, "lookup");
}

TEST_F(SecretResolverTest, Lookup_IsRefusedWhenItCannotBeRecorded) {
  disk_fails = true;
  const auto found = resolve(R"({"kind":"LookupSecret","url":"/api/settings/secrets/TOKEN"})");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().kind, Error::Kind::kUnavailable);
}

TEST_F(SecretResolverTest, Lookup_OfAnotherServer_IsItsAnswer) {
  const ScriptedPeer peer([](const std::string& request, const PeerConnection& connection) {
    const bool known = request.find("X-Vault-Token: canary-key\r\n") != std::string::npos;
    connection.send(known ? answer(200, "remote\n") : answer(403, "canary"));
  });
  const std::string source = R"({"kind":"LookupSecret","url":")" + peer.url("/v1?canary") + "\"";
  EXPECT_EQ(resolve(source + R"(,"headers":{"X-Vault-Token":"canary-key"}})").value(), "remote\n");
  const auto refused = resolve(source + "}");
  EXPECT_EQ(refused.error().kind, Error::Kind::kUnavailable);
  EXPECT_EQ(refused.error().message, peer.url("") + " answered a secret's lookup with 403");
  for (const char* headers : {R"(,"headers":{"A":5}})", R"(,"headers":{"A":"canary\n"}})"})
    EXPECT_EQ(resolve(source + headers).error().message.find("canary"), std::string::npos);
  EXPECT_TRUE(audit.entries({}).value().empty());
}

TEST_F(SecretResolverTest, Lookup_OfALocalPort_IsRefusedUnlessAllowed) {
  EXPECT_NE(value("http://[::1]:9/secret").find("may not be called"), std::string::npos);
}

TEST_F(SecretResolverTest, Mistakes) {
  EXPECT_EQ(value("/api/settings/secrets/MISSING"), "there is no secret MISSING");
  EXPECT_NE(value("/api/settings").find("/api/settings/secrets/"), std::string::npos);
  for (const char* source : {"5", "null", "[]", R"({"kind":"Other"})", R"({"kind":"LookupSecret"})"})
    EXPECT_EQ(resolve(source).error().kind, Error::Kind::kInvalid) << source;
  EXPECT_TRUE(audit.entries({}).value().empty());
}

}  // namespace
}  // namespace collet::settings
