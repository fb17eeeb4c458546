// Memory that the processes of one training share, as mailboxes: for each ordered pair of ranks
// and each lane a circle of bytes with two counters, and for each rank and lane a bell. Whoever
// finds nothing to do sleeps until its bell is rung: by new bytes in one of its mailboxes, or by
// new room in one that it fills.
#pragma once
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>

/** Lane 0 is the caller's own, lane 1 that of the helper thread: their bytes never mix. */
const int LANE_COUNT = 2;
const size_t LINE_BYTES = 64;
/** Sleeps end after this long, to hear whether the parent has ended. */
const long SLEEP_NS = 50'000'000;

struct Bell {
  alignas(LINE_BYTES) std::atomic<uint32_t> rings;
  std::atomic<uint32_t> sleepers;
};

struct Counters {
  alignas(LINE_BYTES) std::atomic<uint32_t> written;
  alignas(LINE_BYTES) std::atomic<uint32_t> read;
};

inline void ring(Bell& bell) {
  bell.rings.fetch_add(1);
  if (bell.sleepers.load() == 0) return;
  syscall(SYS_futex, &bell.rings, FUTEX_WAKE, INT32_MAX, nullptr, nullptr, 0);
}

/** Returns at once if the bell was rung since it stood at `rung`. */
inline void sleep_until_rung(Bell& bell, uint32_t rung) {
  const timespec most = {0, SLEEP_NS};
  bell.sleepers.fetch_add(1);
  syscall(SYS_futex, &bell.rings, FUTEX_WAIT, rung, &most, nullptr, 0);
  bell.sleepers.fetch_sub(1);
}

struct Mailbox {
  Counters* counters;
  char* bytes;
  uint32_t capacity;

  /**
   * Copies as much as there is room for, at most `most`. After the last bytes of a parcel the
   * counters go on to the next line, so that no element straddles the circle's end.
   */
  size_t write(const char* from, size_t count, size_t most, bool is_last) {
    const uint32_t written = counters->written.load(std::memory_order_relaxed);
    const uint32_t used = written - counters->read.load(std::memory_order_acquire);
    if (used >= capacity) return 0;
    size_t part = count < most ? count : most;
    if (part > capacity - used) part = capacity - used;
    const size_t start = written & (capacity - 1);
    const size_t first = part < capacity - start ? part : capacity - start;
    std::memcpy(bytes + start, from, first);
    std::memcpy(bytes, from + first, part - first);
    const uint32_t end = written + static_cast<uint32_t>(part);
    counters->written.store(is_last && part == count ? padded_end(end) : end,
                            std::memory_order_release);
    return part;
  }

  /** What lies ready in one piece, at most `most` bytes. */
  size_t ready(size_t most, const char** from) const {
    const uint32_t read = counters->read.load(std::memory_order_relaxed);
    size_t part = counters->written.load(std::memory_order_acquire) - read;
    const size_t start = read & (capacity - 1);
    *from = bytes + start;
    if (part > most) part = most;
    return part < capacity - start ? part : capacity - start;
  }

  void take(size_t part, bool ends_parcel) {
    const uint32_t end = counters->read.load(std::memory_order_relaxed) +
                         static_cast<uint32_t>(part);
    counters->read.store(ends_parcel ? padded_end(end) : end, std::memory_order_release);
  }

 private:
  /** Counters may overflow: their lines do not move, 2^32 being a multiple of a line. */
  static uint32_t padded_end(uint32_t end) {
    return end + (LINE_BYTES - end % LINE_BYTES) % LINE_BYTES;
  }
};

/** Where everything lies in the shared memory of `rank_count` processes. */
class SharedMemory {
 public:
  SharedMemory(char* memory, int rank_count) : memory_(memory), rank_count_(rank_count) {}

  static size_t bytes(int rank_count) {
    const size_t pairs = static_cast<size_t>(rank_count) * rank_count * LANE_COUNT;
    return rank_count * LANE_COUNT * sizeof(Bell) +
           pairs * (sizeof(Counters) + capacity(rank_count));
  }

  Bell& bell(int rank, int lane) const {
    return reinterpret_cast<Bell*>(memory_)[rank * LANE_COUNT + lane];
  }

  Mailbox mailbox(int from, int to, int lane) const {
    const size_t index = (static_cast<size_t>(from) * rank_count_ + to) * LANE_COUNT + lane;
    const size_t pairs = static_cast<size_t>(rank_count_) * rank_count_ * LANE_COUNT;
    char* counters = memory_ + rank_count_ * LANE_COUNT * sizeof(Bell);
    char* bytes = counters + pairs * sizeof(Counters);
    return {reinterpret_cast<Counters*>(counters) + index, bytes + index * capacity(rank_count_),
            capacity(rank_count_)};
  }

 private:
  /** A power of two, so that counters may overflow; what all fill at once stays in the cache. */
  static uint32_t capacity(int rank_count) {
    return rank_count <= 8 ? 1u << 18 : rank_count <= 16 ? 1u << 16 : 1u << 15;
  }

  char* memory_;
  int rank_count_;
};
