// The lists of providers and models, from what the server knows of models.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "collet/json.hpp"

namespace collet::llm_catalogue {

/// Const methods may be called from any thread. The answers are JSON texts.
class ModelLists {
 public:
  /// `table`: see collet_catalogue::models in collet/abi/catalogue.h. Throws std::runtime_error when it is
  /// none.
  explicit ModelLists(std::string_view table);

  std::string providers() const;  ///< {"providers": […]}
  /// {"models": […]}: all names, or those that a provider sells, or that are verified with it.
  std::string models(const std::optional<std::string>& provider) const;
  std::string verified() const;  ///< {"models": {provider: […]}}
  /// {"vendor", "models": […]}
  std::string of_subscription(std::string_view vendor) const;

 private:
  const json::Value& part(std::string_view name) const;
  bool is_of(std::string_view model, const json::Value& row, std::string_view provider) const;

  json::Document table_;
};

}  // namespace collet::llm_catalogue
