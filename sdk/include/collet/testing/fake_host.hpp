// A host for unit tests of plugins: everything a plugin can ask of the server, in memory and scripted by the
// test. Needs the SDK's headers and the standard library. The plugin itself is driven by
// plugin_under_test.hpp.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/testing/detail/host_parts.hpp"
#include "collet/testing/detail/world_tables.hpp"

namespace collet::testing {

/// Outlives the plugin that is tested with it. Any thread.
///
/// It answers as the server does, with these differences:
/// - the config is not checked against the plugin's schema, nor are defaults filled in; nor is an appended
/// event checked beyond being a JSON object:
///   the server takes three kinds, and checks their members;
/// - the stores forget, and neither they nor sessions and follows have limits; a session is full while
///   ClientSocket::set_slow says so;
/// - masks may be opened for any conversation, and hide the secrets that the test has added;
/// - what conversations are told to do is noted, not done;
/// - settings are not changed, conversations not started and models not asked: the test says what comes of it
/// (set_server); any plugin may manage;
/// - processes are refused until allow_processes(); ending them reaches only those in the child's own
/// session.
class FakeHost {
 public:
  /// `config`: the plugin's section, JSON object text.
  explicit FakeHost(std::string config = "{}") { parts_.config = std::move(config); }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;
  ~FakeHost() = default;

  // ---- before the plugin is made
  const std::string& config() const { return parts_.config; }
  /// The host is one that doesn't have this feature (COLLET_FEATURE_…).
  void leave_out(std::string feature) {
    const std::lock_guard lock(parts_.mutex);
    parts_.missing.push_back(std::move(feature));
  }
  /// From now on, processes are really started.
  void allow_processes() { parts_.processes = std::make_unique<detail::RealProcesses>(); }

  // ---- what the plugin logs and stores
  std::vector<LogLine> log() const {
    const std::lock_guard lock(parts_.mutex);
    return parts_.log;
  }
  /// Whether a line with this text in it has been logged.
  bool has_logged(std::string_view text) const {
    const auto lines = log();
    return std::any_of(lines.begin(), lines.end(),
                       [&](const LogLine& line) { return line.text.find(text) != std::string::npos; });
  }
  void store(const std::string& key, std::string value) { parts_.store.put(key, std::move(value)); }
  std::optional<std::string> stored(const std::string& key) const { return parts_.store.get(key); }
  /// The same for the shared store.
  void share(const std::string& key, std::string value) {
    parts_.shared_store.put(key, std::move(value), COLLET_REVISION_ANY);
  }
  std::optional<std::string> shared(const std::string& key) const {
    const auto value = parts_.shared_store.get(key);
    return value.revision == COLLET_REVISION_NONE ? std::nullopt : std::optional(value.text);
  }
  /// All records of an append log.
  std::vector<std::string> records(const std::string& log) const { return parts_.store.records(log); }

  // ---- what lies behind the server
  /// There is a conversation, and this is its document (JSON).
  void add_conversation(const std::string& id, std::string document = "{}") {
    parts_.world.add_conversation(id, std::move(document));
  }
  /// The conversation gets an event (JSON); who follows it is told on this thread.
  void add_event(const std::string& conversation, std::string event) {
    parts_.world.add_event(conversation, std::move(event));
  }
  /// All events of a conversation, those that the plugin has appended too.
  std::vector<std::string> events(const std::string& conversation) const {
    return parts_.world.conversation(conversation).events;
  }
  /// What conversations were told to do: "run ID", "pause ID".
  std::vector<std::string> commands() const { return parts_.world.commands(); }
  std::vector<SentMessage> sent_messages() const { return parts_.world.messages(); }
  /// The settings document (JSON; "{}" unless it is set).
  void set_settings(std::string document) { parts_.world.set_settings(std::move(document)); }
  /// A secret that the plugin may read; all others are denied.
  void add_secret(const std::string& name, std::string value) {
    parts_.world.add_secret(name, std::move(value));
  }
  /// What stands for the server's own parts when the plugin manages them.
  void set_server(ManagedServer server) { parts_.management.set_server(std::move(server)); }
  /// What the plugin has changed: bodies given to change_settings.
  std::vector<std::string> settings_changes() const {
    return parts_.management.notes(&detail::FakeManagement::changes);
  }
  /// Bodies of conversations that the plugin has started.
  std::vector<std::string> started_conversations() const {
    return parts_.management.notes(&detail::FakeManagement::starts);
  }
  /// What the plugin has said, or made the server say, that it shows: "settings", "profile p api_key".
  std::vector<std::string> recorded_reads() const {
    return parts_.management.notes(&detail::FakeManagement::reads);
  }
  /// Users' secrets that the plugin has put.
  std::map<std::string, ManagedSecret> managed_secrets() const { return parts_.management.secrets(); }
  /// Answers the plugin's HTTP requests, on the threads that make them. Until then they fail.
  void answer_http(std::function<HttpResult(const HttpRequest&)> answer) {
    parts_.world.answer_http(std::move(answer));
  }
  /// What the plugin sees as the list of all tools (JSON array; "[]" unless it is set).
  void set_catalogue(std::string json) {
    const std::lock_guard lock(parts_.mutex);
    parts_.catalogue = std::move(json);
  }
  /// What the plugin sees as what the server knows of models (JSON object).
  void set_models(std::string json) {
    const std::lock_guard lock(parts_.mutex);
    parts_.models = std::move(json);
  }

  /// Ends what the plugin follows, as the server does before it stops it. PluginUnderTest calls it.
  void end_follows() { parts_.world.end_follows(COLLET_UNAVAILABLE); }

  /// For PluginUnderTest::connect.
  detail::FakeSessions& sessions() { return parts_.sessions; }
  /// The table that the plugin gets.
  const collet_host& table() const { return table_; }

 private:
  detail::HostParts parts_;
  collet_host table_{sizeof(collet_host), COLLET_ABI_MAJOR, COLLET_ABI_MINOR, &parts_, detail::find_feature};
};

}  // namespace collet::testing
