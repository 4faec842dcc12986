#include "llm/endpoints.hpp"

#include <algorithm>
#include <array>

namespace collet::llm {
namespace {

struct KnownProvider {
  std::string_view name;
  std::string_view base_url;
  bool needs_key = true;
};

// Providers whose own endpoint speaks OpenAI chat completions.
constexpr std::array kKnownProviders = {
    KnownProvider{"openai", "https://api.openai.com/v1"},
    KnownProvider{"anthropic", "https://api.anthropic.com/v1"},
    KnownProvider{"gemini", "https://generativelanguage.googleapis.com/v1beta/openai"},
    KnownProvider{"openrouter", "https://openrouter.ai/api/v1"},
    KnownProvider{"openhands", "https://llm-proxy.app.all-hands.dev/v1"},
    KnownProvider{"deepseek", "https://api.deepseek.com/v1"},
    KnownProvider{"mistral", "https://api.mistral.ai/v1"},
    KnownProvider{"groq", "https://api.groq.com/openai/v1"},
    KnownProvider{"together_ai", "https://api.together.xyz/v1"},
    KnownProvider{"fireworks_ai", "https://api.fireworks.ai/inference/v1"},
    KnownProvider{"deepinfra", "https://api.deepinfra.com/v1/openai"},
    KnownProvider{"cerebras", "https://api.cerebras.ai/v1"},
    KnownProvider{"moonshot", "https://api.moonshot.ai/v1"},
    KnownProvider{"xai", "https://api.x.ai/v1"},
    KnownProvider{"ollama", "http://localhost:11434/v1", false},
    KnownProvider{"ollama_chat", "http://localhost:11434/v1", false},
    KnownProvider{"lm_studio", "http://localhost:1234/v1", false},
};

// Model families that take `reasoning_effort`, by how their names begin.
constexpr std::array<std::string_view, 8> kReasoningFamilies = {
    "o1", "o3", "o4", "gpt-5", "gpt-oss", "gemini-2.5", "gemini-3", "grok-3-mini"};

const KnownProvider* known(std::string_view name) {
  const auto found = std::find_if(kKnownProviders.begin(), kKnownProviders.end(),
                                  [&](const auto& one) { return one.name == name; });
  return found == kKnownProviders.end() ? nullptr : &*found;
}

// A bare name goes to OpenAI unless it says itself whose it is.
std::string_view provider_of_bare_name(std::string_view model) {
  if (model.starts_with("claude-")) return "anthropic";
  if (model.starts_with("gemini-")) return "gemini";
  return "openai";
}

bool is_http_url(std::string_view url) {
  const bool scheme = url.starts_with("http://") || url.starts_with("https://");
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return scheme && plain && url.find_first_of("?#") == std::string_view::npos &&
         url.find("://") + 3 < url.size();
}

std::string chat_url(std::string_view provider, std::string_view base_url) {
  constexpr std::string_view kPath = "/chat/completions";
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  if (base_url.ends_with(kPath)) return std::string(base_url);
  std::string url(base_url);
  // Ollama's address is mostly given without the path of its OpenAI-compatible part.
  if (provider.starts_with("ollama") && url.find('/', url.find("://") + 3) == std::string::npos) url += "/v1";
  return url.append(kPath);
}

}  // namespace

Result<Endpoint> resolve_endpoint(const Config& config) {
  Endpoint endpoint;
  const std::string_view model = config.model;
  const auto slash = model.find('/');
  if (slash == std::string_view::npos) {
    endpoint.provider = provider_of_bare_name(model);
    endpoint.model = model;
  } else {
    endpoint.provider = model.substr(0, slash);
    endpoint.model = model.substr(slash + 1);
  }
  if (endpoint.model.empty()) return invalid("llm.model names no model: set it to \"provider/model\"");

  std::string_view base_url = config.base_url;
  if (base_url.empty()) {
    const auto* provider = known(endpoint.provider);
    if (provider == nullptr)
      return invalid("The model provider \"" + endpoint.provider +
                     "\" is not known: set llm.base_url to its OpenAI-compatible address");
    endpoint.needs_key = provider->needs_key;
    base_url = provider->base_url;
  }
  if (!is_http_url(base_url)) return invalid("llm.base_url must be an http or https address");
  endpoint.url = chat_url(endpoint.provider, base_url);
  return endpoint;
}

bool is_reasoning_model(std::string_view model) {
  model.remove_prefix(std::min(model.size(), model.rfind('/') + 1));  // npos + 1 is 0
  return std::any_of(kReasoningFamilies.begin(), kReasoningFamilies.end(),
                     [&](const auto family) { return model.starts_with(family); });
}

}  // namespace collet::llm
