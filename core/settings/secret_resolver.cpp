#include "settings/secret_resolver.hpp"

#include <future>
#include <memory>
#include <utility>

#include "outbound/url.hpp"

namespace collet::settings {
namespace {

constexpr std::string_view kExpected =
    "a secret is a text, or an object of the kind 'StaticSecret' or 'LookupSecret'";

constexpr double kLookupSeconds = 30;
constexpr std::size_t kMostSecretBytes = std::size_t{1} << 20;

}  // namespace

void SecretResolver::set_addresses(OwnAddresses addresses) {
  const std::lock_guard lock(mutex_);
  addresses_ = std::move(addresses);
}

Result<std::string> SecretResolver::resolve(const json::Value& source, const Asking& asking) const {
  // Shared: the other thread may still be inside set_value when the waiter is awake and gone.
  auto outcome = std::make_shared<std::promise<Result<std::string>>>();
  auto waiting = outcome->get_future();
  resolve(source, asking, [outcome](Result<std::string> value) { outcome->set_value(std::move(value)); });
  return waiting.get();
}

void SecretResolver::resolve(const json::Value& source, const Asking& asking, Done done) const {
  if (source.IsString()) return done(std::string(json::view(source)));
  const std::string kind = json::string_or(source, "kind", "StaticSecret");
  if (!source.IsObject() || (kind != "StaticSecret" && kind != "LookupSecret"))
    return done(invalid(std::string(kExpected)));
  if (kind == "StaticSecret") {
    const auto value = json::string_at(source, "value");
    return done(value ? Result<std::string>(std::string(*value)) : not_found("the secret has no value"));
  }
  const auto url = json::string_at(source, "url");
  if (!url) return done(invalid("a secret of the kind 'LookupSecret' needs a url"));
  look_up(source, *url, asking, std::move(done));
}

void SecretResolver::look_up(const json::Value& source, std::string_view url, const Asking& asking,
                             Done done) const {
  OwnAddresses addresses;
  {
    const std::lock_guard lock(mutex_);
    addresses = addresses_;
  }
  if (const auto name = own_secret(url, addresses, asking.created_through_host))
    return read_own(*name, asking, std::move(done));
  if (url.starts_with('/'))
    return done(invalid("a relative url of a secret is /api/settings/secrets/ and a name"));
  ask_other_server(source, url, std::move(done));
}

void SecretResolver::ask_other_server(const json::Value& source, std::string_view url, Done done) const {
  outbound::Request request{
      .url = std::string(url), .timeout = kLookupSeconds, .max_response_bytes = kMostSecretBytes};
  if (const auto* headers = json::find(source, "headers"); headers != nullptr && headers->IsObject()) {
    for (const auto& header : headers->GetObject()) {
      if (!header.value.IsString()) return done(invalid("the headers of a secret's lookup are texts"));
      request.headers.emplace_back(json::view(header.name), json::view(header.value));
    }
  }
  const auto parsed = outbound::parse_url(url);
  client_.start(std::move(request), [where = parsed ? parsed->origin() : std::string(),
                                     done = std::move(done)](Result<outbound::Response> answer) {
    if (!answer) return done(answer.error());
    if (answer->status < 200 || answer->status > 299)
      return done(unavailable(where + " answered a secret's lookup with " + std::to_string(answer->status)));
    done(std::move(answer->body));
  });
}

void SecretResolver::read_own(const std::string& name, const Asking& asking, Done done) const {
  auto value = store_.get(name);
  if (!value) {
    const bool missing = value.error().kind == Error::Kind::kNotFound;
    return done(missing ? not_found("there is no secret " + name) : value.error());
  }
  audit_.record({asking.who, "secret " + name, "lookup"},
                [value = std::move(*value), done = std::move(done)](Result<void> recorded) mutable {
                  done(recorded ? Result<std::string>(std::move(value)) : recorded.error());
                });
}

}  // namespace collet::settings
