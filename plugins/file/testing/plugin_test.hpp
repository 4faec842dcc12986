// The whole plugin on a host for tests, and a folder.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "collet/testing/fake_host.hpp"
#include "collet/testing/plugin_under_test.hpp"
#include "collet/testing/temporary_folder.hpp"

extern "C" const collet_entry collet_plugin_entry;

namespace collet::file::testing {

class PluginTest : public ::testing::Test {
 protected:
  static constexpr const char* kConversation = "339b7ded-e390-4f7b-b0fe-f51d3a663b4f";

  PluginTest() { plugin_.start(); }

  std::string at(const std::string& name) const { return folder_.path() + "/" + name; }
  static std::string header(const Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return {};
  }
  std::size_t names() const {
    const std::filesystem::recursive_directory_iterator all(folder_.path());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  collet::testing::TemporaryFolder folder_;
  collet::testing::FakeHost host_;
  collet::testing::PluginUnderTest plugin_{host_, collet_plugin_entry};
};

}  // namespace collet::file::testing
