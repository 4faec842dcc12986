// What a conversation's model calls used: the `stats` of the wire.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "collet/json.hpp"
#include "llm/provider.hpp"

namespace collet::llm {

/// Sums and lists per usage id ("agent", "condenser", …), in the order of first use. The lists are kept as
/// JSON text, so writing them costs a copy however many calls there were. A plain value; its owner serialises
/// access.
class UsageLedger {
 public:
  enum class Form {
    kWhole,         ///< everything, nulls included: the conversation document, storage
    kWithoutNulls,  ///< everything, nulls left out: full state updates
    kSummary,       ///< without the lists of single calls, nulls included: stats updates
  };

  /// From the JSON of kWhole or kWithoutNulls. kInvalid names what is wrong.
  static Result<UsageLedger> from_json(const json::Value& stats);

  /// A call is about to be made: its entry exists from now on, with zeros at first.
  void begin_call(std::string_view usage_id, std::string_view model);
  /// A call succeeded. `model` as configured ("provider/model").
  void add(std::string_view usage_id, std::string_view model, const Response& response, Micros at);

  /// The calls added since the last time, as a JSON array; empty: none. Storage keeps them one by one, so
  /// that a long conversation is not written again with each call.
  std::string take_new_calls();
  /// Puts stored calls back behind the lists of a ledger that was stored as kSummary. Damaged ones are
  /// skipped.
  void restore_calls(const json::Value& calls);

  /// `{"usage_to_metrics":{…}}`
  std::string json(Form form) const;
  /// US dollars over all entries.
  double total_cost() const;

 private:
  struct Entry {
    std::string usage_id;
    std::string model;
    double cost = 0;
    std::optional<double> max_budget;
    Usage total;
    std::int64_t context_window = 0;
    std::int64_t per_turn_token = 0;  // of the newest call
    // Elements joined by commas, without the brackets.
    std::string costs, latencies, token_usages;
  };

  Entry& entry(std::string_view usage_id, std::string_view model);
  static void count(Entry& one, const Usage& usage);
  static Result<Entry> read_entry(std::string_view usage_id, const json::Value& metrics);
  static void write_entry(json::Writer& writer, const Entry& entry, Form form);

  std::vector<Entry> entries_;
  std::string new_calls_;  // elements joined by commas
};

}  // namespace collet::llm
