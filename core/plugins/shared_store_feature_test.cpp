// What plugins keep in the server's database.
#include <gmock/gmock.h>

#include "plugins/testing/host_fixture.hpp"
#include "secrets/key_ring.hpp"
#include "settings/plugin_documents.hpp"
#include "storage/database.hpp"

namespace collet::plugins {
namespace {

using ::testing::HasSubstr;

class PluginSharedStore : public HostFixture {
 protected:
  void SetUp() override {
    HostFixture::SetUp();
    install("sample");
    ASSERT_EQ(load("{}"), "");
  }
};

TEST_F(PluginSharedStore, KeepsValuesWithRevisions) {
  const auto state = folder_ / "server";
  auto database = std::move(storage::Database::open(state, {})).value();
  const auto ring = std::move(secrets::KeyRing::open(state, std::nullopt)).value();
  const secrets::SealedBox box(ring);
  settings::PluginDocuments documents(*database, box);
  host_->set_documents(documents);
  host_->start_all();
  EXPECT_EQ(call("POST", "/api/sample/shared").body,
            R"({"value":"2","grew":true,"stale":3,"updated":"newer","none":false,"keys":2,"erased":true})");
  EXPECT_EQ(documents.get("sample", "p/two")->text, "newer");
  host_.reset();
}

TEST_F(PluginSharedStore, IsUnavailableWithoutADatabase) {
  host_->start_all();
  const auto response = call("POST", "/api/sample/shared");
  EXPECT_EQ(response.status, 500);
  host_.reset();
}

}  // namespace
}  // namespace collet::plugins
