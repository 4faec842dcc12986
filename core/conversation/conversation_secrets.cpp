#include "conversation/conversation_secrets.hpp"

#include <algorithm>
#include <cctype>

#include "base/log.hpp"
#include "secrets/json_secrets.hpp"

namespace collet::conversation {
namespace {

constexpr std::size_t kLongestVariable = 120'000;  // bytes; the system takes 128 KiB with the name
constexpr std::size_t kShortestKey = 8;            // of an agent's keys: "test" and the like are no secrets

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool is_variable_name(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::all_of(name.begin(), name.end(), is_word);
}

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool names(std::string_view text, std::string_view name) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  for (auto from = text.begin();; ++from) {
    from = std::search(from, text.end(), name.begin(), name.end(), same);
    if (from == text.end()) return false;
    const auto behind = from + static_cast<std::ptrdiff_t>(name.size());
    if ((from == text.begin() || !is_word(*(from - 1))) && (behind == text.end() || !is_word(*behind)))
      return true;
  }
}

// Of texts inside the value, not of the names of its members.
bool names(const json::Value& value, std::string_view name) {
  if (value.IsString()) return names(json::view(value), name);
  if (value.IsArray())
    return std::any_of(value.Begin(), value.End(), [&](const auto& item) { return names(item, name); });
  return value.IsObject() && std::any_of(value.MemberBegin(), value.MemberEnd(),
                                         [&](const auto& member) { return names(member.value, name); });
}

// The value of a source that holds it itself.
std::optional<std::string_view> static_value(const json::Value& source) {
  if (source.IsString()) return json::view(source);
  if (json::string_or(source, "kind", "StaticSecret") != "StaticSecret") return std::nullopt;
  return json::string_at(source, "value");
}

}  // namespace

void ConversationSecrets::set(const std::string& sources_json, std::string created_through) {
  const auto parsed = json::parse(sources_json);
  const std::lock_guard lock(mutex_);
  sources_.clear();
  created_through_ = std::move(created_through);
  if (!parsed || !parsed->IsObject()) return;
  for (const auto& member : parsed->GetObject()) {
    auto source = std::make_shared<Source>();
    source->json.CopyFrom(member.value, source->json.GetAllocator());
    if (const auto value = static_value(source->json)) {
      learn(std::string(*value));
      source->known = true;
    }
    sources_.emplace(json::view(member.name), std::move(source));
  }
}

void ConversationSecrets::hide_secrets_of(const std::string& document_json) {
  auto document = json::parse(document_json);
  if (!document) return;
  const std::lock_guard lock(mutex_);
  secrets::for_each_secret(*document, [this](json::Value& secret) {
    if (secret.GetStringLength() >= kShortestKey) learn(std::string(json::view(secret)));
  });
}

void ConversationSecrets::learn(const std::string& value) {
  if (value.empty() || !values_.insert(value).second) return;
  masker_ = std::make_shared<secrets::Masker>(values_);
}

std::shared_ptr<const secrets::Masker> ConversationSecrets::masker() const {
  const std::lock_guard lock(mutex_);
  return masker_;
}

Result<std::string> ConversationSecrets::read(const std::string& name) {
  std::shared_ptr<Source> source;
  std::string created_through;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sources_.find(name);
    if (found == sources_.end()) return not_found("there is no secret " + name);
    source = found->second;
    created_through = created_through_;
  }
  auto value = access_.value_of(source->json, conversation_, created_through);
  const std::lock_guard lock(mutex_);
  if (value) {
    learn(*value);
    source->known = true;
    source->failed.reset();
  } else {
    source->failed = std::chrono::steady_clock::now();
    log::warning("conversation", "the secret " + name + " cannot be read: " + value.error().message,
                 {.conversation = conversation_});
  }
  return value;
}

void ConversationSecrets::on_pool(std::function<void()> work, const std::function<void()>& refused) {
  if (pool_.post(conversation_, std::move(work))) return;
  log::warning("conversation", "its secrets are not read: too many are waiting to be",
               {.conversation = conversation_});
  refused();
}

void ConversationSecrets::refresh(const std::function<void()>& done) {
  std::vector<std::string> unknown;
  {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    for (const auto& [name, source] : sources_)
      if (!source->known && (!source->failed || now - *source->failed >= kRetryAfter))
        unknown.push_back(name);
  }
  if (unknown.empty()) return done();
  on_pool(
      [self = shared_from_this(), unknown, done] {
        const auto until = std::chrono::steady_clock::now() + kReadingTime;
        for (const auto& name : unknown) {
          if (std::chrono::steady_clock::now() >= until) break;
          static_cast<void>(self->read(name));  // logs what fails
        }
        done();
      },
      done);
}

void ConversationSecrets::environment_for(std::string_view arguments,
                                          const std::function<void(Environment)>& done) {
  std::vector<std::string> wanted;
  if (const auto document = json::parse(arguments)) {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, source] : sources_)
      if (is_variable_name(name) && names(*document, name)) wanted.push_back(name);
  }
  if (wanted.empty()) return done({});
  on_pool([self = shared_from_this(), wanted, done] { done(self->read_for_command(wanted)); },
          [done] { done({}); });
}

Environment ConversationSecrets::read_for_command(const std::vector<std::string>& wanted) {
  Environment environment;
  for (const auto& name : wanted) {
    auto value = read(name);
    if (!value || value->empty()) continue;
    if (value->size() > kLongestVariable || value->find('\0') != std::string::npos) {
      log::warning("conversation",
                   "the secret " + name + " can be no variable: it holds a NUL or more than " +
                       std::to_string(kLongestVariable) + " bytes",
                   {.conversation = conversation_});
      continue;
    }
    if (auto recorded = access_.record_use(conversation_, name); !recorded) {
      log::warning("conversation",
                   "a command goes without the secret " + name + ": " + recorded.error().message,
                   {.conversation = conversation_});
      continue;
    }
    environment.emplace_back(name, std::move(*value));
  }
  return environment;
}

}  // namespace collet::conversation
