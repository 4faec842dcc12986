// For tests: a plugin that uses what there is, on the fake host.
#pragma once
#include "collet/plugin.hpp"
#include "collet/testing/fake_host.hpp"
#include "collet/testing/plugin_under_test.hpp"

namespace collet::testing {

const collet_entry& guest_entry();

/// The guest, started.
struct StartedGuest : PluginUnderTest {
  explicit StartedGuest(FakeHost& host) : PluginUnderTest(host, guest_entry()) { start(); }
};

}  // namespace collet::testing
