#include "editor.hpp"

#include <utility>

#include "collet/machine.hpp"

namespace collet::vscode {
namespace {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos)
      out += c;
    else
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return out;
}

ServiceOptions service_options(const std::string& name) {
  ServiceOptions options;
  options.name = "the editor (" + name + ")";
  return options;
}

}  // namespace

Editor::Editor(const Host& host, Options options, EditorProgram program, std::string folder,
               const std::string& state_folder)
    : options_(std::move(options)),
      program_(std::move(program)),
      folder_(std::move(folder)),
      token_file_(state_folder + "/token"),
      data_folder_(state_folder + "/data"),
      service_(host, [this] {
        ServiceOptions made = service_options(program_.name);
        made.prepare = [this] { return prepare(); };
        made.ready = [this] { return machine::we_listen_on(door().port); };
        return made;
      }()) {}

// A new token each time: where another user's program has taken the port meanwhile, an address that was
// given out has shown it a token that opens nothing.
ServiceStart Editor::prepare() {
  Door door{machine::free_port(options_.host, options_.port), options_.access_token};
  if (door.token.empty()) door.token = machine::random_hex(32);
  machine::write_private(token_file_, door.token);
  ServiceStart start;
  start.program.argv = editor_command(program_, options_, {door.port, token_file_, data_folder_, folder_});
  start.secrets = {door.token};
  const std::lock_guard lock(mutex_);
  door_ = std::move(door);
  return start;
}

Editor::Door Editor::door() const {
  const std::lock_guard lock(mutex_);
  return door_;
}

std::optional<std::string> Editor::url(std::optional<std::string_view> base_url,
                                       const std::string& folder) const {
  const auto state = service_.status().state;
  if (state != Service::State::kReady && state != Service::State::kStarting) return std::nullopt;
  const Door door = this->door();
  std::string url = base_url ? std::string(*base_url) : machine::local_url(options_.host, door.port);
  url.erase(url.find_last_not_of('/') + 1);
  return url + options_.base_path + "/?tkn=" + door.token + "&folder=" + percent_encoded(folder);
}

}  // namespace collet::vscode
