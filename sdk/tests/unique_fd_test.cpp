#include "collet/unique_fd.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace collet {
namespace {

int opened() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(UniqueFd, ClosesWhatItOwns) {
  const int fd = opened();
  {
    const UniqueFd owner(fd);
    EXPECT_TRUE(owner.valid());
    EXPECT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
}

TEST(UniqueFd, OwnsNothingOnceItIsMovedFromOrReleased) {
  UniqueFd first(opened());
  const int fd = first.get();
  UniqueFd second(std::move(first));
  EXPECT_FALSE(first.valid());  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  EXPECT_EQ(second.get(), fd);
  EXPECT_EQ(second.release(), fd);
  EXPECT_FALSE(second.valid());
  EXPECT_TRUE(is_open(fd));
  ::close(fd);
}

TEST(UniqueFd, ClosesTheOldForTheNew) {
  UniqueFd owner(opened());
  const int old = owner.get();
  owner = UniqueFd(opened());
  EXPECT_TRUE(is_open(owner.get()));
  EXPECT_TRUE(owner.get() != old && !is_open(old));
  owner.reset();
  EXPECT_FALSE(owner.valid());
}

}  // namespace
}  // namespace collet
