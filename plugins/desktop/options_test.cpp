#include "options.hpp"

#include <gtest/gtest.h>

#include <string>

#include "collet/http.hpp"

namespace collet::desktop {
namespace {

TEST(Options, without_any_it_is_off_and_for_this_machine_only) {
  const Options options = read_options("{}");
  EXPECT_FALSE(options.run);
  EXPECT_EQ(options.host, "127.0.0.1");
  EXPECT_EQ(options.port, 8002);
  EXPECT_EQ(options.geometry, "1280x800");
}

TEST(Options, what_cannot_be_used_is_refused) {
  for (const char* geometry :
       {"", "x", "1280", "1280x", "x800", "0x800", "1280x800x2", "1280 x 800", "123456x1", "-1x2"})
    EXPECT_THROW(read_options(R"({"geometry":")" + std::string(geometry) + "\"}"), InputError) << geometry;
  EXPECT_THROW(read_options(R"({"host":"everywhere"})"), InputError);
}

}  // namespace
}  // namespace collet::desktop
