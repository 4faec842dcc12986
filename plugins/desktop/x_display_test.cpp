#include "x_display.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <stdexcept>

#include "collet/testing/temporary_folder.hpp"

namespace collet::desktop {
namespace {

TEST(FreeDisplay, passes_by_those_that_are_taken) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(free_display(folder.path()), 1);
  folder.write(".X1-lock", "  " + std::to_string(::getpid()) + "\n");
  folder.write(".X11-unix/X1", "");
  folder.write(".X11-unix/X2", "");
  folder.write(".X3-lock", "no number");
  folder.write(".X4-lock", "  999999999\n");  // of a server that was killed
  folder.write(".X11-unix/X4", "");
  EXPECT_EQ(free_display(folder.path()), 4);
}

TEST(FreeDisplay, there_is_an_end) {
  const testing::TemporaryFolder folder;
  for (int i = 1; i < 100; ++i) folder.write(".X11-unix/X" + std::to_string(i), "");
  EXPECT_THROW(free_display(folder.path()), std::runtime_error);
}

TEST(Authority, is_what_X_reads) {
  const std::string cookie = "0123456789abcdef";
  const std::string expected("\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1\0\x10", 8 + 18 + 2);
  EXPECT_EQ(authority(cookie), expected + cookie);
}

}  // namespace
}  // namespace collet::desktop
