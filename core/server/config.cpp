#include "server/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "collet/json.hpp"
#include "secrets/json_secrets.hpp"
#include "server/config_keys.hpp"
#include "server/unused_variables.hpp"

namespace collet::server {
namespace {

namespace fs = std::filesystem;
using Texts = std::map<std::string, std::string>;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// The value of a variable; an empty one counts as not set.
const std::string* variable(const Texts& environment, const std::string& name) {
  const auto it = environment.find(name);
  return it == environment.end() || it->second.empty() ? nullptr : &it->second;
}

std::string_view kind_name(KeyKind kind) {
  switch (kind) {
    case KeyKind::kText:
      return "a string";
    case KeyKind::kNumber:
      return "a whole number";
    case KeyKind::kBool:
      return "true or false";
    case KeyKind::kList:
      return "a list of strings";
  }
  return {};
}

bool fits(KeyKind kind, const json::Value& value) {
  switch (kind) {
    case KeyKind::kText:
      return value.IsString();
    case KeyKind::kNumber:
      return value.IsInt64();
    case KeyKind::kBool:
      return value.IsBool();
    case KeyKind::kList:
      return value.IsArray();
  }
  return false;
}

json::Value split(std::string_view text, json::Allocator& allocator) {
  json::Value items(rapidjson::kArrayType);
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    items.PushBack(json::text(text.substr(0, comma), allocator), allocator);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

/// What a word of the environment or the command line means as a value of this kind; null: nothing.
json::Document parse_word(KeyKind kind, const std::string& word) {
  json::Document value;
  if (kind == KeyKind::kText) {
    static_cast<json::Value&>(value) = json::text(word, value.GetAllocator());
  } else if (kind == KeyKind::kNumber) {
    std::int64_t number = 0;
    const char* end = word.data() + word.size();
    if (const auto [rest, error] = std::from_chars(word.data(), end, number);
        error == std::errc{} && rest == end)
      value.SetInt64(number);
  } else if (kind == KeyKind::kBool) {
    const std::string small = lower(word);
    if (small == "true" || small == "1" || small == "yes" || small == "on") value.SetBool(true);
    if (small == "false" || small == "0" || small == "no" || small == "off") value.SetBool(false);
  } else if (!word.empty() && word.front() == '[') {
    if (auto parsed = json::parse(word)) value = std::move(*parsed);
  } else {
    static_cast<json::Value&>(value) = split(word, value.GetAllocator());
  }
  return value;
}

class Loader {
 public:
  explicit Loader(const ConfigSources& sources) : sources_(sources) {}

  Result<Config> load() {
    for (auto step : {&Loader::take_file, &Loader::take_environment, &Loader::take_flags, &Loader::settle})
      if (auto done = (this->*step)(); !done) return done.error();
    describe();
    return std::move(config_);
  }

 private:
  Result<void> set(const ConfigKey& key, const json::Value& value, const std::string& from) {
    if (!fits(key.kind, value)) return wrong(key.name, from, "must be " + std::string(kind_name(key.kind)));
    if (auto problem = key.set(config_, value); !problem.empty()) return wrong(key.name, from, problem);
    from_[key.name] = from;
    return {};
  }

  static Error wrong(const std::string& key, const std::string& from, const std::string& problem) {
    return invalid("config: \"" + key + "\" (" + from + ") " + problem);
  }

  Result<void> set_word(const ConfigKey& key, const std::string& word, const std::string& from) {
    return set(key, parse_word(key.kind, word), from);
  }

  // --- the file ---------------------------------------------------------------------------------

  Result<void> take_file() {
    const auto flag = sources_.flags.find("config");
    const std::string* named =
        flag != sources_.flags.end() ? &flag->second : variable(sources_.environment, "COLLET_CONFIG");
    if (named == nullptr) return {};
    file_ = *named;
    std::ifstream in(file_, std::ios::binary);
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) return invalid("config: cannot read " + file_);
    json::ParseError error;
    const auto document = json::parse(text.str(), &error);
    if (!document)
      return invalid("config: " + file_ + " is no JSON: " + error.message + " (at byte " +
                     std::to_string(error.offset) + ")");
    return take_object(*document, "");
  }

  /// The members of the object that stands at `prefix` ("" or "log.").
  Result<void> take_object(const json::Value& object, const std::string& prefix) {
    if (!object.IsObject()) {
      const std::string what = prefix.empty() ? "" : "\"" + prefix.substr(0, prefix.size() - 1) + "\" in ";
      return invalid("config: " + what + file_ + " must be a JSON object");
    }
    std::set<std::string> seen;
    for (const auto& member : object.GetObject()) {
      const std::string name = prefix + std::string(json::view(member.name));
      if (!seen.insert(name).second) return wrong(name, file_, "stands there twice");
      if (auto done = take_member(name, prefix, member.value); !done) return done;
    }
    return {};
  }

  Result<void> take_member(const std::string& name, const std::string& prefix, const json::Value& value) {
    const auto& keys = config_keys();
    for (const auto& key : keys)
      if (key.name == name) return set(key, value, file_);
    const bool section = std::any_of(keys.begin(), keys.end(),
                                     [&](const auto& key) { return key.name.starts_with(name + "."); });
    if (section) return take_object(value, name + ".");
    if (prefix == "plugins.") return take_plugin(name.substr(prefix.size()), value);
    return unknown(name, prefix);
  }

  Result<void> unknown(const std::string& name, const std::string& prefix) const {
    std::set<std::string> here;  // what may stand beside the unknown word
    std::vector<std::string> everywhere;
    for (const auto& key : config_keys()) {
      everywhere.push_back(key.name);
      if (key.name.starts_with(prefix)) here.insert(key.name.substr(0, key.name.find('.', prefix.size())));
    }
    std::string guess = nearest(name, {here.begin(), here.end()});
    if (guess.empty()) guess = nearest(name, everywhere);
    const std::string more = prefix == "routers." ? " (plugins are switched by \"plugins." +
                                                        name.substr(prefix.size()) + ".enabled\")"
                                                  : "";
    if (!guess.empty()) return wrong(name, file_, "is unknown; did you mean \"" + guess + "\"?" + more);
    std::string words;
    for (const auto& word : here) words += (words.empty() ? "" : ", ") + word;
    return wrong(name, file_, "is unknown; known here: " + words + more);
  }

  Result<void> take_plugin(const std::string& name, const json::Value& value) {
    if (value.IsArray() && nearest(name, {"directories"}) == "directories")
      return wrong("plugins." + name, file_, "is unknown; did you mean \"plugins.directories\"?");
    if (!value.IsObject()) return wrong("plugins." + name, file_, "must be an object");
    plugins_[name] = json::dump(value);
    return {};
  }

  // --- environment and flags ----------------------------------------------------------------------

  Result<void> take_environment() {
    take_customs();
    for (const auto& key : config_keys())
      if (auto done = take_variables(key); !done) return done;
    for (const auto& variable : plugin_variables())
      if (auto done = take_plugin_variable(variable); !done) return done;
    return {};
  }

  Result<void> take_plugin_variable(const PluginVariable& taken) {
    const std::string name(taken.variable), plugin(taken.plugin);
    const auto* word = variable(sources_.environment, name);
    if (word == nullptr) return {};
    auto value = parse_word(taken.kind, *word);
    if (!fits(taken.kind, value))
      return wrong("plugins." + plugin + "." + std::string(taken.key), name,
                   "must be " + std::string(kind_name(taken.kind)));
    auto& text = plugins_[plugin];
    json::Document section = *json::parse(text.empty() ? "{}" : text);
    section.RemoveMember(std::string(taken.key).c_str());
    auto& allocator = section.GetAllocator();
    section.AddMember(json::text(taken.key, allocator), json::Value(value, allocator), allocator);
    text = json::dump(section);
    if (file_.empty()) from_["plugins." + plugin] = name;
    return {};
  }

  /// Names with looser rules, which other programs read too: a word that means nothing here is passed over.
  void take_customs() {
    const auto& environment = sources_.environment;
    if (const auto* word = variable(environment, "LOG_LEVEL"); word != nullptr) {
      static const std::map<std::string, log::Level> kLevels{
          {"debug", log::Level::kDebug},  {"info", log::Level::kInfo},   {"warning", log::Level::kWarning},
          {"warn", log::Level::kWarning}, {"error", log::Level::kError}, {"critical", log::Level::kError}};
      if (const auto it = kLevels.find(lower(*word)); it != kLevels.end()) {
        config_.log.level = it->second;
        from_["log.level"] = "LOG_LEVEL";
      }
    }
    if (const auto* word = variable(environment, "DEBUG"); word != nullptr) {
      if (const auto small = lower(*word); small == "1" || small == "true" || small == "yes") {
        config_.log.level = log::Level::kDebug;
        from_["log.level"] = "DEBUG";
      }
    }
    if (const auto* word = variable(environment, "SESSION_API_KEY"); word != nullptr) {
      config_.session_api_keys = {*word};
      from_["session_api_keys"] = "SESSION_API_KEY";
    }
  }

  Result<void> take_variables(const ConfigKey& key) {
    for (const auto& name : key.variables()) {
      if (const auto* word = variable(sources_.environment, name); word != nullptr)
        return set_word(key, *word, name);
      if (key.kind != KeyKind::kList) continue;
      // NAME_0, NAME_1, …
      json::Document items(rapidjson::kArrayType);
      while (const auto* word = variable(sources_.environment, name + "_" + std::to_string(items.Size())))
        items.PushBack(json::text(*word, items.GetAllocator()), items.GetAllocator());
      if (!items.Empty()) return set(key, items, name + "_0");
    }
    return {};
  }

  Result<void> take_flags() {
    for (const auto& flag : sources_.flags) {
      const std::string& name = flag.first;
      if (name == "config") continue;
      const auto& keys = config_keys();
      const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return k.name == name; });
      if (key == keys.end()) return invalid("config: there is no key \"" + name + "\"");
      if (auto done = set_word(*key, flag.second, "--" + name); !done) return done;
    }
    return {};
  }

  // --- what follows from the rest -------------------------------------------------------------------

  /// Paths become absolute: those in the file start at the file's folder, all others at the current one.
  Result<void> settle() {
    if (config_.state.empty() && !default_state())
      return invalid(
          "config: no state folder: neither --state, COLLET_STATE, XDG_STATE_HOME nor HOME is set");
    config_.state = absolute("state", config_.state);
    for (auto& folder : config_.plugin_directories) folder = absolute("plugins.directories", folder);
    json::Writer plugins;
    plugins.object().key("directories").array();
    for (const auto& folder : config_.plugin_directories) plugins.value(folder);
    plugins.end();
    for (const auto& [name, text] : plugins_) plugins.raw_member(name, text);
    config_.plugins = plugins.end().take();
    return {};
  }

  bool default_state() {
    const auto* folder = variable(sources_.environment, "XDG_STATE_HOME");
    const auto* home = variable(sources_.environment, "HOME");
    if (folder != nullptr && fs::path(*folder).is_absolute())
      config_.state = *folder + "/collet";
    else if (home != nullptr)
      config_.state = *home + "/.local/state/collet";
    return !config_.state.empty();
  }

  std::string absolute(const std::string& key, const std::string& path) const {
    const auto from = from_.find(key);
    const bool in_file = from != from_.end() && !file_.empty() && from->second == file_;
    const fs::path start = in_file ? fs::absolute(file_).parent_path() : fs::current_path();
    std::string whole = (start / path).lexically_normal().string();
    if (whole.size() > 1 && whole.back() == '/') whole.pop_back();
    return whole;
  }

  void describe() {
    for (const auto& key : config_keys()) {
      json::Writer out;
      key.show(config_, out);
      std::string value = out.take();
      if (key.secret && value != "\"\"" && value != "[]") value = "\"**********\"";
      const auto from = from_.find(key.name);
      config_.origins.push_back({key.name, std::move(value), from == from_.end() ? "default" : from->second});
    }
    for (const auto& [name, text] : plugins_) {
      auto section = json::parse(text);
      secrets::redact_echo(*section, section->GetAllocator());
      const auto from = from_.find("plugins." + name);
      config_.origins.push_back(
          {"plugins." + name, json::dump(*section), from == from_.end() ? file_ : from->second});
    }
    config_.warnings = unused_variables(sources_.environment);
  }

  const ConfigSources& sources_;
  Config config_;
  std::string file_;
  std::map<std::string, std::string> from_;     ///< key -> where its value comes from
  std::map<std::string, std::string> plugins_;  ///< name -> its section, JSON text
};

}  // namespace

Result<Config> load_config(const ConfigSources& sources) { return Loader(sources).load(); }

std::vector<std::string> changed_keys(const Config& before, const Config& after) {
  std::vector<std::string> changed;
  for (const auto& key : config_keys()) {
    json::Writer old_value, new_value;
    key.show(before, old_value);
    key.show(after, new_value);
    if (old_value.take() != new_value.take()) changed.push_back(key.name);
  }
  const auto old_plugins = json::parse(before.plugins), new_plugins = json::parse(after.plugins);
  std::set<std::string> names;
  for (const auto* plugins : {&*old_plugins, &*new_plugins})
    for (const auto& section : plugins->GetObject()) names.emplace(json::view(section.name));
  names.erase("directories");  // a key of its own
  for (const auto& name : names) {
    const auto *was = json::find(*old_plugins, name), *is = json::find(*new_plugins, name);
    if (was == nullptr || is == nullptr || *was != *is) changed.push_back("plugins." + name);
  }
  return changed;
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos)
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

}  // namespace collet::server
