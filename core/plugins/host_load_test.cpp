// What the host refuses, and how it says so.
#include <gmock/gmock.h>
#include <fstream>

#include "plugins/testing/host_fixture.hpp"

namespace collet::plugins {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class PluginLoading : public HostFixture {};

TEST_F(PluginLoading, NoPlugins_IsFine) {
  EXPECT_EQ(load(), "");
  EXPECT_TRUE(host_->status().empty());
}

TEST_F(PluginLoading, GoodPlugin_IsRegistered) {
  install("sample");
  ASSERT_EQ(load(), "");
  const auto& sample = status("sample");
  EXPECT_EQ(sample.id, "org.example.sample");
  EXPECT_EQ(sample.version, "1.2.3");
  EXPECT_EQ(sample.state, State::kCreated);
  EXPECT_THAT(sample.tools, ElementsAre("sample_reverse", "sample_wait", "sample_reply"));
  EXPECT_THAT(sample.providers, ElementsAre("sample"));
  EXPECT_THAT(sample.routes, ::testing::Contains("GET /api/sample/hello/{name}"));
  EXPECT_EQ(router_.match("GET", "/api/sample/throw").route->owner, "sample");
}

TEST_F(PluginLoading, WrongMagic_IsRefused) {
  const auto file = install("wrong_magic");
  EXPECT_EQ(load(), "plugin wrong_magic (" + file.string() +
                        ") is refused: its entry symbol has a wrong magic number");
}

TEST_F(PluginLoading, WrongAbiMajor_IsRefused) {
  install("wrong_major");
  EXPECT_THAT(load(), HasSubstr("it is built for plugin ABI 2.0, this program has 1.0"));
}

TEST_F(PluginLoading, NewerAbiMinor_IsRefused) {
  install("too_new");
  EXPECT_THAT(load(), HasSubstr("it is built for plugin ABI 1.1, this program has 1.0"));
}

TEST_F(PluginLoading, NoEntrySymbol_IsRefused) {
  install("no_entry");
  EXPECT_THAT(load(), HasSubstr("it has no symbol collet_plugin_entry"));
}

TEST_F(PluginLoading, TruncatedFile_IsRefused) {
  const auto file = install("sample");
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_THAT(load(), HasSubstr("it is truncated"));
}

TEST_F(PluginLoading, UnusableLibrary_IsRefusedInTheLoadersWords) {
  // A program that can't be linked: its needed library is not there.
  const auto file = install("sample");
  std::string bytes;
  {
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  const auto at = bytes.find("libstdc++.so.6");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 14, "libnowhere.s.6");
  std::ofstream(file, std::ios::binary) << bytes;
  EXPECT_THAT(load(), HasSubstr("it does not load: libnowhere.s.6: cannot open shared object file"));
}

TEST_F(PluginLoading, UndefinedSymbol_IsRefused) {
  install("undefined_symbol");
  EXPECT_THAT(load(), HasSubstr("it does not load: undefined symbol: collet_test_nowhere"));
}

TEST_F(PluginLoading, OddName_IsRefused) {
  install("sample", "Sample 2");
  EXPECT_THAT(load(), HasSubstr("its name may hold only"));
}

TEST_F(PluginLoading, ThrowingCreate_IsRefused) {
  install("throwing_create");
  EXPECT_THAT(load(), HasSubstr("its create failed: no weather today"));
}

TEST_F(PluginLoading, DuplicateRoute_IsRefusedNamingBoth) {
  install("sample");
  install("duplicate_route", "zz");
  EXPECT_THAT(load(), AllOf(StartsWith("plugin zz ("), HasSubstr("sample"), HasSubstr("zz"),
                            HasSubstr("/api/sample/hello")));
}

TEST_F(PluginLoading, DuplicateTool_IsRefusedNamingBoth) {
  install("sample");
  install("duplicate_tool", "zz");
  EXPECT_THAT(load(), AllOf(StartsWith("plugin zz ("),
                            HasSubstr("its tool 'sample_reverse' is there already, from 'sample'")));
}

TEST_F(PluginLoading, Disabled_HasNoRoutesAndNoTools) {
  install("sample");
  ASSERT_EQ(load(R"({"sample":{"enabled":false}})"), "");
  host_->start_all();
  EXPECT_EQ(status("sample").state, State::kDisabled);
  EXPECT_EQ(call("GET", "/api/sample/hello/x").status, 404);
  EXPECT_EQ(tools_.find("sample_reverse"), nullptr);
  EXPECT_FALSE(status("sample").holds_up());
}

TEST_F(PluginLoading, DisabledBrokenFile_IsNotOpened) {
  std::ofstream(own_ / "broken.so") << "no library";
  EXPECT_EQ(load(R"({"broken":{"enabled":false}})"), "");
}

TEST_F(PluginLoading, OtherFolder_IsOffUnlessEnabled) {
  install_other("sample");
  ASSERT_EQ(load(with_others()), "");
  EXPECT_EQ(status("sample").state, State::kDisabled);
  ASSERT_EQ(load(with_others(R"("sample":{"enabled":true})")), "");
  EXPECT_EQ(status("sample").state, State::kCreated);
}

TEST_F(PluginLoading, SameNameOrId_IsRefused) {
  install("sample");
  install_other("sample");
  EXPECT_THAT(load(with_others()), HasSubstr("plugin sample is there twice"));
  std::filesystem::rename(others_ / "sample.so", others_ / "sample2.so");
  EXPECT_THAT(load(with_others(R"("sample2":{"enabled":true})")),
              HasSubstr("its id org.example.sample is the one of"));
}

TEST_F(PluginLoading, Config_IsCheckedAgainstThePluginsSchema) {
  install("sample");
  EXPECT_THAT(load(R"({"sample":{"greetin":"x"}})"),
              HasSubstr("plugins.sample.greetin is no known key (did you mean 'greeting'?)"));
  EXPECT_THAT(load(R"({"sample":{"enabeld":true}})"), HasSubstr("(did you mean 'enabled'?)"));
  EXPECT_THAT(load(R"({"sample":{"greeting":1}})"),
              HasSubstr("plugins.sample.greeting must be of type string"));
  EXPECT_EQ(load(R"({"sampel":{}})"), "plugins.sampel: there is no such plugin (did you mean 'sample'?)");
  EXPECT_EQ(load(R"({"sample":{"enabled":1}})"), "plugins.sample.enabled must be of type boolean");
  EXPECT_EQ(load(R"({"sample":{"tool_seconds":0}})"),
            "plugins.sample.tool_seconds must be a number of seconds above 0");
  EXPECT_THAT(load(R"({"sample":{"sha256":"abc"}})"),
              StartsWith("plugins.sample.sha256 must be 64 hexadecimal digits in lower case"));
  EXPECT_THAT(load(R"({"sample":{"tool_second":1}})"), HasSubstr("(did you mean 'tool_seconds'?)"));
  EXPECT_EQ(load(R"({"sample":[]})"), "plugins.sample must be of type object");
  EXPECT_EQ(load(R"({"directories":["relative"]})"), "plugins.directories must hold absolute paths");
  EXPECT_THAT(load(R"({"directories":["/no/such/folder"]})"), HasSubstr("/no/such/folder cannot be read"));
  EXPECT_EQ(load(R"({"elsewhere":{"optional":true},"off":{"enabled":false}})"), "");
}

TEST_F(PluginLoading, Inspect_TellsWithoutCreating) {
  const auto good = inspect(install("throwing_create"));
  EXPECT_EQ(good.refusal, "");
  EXPECT_EQ(good.identity.id, "org.example.throwing");
  EXPECT_EQ(good.identity.description, "Its create throws");
  EXPECT_THAT(good.identity.build_tag, ::testing::Not(::testing::IsEmpty()));
  EXPECT_THAT(inspect(install("wrong_major")).refusal, HasSubstr("ABI 2"));
  const auto files = discover(own_, {});
  ASSERT_TRUE(files.ok());
  EXPECT_THAT(*files, ElementsAre(own_ / "throwing_create.so", own_ / "wrong_major.so"));
}

}  // namespace
}  // namespace collet::plugins
