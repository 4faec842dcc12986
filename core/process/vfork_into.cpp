#include "process/vfork_into.hpp"

#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>

namespace collet::process {
namespace {

// execvp() copies the arguments to it when it gives a script to a shell. Only what is touched is there.
constexpr std::size_t kStackBytes = 16U << 20;
constexpr std::size_t kGuardBytes = 64U << 10;

// One, since the caller waits until the child has let go of it; never given back.
std::byte* stack() {
  static std::byte* const kStack = [] {
    void* const place = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED) return static_cast<std::byte*>(nullptr);
    ::mprotect(place, kGuardBytes, PROT_NONE);
    return static_cast<std::byte*>(place);
  }();
  return kStack;
}

// The C library has no clone3(). The child must not come back into a frame that it shares with us, so it
// calls `run` before any compiled code runs.
long clone3(clone_args& arguments, int (*run)(void*), void* argument) {
#if defined(__x86_64__)
  register int (*function)(void*) asm("r12") = run;
  register void* parameter asm("r13") = argument;
  long result = SYS_clone3;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %%r13, %%rdi\n\t"
      "call *%%r12\n\t"
      "hlt\n"
      "1:"
      : "+a"(result)
      : "D"(&arguments), "S"(sizeof arguments), "r"(function), "r"(parameter)
      : "rcx", "r11", "memory", "cc");
  return result;
#elif defined(__aarch64__)
  register long number asm("x8") = SYS_clone3;
  register clone_args* first asm("x0") = &arguments;
  register std::size_t second asm("x1") = sizeof arguments;
  register int (*function)(void*) asm("x19") = run;
  register void* parameter asm("x20") = argument;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "mov x0, x20\n\t"
      "blr x19\n\t"
      "brk #1\n"
      "1:"
      : "+r"(first)
      : "r"(number), "r"(second), "r"(function), "r"(parameter)
      : "memory", "cc");
  return reinterpret_cast<long>(first);
#else
  static_cast<void>(arguments), static_cast<void>(run), static_cast<void>(argument);
  return -ENOSYS;
#endif
}

}  // namespace

pid_t vfork_into(int cgroup_fd, int (*run)(void*), void* argument) {
  std::byte* const lowest = stack();
  if (lowest == nullptr) {
    errno = ENOMEM;
    return -1;
  }
  if (cgroup_fd >= 0) {
    clone_args arguments{};
    arguments.flags = CLONE_VM | CLONE_VFORK | CLONE_INTO_CGROUP;
    arguments.exit_signal = SIGCHLD;
    arguments.stack = reinterpret_cast<std::uintptr_t>(lowest);
    arguments.stack_size = kStackBytes;
    arguments.cgroup = static_cast<std::uint64_t>(cgroup_fd);
    const long pid = clone3(arguments, run, argument);
    if (pid > 0) return static_cast<pid_t>(pid);
    if (pid == -EAGAIN || pid == -ENOMEM) {
      errno = static_cast<int>(-pid);
      return -1;
    }
  }
  return ::clone(run, lowest + kStackBytes, CLONE_VM | CLONE_VFORK | SIGCHLD, argument);
}

}  // namespace collet::process
