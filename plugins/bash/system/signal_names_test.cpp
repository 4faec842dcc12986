#include "system/signal_names.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace collet::bash {
namespace {

TEST(SignalNames, are_taken_in_every_spelling) {
  EXPECT_EQ(signal_number("INT"), SIGINT);
  EXPECT_EQ(signal_number("SIGINT"), SIGINT);
  EXPECT_EQ(signal_number("sigterm"), SIGTERM);
  EXPECT_EQ(signal_number("kill"), SIGKILL);
  EXPECT_TRUE(known_signals().starts_with("'HUP', 'INT', "));
}

TEST(SignalNames, others_are_none) {
  for (const char* name : {"", "SIG", "9", "SEGV", "INT ", "SIGSIGINT"})
    EXPECT_FALSE(signal_number(name)) << name;
}

}  // namespace
}  // namespace collet::bash
