#include "conversation/conversation_secrets.hpp"

#include <algorithm>
#include <cctype>

#include "base/log.hpp"
#include "secrets/json_secrets.hpp"
#include "secrets/ordinary_value.hpp"

namespace collet::conversation {
namespace {

constexpr std::size_t kLongestVariable = 120'000;  // bytes; the system takes 128 KiB with the name
constexpr std::size_t kShortestKey = 8;            // of an agent's keys: "test" and the like are no secrets

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool is_variable_name(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::all_of(name.begin(), name.end(), is_word);
}

/// Waits for several answers, each of which may be a variable. Any thread.
class Gathering {
 public:
  Gathering(std::size_t answers, ConversationSecrets::Ready done)
      : variables_(answers), missing_(answers), done_(std::move(done)) {}

  void arrive(std::size_t index, std::optional<Environment::value_type> variable) {
    Environment all;
    {
      const std::lock_guard lock(mutex_);
      variables_[index] = std::move(variable);
      if (--missing_ > 0) return;
      for (auto& one : variables_)
        if (one) all.push_back(std::move(*one));
    }
    done_(std::move(all));
  }

 private:
  std::mutex mutex_;  // guards these two
  std::vector<std::optional<Environment::value_type>> variables_;
  std::size_t missing_;
  const ConversationSecrets::Ready done_;
};

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

void ConversationSecrets::warn(const std::string& message) const {
  log::warning("conversation", message, {.conversation = conversation_});
}

void ConversationSecrets::set(const std::string& sources_json, std::string created_through) {
  const auto parsed = json::parse(sources_json);
  std::unique_lock lock(mutex_);
  sources_.clear();
  created_through_ = std::move(created_through);
  if (!parsed || !parsed->IsObject()) return;
  for (const auto& member : parsed->GetObject()) {
    auto source = std::make_shared<Source>();
    source->json.CopyFrom(member.value, source->json.GetAllocator());
    if (const auto value = static_value(source->json)) {
      learn(*value);
      source->known = true;
    }
    sources_.emplace(json::view(member.name), std::move(source));
  }
  lock.unlock();
  rebuild();
}

void ConversationSecrets::hide_secrets_of(const std::string& document_json) {
  auto document = json::parse(document_json);
  if (!document) return;
  std::unique_lock lock(mutex_);
  secrets::for_each_named_secret(*document, [&](const json::Value& secret, std::string_view name) {
    const auto value = json::view(secret);
    if (value.size() < kShortestKey) return;
    if (name.empty() || !secrets::is_ordinary_value(name, value)) learn(value);
  });
  lock.unlock();
  rebuild();
}

void ConversationSecrets::learn(std::string_view value) {
  if (!secrets::stands_for_none(value)) values_.emplace(value);
}

// Takes its time when values are long: those who hide must not wait for it. All that was learnt is hidden
// when it returns, whoever has learnt it.
void ConversationSecrets::rebuild() {
  std::set<std::string> values;
  {
    const std::lock_guard lock(mutex_);
    if (hidden_ == values_.size()) return;
    values = values_;
  }
  auto masker = std::make_shared<const secrets::Masker>(values);
  const std::lock_guard lock(mutex_);
  if (values.size() <= hidden_) return;
  masker_ = std::move(masker);
  hidden_ = values.size();
}

std::shared_ptr<const secrets::Masker> ConversationSecrets::masker() const {
  const std::lock_guard lock(mutex_);
  return masker_;
}

// A value that the source holds itself is there at once; only our own store is waited for, on the pool.
void ConversationSecrets::read(const std::string& name, SecretAccess::Value done) {
  std::shared_ptr<Source> source;
  std::string created_through;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sources_.find(name);
    if (found != sources_.end()) source = found->second;
    created_through = created_through_;
  }
  if (!source) return done(not_found("there is no secret " + name));
  if (const auto value = static_value(source->json)) return done(std::string(*value));
  const bool taken =
      pool_.post(conversation_, [self = shared_from_this(), name, source, created_through, done] {
        self->access_.value_of(source->json, self->conversation_, created_through,
                               [self, name, source, done](Result<std::string> value) {
                                 self->keep(name, *source, value);
                                 done(std::move(value));
                               });
      });
  if (taken) return;
  const Result<std::string> refused = unavailable("too many secrets are waiting to be read");
  keep(name, *source, refused);
  done(refused);
}

void ConversationSecrets::keep(const std::string& name, Source& source, const Result<std::string>& value) {
  if (!value) warn("the secret " + name + " cannot be read: " + value.error().message);
  if (value) {
    {
      const std::lock_guard lock(mutex_);
      learn(*value);
    }
    rebuild();
  }
  const std::lock_guard lock(mutex_);
  source.known = source.known || value.ok();  // known means hidden
  source.failed = value ? std::nullopt : std::optional(std::chrono::steady_clock::now());
}

void ConversationSecrets::refresh(std::function<void()> done) {
  std::vector<std::string> unknown;
  {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    for (const auto& [name, source] : sources_)
      if (!source->known && (!source->failed || now - *source->failed >= kRetryAfter))
        unknown.push_back(name);
  }
  if (unknown.empty()) return done();
  const auto all =
      std::make_shared<Gathering>(unknown.size(), [done = std::move(done)](const Environment&) { done(); });
  for (std::size_t i = 0; i < unknown.size(); ++i)
    read(unknown[i], [all, i](const Result<std::string>&) { all->arrive(i, std::nullopt); });
}

std::vector<std::string> ConversationSecrets::named_in(std::string_view arguments) {
  const auto document = json::parse(arguments);
  if (!document) return {};
  std::vector<std::string> wanted;
  for (const auto& [name, source] : sources_) {
    if (name.empty() || !names(*document, name)) continue;
    if (is_variable_name(name))
      wanted.push_back(name);
    else if (told_of_.insert(name).second)
      warn("commands go without the secret " + name + ": its name can be no variable");
  }
  return wanted;
}

void ConversationSecrets::values_for(std::string_view arguments, Ready done) {
  std::vector<std::string> wanted;
  {
    const std::lock_guard lock(mutex_);
    wanted = named_in(arguments);
  }
  if (wanted.empty()) return done({});
  const auto all = std::make_shared<Gathering>(wanted.size(), std::move(done));
  for (std::size_t i = 0; i < wanted.size(); ++i)
    read(wanted[i], [self = shared_from_this(), all, i, name = wanted[i]](Result<std::string> value) {
      if (self->fits_variable(name, value))
        all->arrive(i, Environment::value_type(name, std::move(*value)));
      else
        all->arrive(i, std::nullopt);
    });
}

bool ConversationSecrets::fits_variable(const std::string& name, const Result<std::string>& value) const {
  if (!value || value->empty()) return false;
  if (value->size() <= kLongestVariable && value->find('\0') == std::string::npos) return true;
  warn("the secret " + name + " can be no variable: it holds a NUL or more than " +
       std::to_string(kLongestVariable) + " bytes");
  return false;
}

void ConversationSecrets::record_use(Environment values, Ready done) {
  if (values.empty()) return done({});
  const auto all = std::make_shared<Gathering>(values.size(), std::move(done));
  for (std::size_t i = 0; i < values.size(); ++i)
    access_.record_use(
        conversation_, values[i].first,
        [self = shared_from_this(), all, i, one = values[i]](const Result<void>& recorded) {
          if (recorded) return all->arrive(i, one);
          self->warn("a command goes without the secret " + one.first + ": " + recorded.error().message);
          all->arrive(i, std::nullopt);
        });
}

}  // namespace collet::conversation
