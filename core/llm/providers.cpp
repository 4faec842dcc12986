#include <algorithm>
#include <optional>

#include "llm/call_observer.hpp"
#include "llm/provider.hpp"

namespace collet::llm {

// A provider as calls see it: observed, where there is an observer.
struct Providers::Entry {
  Entry(std::string its_name, std::shared_ptr<Provider> provider, CallObserver* observer)
      : name(std::move(its_name)), inner(std::move(provider)) {
    if (observer != nullptr) observed.emplace(*inner, *observer);
  }
  Provider& get() { return observed ? *observed : *inner; }

  std::string name;
  std::shared_ptr<Provider> inner;
  std::optional<ObservedProvider> observed;
};

Providers::Providers(Provider& fallback, CallObserver* observer)
    : observer_(observer),
      fallback_(std::make_unique<Entry>("", std::shared_ptr<Provider>(std::shared_ptr<void>(), &fallback),
                                        observer)) {}

Providers::~Providers() = default;

Result<void> Providers::add(std::string name, std::shared_ptr<Provider> provider) {
  if (name.empty() || name.find('/') != std::string::npos)
    return invalid("an LLM provider's name must not be empty and must not hold a slash");
  const bool taken =
      std::any_of(named_.begin(), named_.end(), [&](const auto& one) { return one->name == name; });
  if (taken) return conflict("there is an LLM provider named \"" + name + "\" already");
  named_.push_back(std::make_unique<Entry>(std::move(name), std::move(provider), observer_));
  return {};
}

void Providers::remove(std::string_view name) {
  named_.erase(
      std::remove_if(named_.begin(), named_.end(), [&](const auto& one) { return one->name == name; }),
      named_.end());
}

Provider& Providers::for_model(std::string_view model) const {
  const auto slash = model.find('/');
  if (slash != std::string_view::npos)
    for (const auto& one : named_)
      if (one->name == model.substr(0, slash)) return one->get();
  return fallback_->get();
}

}  // namespace collet::llm
