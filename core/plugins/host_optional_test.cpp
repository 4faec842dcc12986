// Every refusal of a file, with the plugin optional or not: one line for the operator, and what becomes of
// the server.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <ostream>

#include "http/percent.hpp"
#include "plugins/testing/host_fixture.hpp"

namespace collet::plugins {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

struct Refusal {
  const char* name;
  const char* file;                             ///< of testdata; it is installed as bad.so
  const char* line;                             ///< what the operator reads
  std::function<void(const fs::path&)> damage;  ///< may be empty
  const char* config = "";                      ///< more of its section
  bool for_root = false;
  bool alone = false;  ///< nothing else is installed
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

// One line, of UTF-8.
constexpr char kOddCreate[] = "its create threw: odd\xef\xbf\xbd words 2026-01-01 [info] forged [31m";
constexpr char kOddCreateSaid[] = "its create failed: odd\xef\xbf\xbd words 2026-01-01 [info] forged [31m";

void keep_bytes(const fs::path& file, std::uintmax_t bytes) { fs::resize_file(file, bytes); }

const std::vector<Refusal>& refusals() {
  static const std::vector<Refusal> kRefusals = {
      {"WrongMagic", "wrong_magic", "its entry symbol has a wrong magic number", {}},
      {"AbiMajor", "wrong_major", "it is built for plugin ABI 2.0, this program has 1.0", {}},
      {"AbiMinor", "too_new", "it is built for plugin ABI 1.1, this program has 1.0", {}},
      {"MissingSymbol", "no_entry", "it has no symbol collet_plugin_entry", {}},
      {"UndefinedSymbol", "undefined_symbol", "undefined symbol: collet_test_nowhere", {}},
      {"Truncated", "plain_c", "it is truncated", [](const fs::path& file) { keep_bytes(file, 1000); }},
      {"NotElf", "plain_c", "it is no ELF file",
       [](const fs::path& file) { std::ofstream(file) << "#!/bin/sh"; }},
      {"WrongMachine", "plain_c", "it is built for another machine",
       [](const fs::path& file) {
         std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(18).put('\x01');
       }},
      {"WritableByOthers", "plain_c", "it is writable by everybody",
       [](const fs::path& file) { ASSERT_EQ(::chmod(file.c_str(), 0666), 0); }},
      {"ForeignOwner", "plain_c", "it belongs to another user (uid 12345)",
       [](const fs::path& file) { ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0); }, "", true},
      {"LinkOut", "plain_c", "it is a link out of its folder, to ",
       [](const fs::path& file) {
         const fs::path elsewhere = file.parent_path().parent_path() / "elsewhere.so";
         fs::rename(file, elsewhere);
         fs::create_symlink(elsewhere, file);
       }},
      {"Digest",
       "plain_c",
       ", not the one in the config",
       {},
       R"(,"sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")"},
      {"DuplicateId", "sample", "its id org.example.sample is the one of ", {}},
      {"DuplicateRoute", "duplicate_route", "is taken by /api/sample/hello/{name} of 'a-sample'", {}},
      {"DuplicateTool", "duplicate_tool", "its tool 'sample_reverse' is there already, from 'a-sample'", {}},
      {"Config",
       "sample",
       "plugins.bad.greetin is no known key (did you mean 'greeting'?)",
       {},
       R"(,"greetin":"x")",
       false,
       true},
      {"NoSharedLibrary", "plain_c", "it is no shared library",
       [](const fs::path& file) {
         std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(16).put('\x02');
       }},
      {"ShortEntry", "short_entry", "its entry symbol is too short", {}},
      {"MissingFunction", "no_start", "its entry symbol lacks a function", {}},
      {"BadId", "bad_id", "its id is no reversed domain in lower case", {}},
      {"NoVersion", "no_version", "it states no version", {}},
      {"BadConfigSchema", "bad_schema", "its config schema is no JSON schema of an object", {}},
      {"KeyOfTheHost", "host_key", "its config schema has a key 'secrets', which is the host's own", {}},
      {"WrittenWhileLoaded", "self_writer", "it was replaced or written to while it was loaded", {}},
      {"DuplicateProvider", "duplicate_provider", "there is an LLM provider named \"sample\" already", {}},
      {"RouteTwice", "twice_route", "it has the route GET /api/twice/{b} twice", {}},
      {"WritableFolder", "plain_c", "its folder ",
       [](const fs::path& file) { ASSERT_EQ(::chmod(file.parent_path().c_str(), 0777), 0); }, "", false,
       true},
      {"WritableFolderAbove", "plain_c", "the folder above it, ",
       [](const fs::path& file) { ASSERT_EQ(::chmod(file.parent_path().parent_path().c_str(), 0777), 0); },
       "", false, true},
      {"WritableByAGroup", "plain_c", "it is writable by its group (gid 12345)",
       [](const fs::path& file) {
         ASSERT_EQ(::chown(file.c_str(), 0, 12345), 0);
         ASSERT_EQ(::chmod(file.c_str(), 0664), 0);
       },
       "", true},
      {"ThrowingCreate", "throwing_create", "its create failed: no weather today", {}},
      {"ExceptionOutOfCreate",
       "misbehaving",
       "its create threw: unknown exception",
       {},
       R"(,"where":"create","how":"throw")"},
      {"OddWordsThrownOutOfCreate", "misbehaving", kOddCreate, {}, R"(,"where":"create","how":"odd")"},
      {"OddWordsOfCreate", "misbehaving", kOddCreateSaid, {}, R"(,"where":"create","how":"say")"},
      {"OddWordsThrownOutOfAList",
       "misbehaving",
       "its list of routes threw: odd\xef\xbf\xbd words ",
       {},
       R"(,"where":"list","how":"odd")"},
  };
  return kRefusals;
}

class EveryRefusal : public HostFixture, public ::testing::WithParamInterface<Refusal> {
 protected:
  void SetUp() override {
    HostFixture::SetUp();
    if (GetParam().for_root && ::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
    const auto file = install(GetParam().file, "bad");
    if (GetParam().damage) GetParam().damage(file);
    // What "bad" may collide with, but for the id where the config is what is wrong.
    if (!GetParam().alone) install("sample", "a-sample");
  }
  std::string load_bad(bool optional) {
    return load(std::string(R"({"bad":{"optional":)") + (optional ? "true" : "false") + GetParam().config +
                "}}");
  }
};

TEST_P(EveryRefusal, IsOneLineAndStopsTheStart) {
  const std::string line = load_bad(false);
  EXPECT_THAT(line, AllOf(StartsWith("plugin bad (" + (own_ / "bad.so").string() + ") is refused: "),
                          HasSubstr(GetParam().line), Not(HasSubstr("\n"))));
}

TEST_P(EveryRefusal, OfAnOptionalPlugin_LeavesNothingOfIt) {
  ::testing::internal::CaptureStderr();
  const std::string said = load_bad(true);
  const std::string log = ::testing::internal::GetCapturedStderr();
  ASSERT_EQ(said, "");
  // One line of the log.
  EXPECT_THAT(
      log, MatchesRegex("[^\n]*plugin bad \\([^\n]*/bad.so\\) is refused: [^\n]*; it is optional: the server "
                        "starts without it\n"));
  EXPECT_THAT(log, HasSubstr(GetParam().line));
  EXPECT_TRUE(http::is_utf8(log));
  host_->start_all();
  EXPECT_EQ(status("bad").state, State::kRefused);
  EXPECT_THAT(status("bad").error, HasSubstr(GetParam().line));
  EXPECT_FALSE(status("bad").holds_up());
  if (GetParam().alone && std::string(GetParam().config) != "") {
    EXPECT_EQ(status("bad").id, "org.example.sample") << "it is known who is refused";
  }
  for (const auto& route : router_.routes()) EXPECT_NE(route->owner, "bad") << route->pattern;
  for (const auto& tool : tools_.all()) EXPECT_NE(tool->description().plugin, "bad");
  if (fs::exists(own_ / "a-sample.so")) {
    EXPECT_EQ(call("GET", "/api/sample/hello/x").status, 200);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, EveryRefusal, ::testing::ValuesIn(refusals()),
                         [](const auto& one) { return std::string(one.param.name); });

class OptionalPlugin : public HostFixture {};

TEST_F(OptionalPlugin, RefusedOne_TakesNoRouteFromLaterOnes) {
  install("sample", "a-sample");
  install("duplicate_route", "b");  // has got /api/duplicate when it is refused
  install("duplicate_route", "c");
  EXPECT_THAT(load(R"({"b":{"optional":true},"c":{"optional":true}})"), "");
  EXPECT_THAT(status("c").error, AllOf(HasSubstr("/api/sample/hello"), Not(HasSubstr("/api/duplicate "))));
}

TEST_F(OptionalPlugin, SecondOfTheSameName_IsLeftOut) {
  install("sample");
  install_other("sample");
  ASSERT_EQ(load(with_others(R"("sample":{"optional":true})")), "");
  EXPECT_EQ(host_->status().size(), 1U);
}

TEST_F(OptionalPlugin, OneThatIsNotThere_IsOneWarningAndInTheList) {
  install("sample");
  ::testing::internal::CaptureStderr();
  const std::string said = load(R"({"sampel":{"optional":true}})");
  const std::string log = ::testing::internal::GetCapturedStderr();
  ASSERT_EQ(said, "");
  EXPECT_THAT(log,
              HasSubstr("plugin sampel is refused: there is no such plugin (did you mean 'sample'?); it is "
                        "optional: the server starts without it\n"));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1);
  host_->start_all();
  EXPECT_EQ(status("sampel").state, State::kRefused);
  EXPECT_EQ(status("sampel").error, "there is no such plugin (did you mean 'sample'?)");
  EXPECT_EQ(status("sample").state, State::kStarted);
}

TEST_F(OptionalPlugin, FailingStart_DoesNotHoldUpTheServer) {
  install("failing_start");
  ASSERT_EQ(load(R"({"failing_start":{"optional":true}})"), "");
  host_->start_all();
  EXPECT_EQ(status("failing_start").state, State::kFailed);
  EXPECT_FALSE(status("failing_start").holds_up());
  EXPECT_EQ(call("GET", "/api/failing").status, 503);
}

TEST_F(OptionalPlugin, RightDigest_IsLoaded) {
  const auto file = install("plain_c");
  const std::string wrong(64, '0');
  const std::string said = load(R"({"plain_c":{"sha256":")" + wrong + "\"}}");
  const auto at = said.find("its sha256 is ");
  ASSERT_NE(at, std::string::npos) << said;
  EXPECT_EQ(load(R"({"plain_c":{"sha256":")" + said.substr(at + 14, 64) + "\"}}"), "");
}

TEST_F(OptionalPlugin, HangingLoad_LeavesTheServer) {
  stays_inside_ = true;
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  create_patience_ = std::chrono::milliseconds(100);
  install("hanging_load");
  const auto load_and_tell = [this] {
    const std::string said = load(R"({"hanging_load":{"optional":true}})");
    std::cerr << "said: " << said << std::endl;
    std::_Exit(7);
  };
  EXPECT_EXIT(
      load_and_tell(), ::testing::ExitedWithCode(7),
      "its loading has not returned within 0.1 s; its thread is left behind; it is optional: the server "
      "starts without it(.|\n)*said: \n");
}

// In a process of its own: the loader's lock is held for ever from there on, also at an orderly exit.
TEST_F(OptionalPlugin, HangingLoad_IsRefusedInTime) {
  stays_inside_ = true;
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  create_patience_ = std::chrono::milliseconds(100);
  install("hanging_load");
  const auto load_and_tell = [this] {
    std::cerr << load() << std::endl;
    std::_Exit(7);
  };
  EXPECT_EXIT(load_and_tell(), ::testing::ExitedWithCode(7), "its loading has not returned within 0.1 s");
}

}  // namespace
}  // namespace collet::plugins
