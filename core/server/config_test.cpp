#include "server/config.hpp"
#include "collet/testing/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace collet::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ConfigTest : public ::testing::Test {
 protected:
  void SetUp() override { sources_.environment["HOME"] = "/home/ada"; }

  void file(const std::string& text) {
    path_ = (folder_ / "collet.json").string();
    std::ofstream(path_) << text;
    sources_.flags["config"] = path_;
  }
  Config load() {
    auto config = load_config(sources_);
    EXPECT_TRUE(config.ok()) << config.error().message;
    return config.ok() ? *config : Config{};
  }
  std::string error() {
    const auto config = load_config(sources_);
    EXPECT_FALSE(config.ok());
    if (config.ok()) return {};
    EXPECT_EQ(config.error().kind, Error::Kind::kInvalid);
    return config.error().message;
  }
  static Origin origin(const Config& config, const std::string& key) {
    for (const auto& origin : config.origins)
      if (origin.key == key) return origin;
    return {};
  }

  collet::testing::TemporaryFolder folder_;
  std::string path_;
  ConfigSources sources_;
};

TEST_F(ConfigTest, MistypedFolders_AreNoPlugin) {
  file(R"({"plugins": {"directoris": ["/x"]}})");
  EXPECT_THAT(error(), HasSubstr("\"plugins.directoris\""));
  EXPECT_THAT(error(), HasSubstr("did you mean \"plugins.directories\"?"));
}

TEST_F(ConfigTest, PluginAmongTheRouters_IsToldWhereItIsSwitched) {
  file(R"({"routers": {"bash": false}})");
  EXPECT_THAT(error(), HasSubstr("plugins are switched by \"plugins.bash.enabled\""));
}

TEST_F(ConfigTest, PluginVariable_GoesIntoThePluginsSection) {
  sources_.environment["OH_BASH_EVENTS_RETENTION_SECONDS"] = "60";
  EXPECT_THAT(load().plugins, HasSubstr(R"("bash":{"events_retention_seconds":60})"));
  EXPECT_EQ(origin(load(), "plugins.bash").from, "OH_BASH_EVENTS_RETENTION_SECONDS");
  EXPECT_TRUE(load().warnings.empty());
  file(R"({"plugins": {"bash": {"load_bashrc": true, "events_retention_seconds": 5}}})");
  EXPECT_THAT(load().plugins, HasSubstr(R"("bash":{"load_bashrc":true,"events_retention_seconds":60})"));
  sources_.environment["OH_BASH_EVENTS_RETENTION_SECONDS"] = "a while";
  EXPECT_THAT(
      error(),
      HasSubstr(R"("plugins.bash.events_retention_seconds" (OH_BASH_EVENTS_RETENTION_SECONDS) must be)"));
}

TEST_F(ConfigTest, PublicUrl_IsAUrl) {
  sources_.flags["public_url"] = "https://collet.example/base";
  EXPECT_EQ(load().public_url, "https://collet.example/base");
  sources_.flags["public_url"] = "collet.example";
  EXPECT_THAT(error(), HasSubstr("public_url"));
}

TEST_F(ConfigTest, Outbound_EntriesAreChecked) {
  file(
      R"({"outbound": {"allow": ["vault.internal:8200", "10.0.0.0/8"], "only_listed": true, "schemes": ["https"]}})");
  EXPECT_THAT(load().outbound.allow, ElementsAre("vault.internal:8200", "10.0.0.0/8"));
  EXPECT_TRUE(load().outbound.only_listed);
  file(R"({"outbound": {"allow": ["http://vault"]}})");
  EXPECT_THAT(error(), HasSubstr("'http://vault' is no host"));
  file(R"({"outbound": {"schemes": ["ftp"]}})");
  EXPECT_THAT(error(), HasSubstr("'ftp' is no scheme"));
}

TEST_F(ConfigTest, NothingSaid_GivesDefaults) {
  const Config config = load();
  EXPECT_EQ(config.host, "127.0.0.1");
  EXPECT_EQ(config.port, 8000);
  EXPECT_EQ(config.state, "/home/ada/.local/state/collet");
  EXPECT_EQ(config.database, "sqlite");
  EXPECT_TRUE(config.session_api_keys.empty());
  EXPECT_TRUE(config.survive_power_loss);
  EXPECT_EQ(origin(config, "port").from, "default");
  EXPECT_EQ(origin(config, "port").value, "8000");
}

TEST_F(ConfigTest, Precedence_FlagOverEnvironmentOverFileOverDefault) {
  file(R"({"port": 1, "host": "h1", "log": {"level": "error"}})");
  sources_.environment["COLLET_PORT"] = "2";
  sources_.environment["COLLET_HOST"] = "h2";
  sources_.flags["port"] = "3";
  const Config config = load();
  EXPECT_EQ(config.port, 3);
  EXPECT_EQ(config.host, "h2");
  EXPECT_EQ(config.log.level, log::Level::kError);
  EXPECT_EQ(origin(config, "port").from, "--port");
  EXPECT_EQ(origin(config, "host").from, "COLLET_HOST");
  EXPECT_EQ(origin(config, "log.level").from, path_);
}

TEST_F(ConfigTest, UnknownKey_NamesNearest) {
  file(R"({"hots": "x"})");
  EXPECT_THAT(error(), AllOf(HasSubstr("\"hots\""), HasSubstr(path_), HasSubstr("did you mean \"host\"?")));
  file(R"({"log": {"levl": "info"}})");
  EXPECT_THAT(error(), AllOf(HasSubstr("\"log.levl\""), HasSubstr("did you mean \"log.level\"?")));
  file(R"({"storage": {"zzzzzzzzzzzzzz": 1}})");
  EXPECT_THAT(error(), HasSubstr("known here: storage.lease_seconds, storage.synchronous"));
}

TEST_F(ConfigTest, WrongType_NamesKeyAndPlace) {
  file(R"({"port": "80"})");
  EXPECT_THAT(error(), AllOf(HasSubstr("\"port\""), HasSubstr(path_), HasSubstr("must be a whole number")));
  file(R"({"log": true})");
  EXPECT_THAT(error(), AllOf(HasSubstr("\"log\""), HasSubstr("must be a JSON object")));
  file(R"({"session_api_keys": "one"})");
  EXPECT_THAT(error(), HasSubstr("must be a list of strings"));
  sources_.flags.clear();
  sources_.environment["COLLET_LIMITS_BODY_BYTES"] = "lots";
  EXPECT_THAT(error(), AllOf(HasSubstr("limits.body_bytes"), HasSubstr("COLLET_LIMITS_BODY_BYTES")));
}

TEST_F(ConfigTest, OutOfRange_SaysRange) {
  sources_.flags["port"] = "65536";
  EXPECT_THAT(error(), HasSubstr("must be from 0 to 65535, not 65536"));
}

TEST_F(ConfigTest, WrongChoice_SaysChoices) {
  sources_.flags["storage.synchronous"] = "off";
  EXPECT_THAT(error(), HasSubstr("must be one of \"full\", \"normal\", not \"off\""));
}

TEST_F(ConfigTest, BadFile_IsAnError) {
  file("{");
  EXPECT_THAT(error(), HasSubstr("is no JSON"));
  file(R"({"port": 1, "port": 2})");
  EXPECT_THAT(error(), HasSubstr("stands there twice"));
  file("[]");
  EXPECT_THAT(error(), HasSubstr("must be a JSON object"));
  sources_.flags["config"] = "/nonexistent/collet.json";
  EXPECT_THAT(error(), HasSubstr("cannot read /nonexistent/collet.json"));
}

TEST_F(ConfigTest, Database_IsSqliteOrAUrl) {
  sources_.flags["database"] = "";
  EXPECT_EQ(load().database, "sqlite");
  EXPECT_EQ(database_url(load()), "");
  sources_.flags.clear();
  sources_.environment["COLLET_DATABASE"] = "postgres://db/collet";
  EXPECT_EQ(database_url(load()), "postgres://db/collet");
  sources_.flags["database"] = "sqlite";
  EXPECT_EQ(database_url(load()), "");
}

TEST_F(ConfigTest, Database_ItsPasswordIsNeverSaid) {
  const std::string url = "postgresql://ada:hunter2@db:5432/collet?sslmode=require&sslpassword=hunter2";
  sources_.environment["COLLET_DATABASE"] = url;
  const Config config = load();
  EXPECT_EQ(config.database, url);
  EXPECT_EQ(origin(config, "database").value, R"("postgresql://ada@db:5432/collet")");
  for (const char* bad : {"mysql://ada:hunter2@db", "host=db password=hunter2", "hunter2",
                          "postgresql://ada:hunter2@[db", "postgresql://db/collet?passwort=hunter2"}) {
    sources_.environment["COLLET_DATABASE"] = bad;
    EXPECT_THAT(error(),
                AllOf(HasSubstr("\"sqlite\""), HasSubstr("postgresql://"), Not(HasSubstr("hunter2"))));
  }
}

TEST_F(ConfigTest, SessionKeys_FromEveryName) {
  sources_.environment["SESSION_API_KEY"] = "old";
  EXPECT_THAT(load().session_api_keys, ElementsAre("old"));
  sources_.environment["OH_SESSION_API_KEYS_0"] = "a";
  sources_.environment["OH_SESSION_API_KEYS_1"] = "b";
  EXPECT_THAT(load().session_api_keys, ElementsAre("a", "b"));
  sources_.environment["OH_SESSION_API_KEYS"] = R"(["c","d"])";
  EXPECT_THAT(load().session_api_keys, ElementsAre("c", "d"));
  sources_.environment["COLLET_SESSION_API_KEYS"] = "e,f";
  EXPECT_THAT(load().session_api_keys, ElementsAre("e", "f"));
}

TEST_F(ConfigTest, EmptySessionKey_IsNoKey) {
  sources_.environment["SESSION_API_KEY"] = "";
  EXPECT_TRUE(load().session_api_keys.empty());
  sources_.environment["OH_SESSION_API_KEYS"] = R"([""])";
  EXPECT_THAT(error(), HasSubstr("not empty"));
  sources_.environment["OH_SESSION_API_KEYS"] = ",";
  EXPECT_THAT(error(), HasSubstr("not empty"));
}

TEST_F(ConfigTest, Secrets_AreMaskedInOriginsAndErrors) {
  sources_.environment["OH_SECRET_KEY"] = "s3cret";
  sources_.environment["SESSION_API_KEY"] = "k3y";
  const Config config = load();
  EXPECT_EQ(config.secret_key, "s3cret");
  EXPECT_EQ(origin(config, "secret_key").value, "\"**********\"");
  EXPECT_EQ(origin(config, "secret_key").from, "OH_SECRET_KEY");
  EXPECT_EQ(origin(config, "session_api_keys").value, "\"**********\"");
  file(R"({"secret_key": ["s3cret"]})");
  EXPECT_THAT(error(), Not(HasSubstr("s3cret")));
}

TEST_F(ConfigTest, Log_TakesTheCommonNames) {
  sources_.environment["LOG_LEVEL"] = "WARNING";
  sources_.environment["LOG_JSON"] = "True";
  EXPECT_EQ(load().log.level, log::Level::kWarning);
  EXPECT_TRUE(load().log.json);
  sources_.environment["LOG_LEVEL"] = "TRACE";
  EXPECT_EQ(load().log.level, log::Level::kInfo);
  sources_.environment["DEBUG"] = "express:*";
  EXPECT_EQ(load().log.level, log::Level::kInfo);
  sources_.environment["DEBUG"] = "1";
  EXPECT_EQ(load().log.level, log::Level::kDebug);
  sources_.environment["COLLET_LOG_LEVEL"] = "error";
  EXPECT_EQ(load().log.level, log::Level::kError);
}

TEST_F(ConfigTest, State_FollowsTheCustoms) {
  sources_.environment["XDG_STATE_HOME"] = "relative/is/ignored";
  EXPECT_EQ(load().state, "/home/ada/.local/state/collet");
  sources_.environment["XDG_STATE_HOME"] = "/xdg";
  EXPECT_EQ(load().state, "/xdg/collet");
  sources_.environment["COLLET_STATE"] = "/srv/collet/";
  EXPECT_EQ(load().state, "/srv/collet");
  sources_.flags["state"] = "here";
  EXPECT_EQ(load().state, (std::filesystem::current_path() / "here").string());
  sources_ = {};
  EXPECT_THAT(error(), HasSubstr("no state folder"));
}

TEST_F(ConfigTest, PathsInTheFile_StartAtTheFile) {
  file(R"({"state": "state", "plugins": {"directories": ["more", "/abs"]}})");
  const Config config = load();
  EXPECT_EQ(config.state, (folder_ / "state").string());
  EXPECT_THAT(config.plugin_directories, ElementsAre((folder_ / "more").string(), "/abs"));
}

TEST_F(ConfigTest, Plugins_AreHandedOnAsTheyStand) {
  file(R"({"plugins": {"weather": {"enabled": true, "units": {"t": "C"}}, "bash": {"enabled": false}}})");
  sources_.flags["plugins.directories"] = "/p,/q";
  EXPECT_EQ(
      load().plugins,
      R"({"directories":["/p","/q"],"bash":{"enabled":false},"weather":{"enabled":true,"units":{"t":"C"}}})");
}

TEST_F(ConfigTest, Plugins_EntryThatIsNoObject_IsAnError) {
  file(R"({"plugins": {"bash": false}})");
  EXPECT_THAT(error(), AllOf(HasSubstr("\"plugins.bash\""), HasSubstr("must be an object")));
}

TEST_F(ConfigTest, Plugins_SecretsInTheirSectionsAreMasked) {
  file(R"({"plugins": {"weather": {"units": "C", "api_key": "s3cret"}}})");
  const Config config = load();
  EXPECT_EQ(origin(config, "plugins.weather").value, R"({"units":"C","api_key":"<redacted>"})");
  EXPECT_EQ(origin(config, "plugins.weather").from, path_);
  EXPECT_THAT(config.plugins, HasSubstr("s3cret"));
}

TEST_F(ConfigTest, PluginsVariables_AreLikeTheirKeys) {
  file(R"({"plugins": {"vscode": {"command": "x", "port": 1}}})");
  sources_.environment["OH_VSCODE_PORT"] = "9001";
  sources_.environment["OH_ENABLE_VNC"] = "true";
  const auto config = load();
  EXPECT_THAT(config.plugins, HasSubstr(R"("vscode":{"command":"x","port":9001})"));
  EXPECT_THAT(config.plugins, HasSubstr(R"("desktop":{"run":true})"));
  EXPECT_TRUE(config.warnings.empty());
  sources_.environment["OH_VSCODE_PORT"] = "many";
  EXPECT_THAT(error(), HasSubstr(R"("plugins.vscode.port" (OH_VSCODE_PORT) must be a whole number)"));
}

TEST_F(ConfigTest, VariablesWithoutEffect_AreNamedWithoutTheirValues) {
  sources_.environment["COLLET_PROT"] = "1";
  sources_.environment["OH_WEBHOOKS"] = "s3cret";
  sources_.environment["OH_EMPTY"] = "";
  sources_.environment["COLLET_CONFIG"] = "";
  sources_.environment["COLLET_SESSION_API_KEYS_0"] = "k";
  sources_.environment["OH_SESSION_API_KEYS_1"] = "k";
  sources_.environment["OH_SECRET_KEY"] = "x";
  sources_.environment["OTHER"] = "x";
  EXPECT_THAT(load().warnings,
              ElementsAre("the variable COLLET_PROT has no effect; did you mean COLLET_PORT?",
                          "the variable OH_WEBHOOKS has no effect"));
}

TEST_F(ConfigTest, UnknownFlag_IsAnError) {
  sources_.flags["prot"] = "1";
  EXPECT_THAT(error(), HasSubstr("no key \"prot\""));
}

}  // namespace
}  // namespace collet::server
