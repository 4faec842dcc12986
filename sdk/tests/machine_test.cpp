#include "collet/machine.hpp"

#include <gtest/gtest.h>

#include "collet/testing/temporary_folder.hpp"

namespace collet::machine {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

class Listener {
 public:
  Listener() : port_(free_port("127.0.0.1", 0)), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const Address address("127.0.0.1", port_);
    if (::bind(socket_, address.get(), address.size()) != 0 || ::listen(socket_, 1) != 0)
      throw std::runtime_error("cannot listen");
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(socket_); }
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
  int socket_;
};

TEST(Machine_FindProgram, takes_the_first_that_may_be_executed) {
  const TemporaryFolder folder;
  folder.write("a/tool", "");
  const auto tool = folder.write("b/tool", "");
  fs::create_directories(folder / "c" / "tool");
  const std::string path =
      (folder / "c").string() + "::" + (folder / "a").string() + ":relative:" + (folder / "b").string();
  EXPECT_EQ(find_program("tool", path), "");
  fs::permissions(tool, fs::perms::owner_all);
  EXPECT_EQ(find_program("tool", path), tool);
  EXPECT_EQ(find_program(tool, ""), tool);
  EXPECT_EQ(find_program(tool + "x", path), "");
  EXPECT_EQ(find_program("", path), "");
}

TEST(Machine_RandomHex, has_the_asked_length_and_differs) {
  EXPECT_EQ(random_hex(40).size(), 80U);
  EXPECT_EQ(random_hex(40).find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(random_hex(16), random_hex(16));
}

TEST(Machine_WritePrivate, replaces_and_keeps_others_out) {
  const TemporaryFolder folder;
  const auto path = folder.write("token", "a longer text");
  fs::permissions(path, fs::perms::all);
  folder.write("token.new", "left behind");
  write_private(path, "new");
  EXPECT_EQ(folder.read("token"), "new");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_FALSE(fs::exists(path + ".new"));
  EXPECT_THROW(write_private(path + "/below", "x"), std::system_error);
}

TEST(Machine_FreePort, says_what_is_taken) {
  const Listener listener;
  EXPECT_THROW(free_port("127.0.0.1", listener.port()), std::system_error);
  EXPECT_NE(free_port("127.0.0.1", 0), 0);
  EXPECT_THROW(free_port("localhost", 0), std::invalid_argument);
}

TEST(Machine_LocalUrl, names_the_address_that_is_listened_on) {
  EXPECT_EQ(local_url("127.0.0.1", 80), "http://127.0.0.1:80");
  EXPECT_EQ(local_url("0.0.0.0", 80), "http://127.0.0.1:80");
  EXPECT_EQ(local_url("::", 80), "http://[::1]:80");
  EXPECT_EQ(local_url("10.0.0.1", 80), "http://10.0.0.1:80");
}

TEST(Machine_WeListenOn, knows_our_own_listeners) {
  std::uint16_t port = 0;
  {
    const Listener listener;
    port = listener.port();
    EXPECT_TRUE(we_listen_on(port));
  }
  EXPECT_FALSE(we_listen_on(port));
}

}  // namespace
}  // namespace collet::machine
