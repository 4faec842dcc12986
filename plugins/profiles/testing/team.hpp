// A host whose settings have the parts that profiles are made of.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "collet/http.hpp"
#include "collet/json.hpp"
#include "collet/testing/fake_host.hpp"

namespace collet::profiles::testing {

class TeamTest : public ::testing::Test {
 protected:
  TeamTest() {
    server_.complete = [](const std::string& part, const std::string& text) { return completed(part, text); };
    fake_.set_server(server_);
    set_settings(R"({"model":"live"})");
  }

  void set_settings(const std::string& llm, const std::string& more = {}) {
    fake_.set_settings(
        R"({"agent_settings":{"agent_kind":"openhands","agent":"CodeActAgent","tools":null,"llm":)" +
        completed("llm", llm) + R"(,"mcp_config":{"one":{"url":"http://one"},"two":{}},)" +
        R"("agent_context":{"system_message_suffix":"Be brief."}},"active_profile":null,)" +
        R"("active_agent_profile_id":null)" + more + "}");
  }
  static std::string completed(const std::string& part, const std::string& text) {
    auto document = json::parse(text);
    auto& allocator = document->GetAllocator();
    if (json::find(static_cast<const json::Value&>(*document), "wrong") != nullptr)
      throw HostError(COLLET_INVALID, R"([{"type":"int_type","loc":["wrong"],"msg":"no","input":1}])");
    if (part == "llm")
      for (const auto name : {"api_key", "base_url", "provider_connection_id"})
        if (json::find(*document, name) == nullptr) json::set(*document, name, json::Value(), allocator);
    return json::dump(*document);
  }

  /// The status and the body of what `act` refuses; empty: it refuses nothing.
  static std::string refusal(const std::function<void()>& act) {
    try {
      act();
      return {};
    } catch (const Refusal& refused) {
      return std::to_string(refused.response().status) + " " + refused.response().body;
    }
  }
  static json::Document parsed(const std::string& text) { return std::move(*json::parse(text)); }

  collet::testing::ManagedServer server_;
  collet::testing::FakeHost fake_;
  Host host_{&fake_.table()};
};

}  // namespace collet::profiles::testing
