#include "llm/testing/mock_llm.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace collet::llm::testing {
namespace {

std::array<UniqueFd, 2> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::string read_line(int fd) {
  std::string line;
  char c = 0;
  while (read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

}  // namespace

MockLlm::MockLlm(std::string_view first_script) {
  start({});
  script(first_script);
}

MockLlm::MockLlm(const std::string& certificate, const std::string& key) : scheme_("https") {
  start({"--cert", certificate, "--key", key});
}

void MockLlm::start(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"python3", COLLET_MOCK_LLM, "--until-eof"});
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  auto [child_stdin, our_end] = make_pipe();
  auto [our_read_end, child_stdout] = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, child_stdin.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, child_stdout.get(), STDOUT_FILENO);
  const int failed = posix_spawnp(&child_, "python3", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("python3 cannot be started");
  stdin_ = std::move(our_end);
  stdout_ = std::move(our_read_end);
  child_stdout.reset();

  const std::string line = read_line(stdout_.get());
  if (!line.starts_with("PORT ")) throw std::runtime_error("the mock endpoint did not start");
  port_ = std::stoi(line.substr(5));
}

MockLlm::~MockLlm() {
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

std::string MockLlm::base_url() const { return scheme_ + "://127.0.0.1:" + std::to_string(port_) + "/v1"; }

void MockLlm::script(std::string_view script) const {
  const auto answer =
      exchange("POST /__script HTTP/1.1\r\nHost: mock\r\nConnection: close\r\nContent-Length: " +
               std::to_string(script.size()) + "\r\n\r\n" + std::string(script));
  if (answer.find("\"ok\"") == std::string::npos)
    throw std::runtime_error("the mock endpoint refused the script");
}

json::Document MockLlm::requests() const {
  auto document =
      json::parse(exchange("GET /__requests HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n"));
  if (!document) throw std::runtime_error("the mock endpoint sent no log");
  return std::move(*document);
}

// One request on a connection of its own; the answer's body.
std::string MockLlm::exchange(const std::string& request) const {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("the mock endpoint is not there");
  for (std::size_t sent = 0; sent < request.size();) {
    const auto n = send(socket.get(), request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) throw std::runtime_error("the mock endpoint hung up");
    sent += static_cast<std::size_t>(n);
  }
  std::string answer;
  std::array<char, 65536> buffer;
  for (ssize_t n = 0; (n = read(socket.get(), buffer.data(), buffer.size())) > 0;)
    answer.append(buffer.data(), static_cast<std::size_t>(n));
  const auto head = answer.find("\r\n\r\n");
  return head == std::string::npos ? std::string() : answer.substr(head + 4);
}

}  // namespace collet::llm::testing
