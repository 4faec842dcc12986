#include "llm/usage.hpp"

#include <algorithm>
#include <utility>

namespace collet::llm {
namespace {

void append_element(std::string& list, std::string_view element) {
  if (!list.empty()) list += ',';
  list += element;
}

void write_tokens(json::Writer& writer, std::string_view model, const Usage& usage,
                  std::int64_t context_window, std::int64_t per_turn_token, std::string_view response_id) {
  writer.object()
      .member("model", model)
      .member("prompt_tokens", usage.prompt_tokens)
      .member("completion_tokens", usage.completion_tokens)
      .member("cache_read_tokens", usage.cache_read_tokens)
      .member("cache_write_tokens", usage.cache_write_tokens)
      .member("reasoning_tokens", usage.reasoning_tokens)
      .member("context_window", context_window)
      .member("per_turn_token", per_turn_token)
      .member("response_id", response_id)
      .end();
}

// False: the member is there but is no list.
bool read_list(const json::Value& metrics, std::string_view key, std::string& out) {
  const auto* list = json::find(metrics, key);
  if (list == nullptr || list->IsNull()) return true;
  if (!list->IsArray()) return false;
  for (const auto& element : list->GetArray()) append_element(out, json::dump(element));
  return true;
}

}  // namespace

void UsageLedger::begin_call(std::string_view usage_id, std::string_view model) { entry(usage_id, model); }

void UsageLedger::add(std::string_view usage_id, std::string_view model, const Response& response,
                      Micros at) {
  Entry& one = entry(usage_id, model);
  json::Writer writer;
  writer.object()
      .member("model", model)
      .member("latency", std::max(0.0, response.latency))
      .member("response_id", response.id)
      .end();
  const std::string latency = writer.take();
  append_element(one.latencies, latency);
  std::string cost = "null";
  std::string tokens = "null";
  if (response.cost > 0) {
    one.cost += response.cost;
    writer.object()
        .member("model", model)
        .member("cost", response.cost)
        .member("timestamp", static_cast<double>(at) / 1e6)
        .end();
    cost = writer.take();
    append_element(one.costs, cost);
  }
  const Usage& usage = response.usage;
  if (usage.prompt_tokens != 0 || usage.completion_tokens != 0) {  // else the endpoint did not count
    count(one, usage);
    write_tokens(writer, model, usage, 0, one.per_turn_token, response.id);
    tokens = writer.take();
    append_element(one.token_usages, tokens);
  }
  writer.object().member("usage_id", usage_id).raw_member("latency", latency);
  writer.raw_member("cost", cost).raw_member("tokens", tokens).end();
  append_element(new_calls_, writer.take());
}

void UsageLedger::count(Entry& one, const Usage& usage) {
  one.total.prompt_tokens += usage.prompt_tokens;
  one.total.completion_tokens += usage.completion_tokens;
  one.total.cache_read_tokens += usage.cache_read_tokens;
  one.total.cache_write_tokens += usage.cache_write_tokens;
  one.total.reasoning_tokens += usage.reasoning_tokens;
  one.per_turn_token = usage.prompt_tokens + usage.completion_tokens;
}

std::string UsageLedger::take_new_calls() {
  if (new_calls_.empty()) return {};
  return "[" + std::exchange(new_calls_, {}) + "]";
}

void UsageLedger::restore_calls(const json::Value& calls) {
  if (!calls.IsArray()) return;
  for (const auto& call : calls.GetArray()) {
    const std::string usage_id = json::string_or(call, "usage_id");
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& entry) { return entry.usage_id == usage_id; });
    if (found == entries_.end()) continue;
    const auto put_back = [&](std::string_view key, std::string& list) {
      const auto* element = json::find(call, key);
      if (element != nullptr && element->IsObject()) append_element(list, json::dump(*element));
    };
    put_back("latency", found->latencies);
    put_back("cost", found->costs);
    put_back("tokens", found->token_usages);
  }
}

UsageLedger::Entry& UsageLedger::entry(std::string_view usage_id, std::string_view model) {
  auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const auto& e) { return e.usage_id == usage_id; });
  if (found == entries_.end()) {
    found = entries_.emplace(entries_.end());
    found->usage_id = usage_id;
  }
  found->model = model;
  return *found;
}

double UsageLedger::total_cost() const {
  double total = 0;
  for (const auto& entry : entries_) total += entry.cost;
  return total;
}

std::string UsageLedger::json(Form form) const {
  json::Writer writer;
  writer.object().key("usage_to_metrics").object();
  for (const auto& entry : entries_) {
    writer.key(entry.usage_id);
    write_entry(writer, entry, form);
  }
  return writer.end().end().take();
}

void UsageLedger::write_entry(json::Writer& writer, const Entry& entry, Form form) {
  writer.object().member("model_name", entry.model).member("accumulated_cost", entry.cost);
  if (entry.max_budget || form != Form::kWithoutNulls) writer.member("max_budget_per_task", entry.max_budget);
  writer.key("accumulated_token_usage");
  write_tokens(writer, entry.model, entry.total, entry.context_window, entry.per_turn_token, "");
  if (form != Form::kSummary)
    writer.raw_member("costs", "[" + entry.costs + "]")
        .raw_member("response_latencies", "[" + entry.latencies + "]")
        .raw_member("token_usages", "[" + entry.token_usages + "]");
  writer.end();
}

Result<UsageLedger> UsageLedger::from_json(const json::Value& stats) {
  UsageLedger ledger;
  const auto* entries = json::find(stats, "usage_to_metrics");
  if (entries == nullptr || !entries->IsObject()) return invalid("stats has no usage_to_metrics object");
  for (const auto& member : entries->GetObject()) {
    auto entry = read_entry(json::view(member.name), member.value);
    if (!entry) return entry.error();
    ledger.entries_.push_back(std::move(entry).value());
  }
  return ledger;
}

Result<UsageLedger::Entry> UsageLedger::read_entry(std::string_view usage_id, const json::Value& metrics) {
  const auto wrong = [&](std::string_view what) {
    return invalid("usage_to_metrics." + std::string(usage_id) + ": " + std::string(what));
  };
  if (!metrics.IsObject()) return wrong("no object");
  Entry entry;
  entry.usage_id = usage_id;
  entry.model = json::string_or(metrics, "model_name", "default");
  entry.cost = json::number_at(metrics, "accumulated_cost").value_or(0);
  entry.max_budget = json::number_at(metrics, "max_budget_per_task");
  if (const auto* total = json::find(metrics, "accumulated_token_usage"); total != nullptr) {
    const auto count = [&](std::string_view key) { return json::int_at(*total, key).value_or(0); };
    entry.total = {count("prompt_tokens"), count("completion_tokens"), count("cache_read_tokens"),
                   count("cache_write_tokens"), count("reasoning_tokens")};
    entry.context_window = count("context_window");
    entry.per_turn_token = count("per_turn_token");
  }
  if (!read_list(metrics, "costs", entry.costs)) return wrong("costs is no list");
  if (!read_list(metrics, "response_latencies", entry.latencies))
    return wrong("response_latencies is no list");
  if (!read_list(metrics, "token_usages", entry.token_usages)) return wrong("token_usages is no list");
  return entry;
}

}  // namespace collet::llm
