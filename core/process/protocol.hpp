// What Collet and its helper process say to each other: one struct per packet (README.md).
#pragma once
#include <cstddef>
#include <cstdint>

namespace collet::process {

enum class Op : std::uint32_t {
  // to the helper
  kSpawn,   ///< descriptors: the payload where it is a file, then those of `flags`, in this order
  kSignal,  ///< value: signal
  kEnd,     ///< value: grace in milliseconds
  kLimit,   ///< value: how many processes there may be
  // from the helper
  kSpawned,  ///< value: process id
  kFailed,   ///< value: errno; stage: which step
  kExited,   ///< value: exit code, or minus the signal
  kLimited,  ///< value: kByCgroup and kCounted, as far as the system lets us
};

/// The step of a start that failed.
enum class Stage : std::uint32_t { kNone, kFork, kSession, kTerminal, kDescriptors, kWorkingDir, kExec };

inline constexpr std::uint32_t kHasStdin = 1, kHasStdout = 2, kHasStderr = 4, kTerminal = 8;
inline constexpr std::uint32_t kPayloadBehind = 16;  ///< the payload follows in the packet

/// What a packet may hold behind its struct; a larger payload comes as a memory file.
inline constexpr std::size_t kMostBehind = 64U << 10;

inline constexpr std::int32_t kByCgroup = 1;  ///< trees are ended by cgroup.kill too
inline constexpr std::int32_t kCounted = 2;   ///< the limit of processes holds

/// The payload: argv, then the environment, then the working directory, each string terminated. The last
/// string of the environment is the marker of the child's tree.
struct ToHelper {
  Op op = Op::kSpawn;
  std::uint32_t flags = 0;
  std::uint64_t id = 0;  ///< chosen by Collet, never used twice
  std::int32_t value = 0;
  std::uint32_t argc = 0, envc = 0;
  std::uint32_t payload_bytes = 0;
};

struct FromHelper {
  Op op = Op::kSpawned;
  Stage stage = Stage::kNone;
  std::uint64_t id = 0;
  std::int32_t value = 0;
  std::uint32_t reserved = 0;
};

/// Names the tree that a process belongs to, in its environment.
inline constexpr char kMarkerName[] = "COLLET_PROCESS_ID=";

}  // namespace collet::process
