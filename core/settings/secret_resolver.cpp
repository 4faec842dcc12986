#include "settings/secret_resolver.hpp"

#include <future>
#include <memory>
#include <utility>

namespace collet::settings {
namespace {

constexpr std::string_view kExpected =
    "a secret is a text, or an object of the kind 'StaticSecret' or 'LookupSecret'";

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

void SecretResolver::look_up(const json::Value&, std::string_view url, const Asking& asking,
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
  done(unavailable("secrets of other servers can't be looked up yet"));
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
