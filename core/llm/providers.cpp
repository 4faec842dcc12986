#include <algorithm>

#include "llm/provider.hpp"

namespace collet::llm {

Result<void> Providers::add(std::string name, std::shared_ptr<Provider> provider) {
  if (name.empty() || name.find('/') != std::string::npos)
    return invalid("an LLM provider's name must not be empty and must not hold a slash");
  const bool taken =
      std::any_of(named_.begin(), named_.end(), [&](const auto& one) { return one.first == name; });
  if (taken) return conflict("there is an LLM provider named \"" + name + "\" already");
  named_.emplace_back(std::move(name), std::move(provider));
  return {};
}

void Providers::remove(std::string_view name) {
  named_.erase(
      std::remove_if(named_.begin(), named_.end(), [&](const auto& one) { return one.first == name; }),
      named_.end());
}

Provider& Providers::for_model(std::string_view model) const {
  const auto slash = model.find('/');
  if (slash != std::string_view::npos)
    for (const auto& [name, provider] : named_)
      if (name == model.substr(0, slash)) return *provider;
  return fallback_;
}

}  // namespace collet::llm
