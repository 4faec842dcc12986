// Reads the parameters of a query as the contract types them.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "collet/problems.hpp"

namespace collet::file {

/// What is wrong is collected; check() throws it. Of a name that comes several times the last one counts. One
/// per request; `request` must outlive it.
class Query {
 public:
  explicit Query(const Request& request) : request_(request) {}

  /// Empty where it is missing, which is a problem.
  std::string text(const std::string& name);
  std::optional<std::string> optional_text(std::string_view name) const;
  bool flag(const std::string& name, bool fallback);
  /// From 1 to `most`.
  std::int64_t count(const std::string& name, std::int64_t fallback, std::int64_t most);
  /// One of `choices`; the first where it is missing.
  std::string choice(const std::string& name, std::initializer_list<std::string_view> choices);

  /// Throws a Refusal (422) when anything was wrong.
  void check() const { problems_.check(); }

 private:
  void add(std::string_view type, const std::string& name, std::string_view message, std::string_view input,
           std::string_view context);

  const Request& request_;
  Problems problems_;
};

/// The conversation in a request's path, as a UUID with dashes. Throws a Refusal (422) where it is none.
std::string conversation_of(const Request& request);

}  // namespace collet::file
