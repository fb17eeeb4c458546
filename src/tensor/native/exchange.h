// One exchange of a rank with others: parcels to send, parcels to take, and at most one sum or
// maximum over what all of a group send. Everything moves at once, in pieces, as far as mailboxes
// have room or bytes; elements are added in the order of ranks, so that the result has the same
// bits on every transport.
#pragma once
#include <sched.h>

#include <deque>
#include <vector>

#include "mailbox.h"

/** Bytes that are published together: the reader starts on them while the writer goes on. */
const size_t PIECE_BYTES = 1 << 16;
const size_t BLOCK_BYTES = 1 << 14;

struct Parcel {
  int peer;
  char* data;
  size_t bytes;
  size_t done;
};

/** Sent without waiting: a parcel with its own copy of the bytes. */
struct Letter {
  int peer;
  std::vector<char> bytes;
  size_t done;
};

struct Reduction {
  std::vector<int> members;  // in order, this rank among them; empty: nothing to reduce
  const char* source = nullptr;
  char* target = nullptr;
  size_t bytes = 0;
  size_t done = 0;
  bool is_double = false;
  bool is_max = false;
};

struct Exchange {
  std::vector<Parcel> sends;
  Reduction reduction;
  /** Parts of the reduced numbers, as they become ready; after the sends to the same rank. */
  std::vector<Parcel> results;
  /** After the reduction. */
  std::vector<Parcel> receives;
  int lane = 0;
};

template <class T>
inline __attribute__((always_inline)) void fold_plain(T* sum, const T* x, size_t count, bool max) {
  if (max) {
    for (size_t i = 0; i < count; i++) sum[i] = x[i] > sum[i] || x[i] != x[i] ? x[i] : sum[i];
  } else {
    for (size_t i = 0; i < count; i++) sum[i] += x[i];
  }
}

#if defined(__x86_64__)
template <class T>
__attribute__((target("avx2"))) void fold_avx2(T* sum, const T* x, size_t count, bool max) {
  fold_plain(sum, x, count, max);
}
#endif

template <class T>
void fold(T* sum, const T* x, size_t count, bool max) {
#if defined(__x86_64__)
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  if (has_avx2) return fold_avx2(sum, x, count, max);
#endif
  fold_plain(sum, x, count, max);
}

class Mover {
 public:
  Mover(const SharedMemory& memory, int rank) : memory_(memory), rank_(rank) {}

  /** Leaves behind all earlier ones to the same rank; it goes with the exchanges that follow. */
  void send_later(int peer, const char* data, size_t bytes) {
    if (bytes > 0) letters_.push_back({peer, std::vector<char>(data, data + bytes), 0});
    deliver();
  }

  /** Moves what can be moved now; whether that was anything. */
  bool progress(Exchange& job) {
    bool moved = job.lane == 0 && deliver();
    for (Parcel& parcel : job.sends) moved |= send(job.lane, parcel, parcel.bytes);
    moved |= reduce(job);
    for (size_t i = 0; i < job.results.size(); i++) {
      if (i < job.sends.size() && job.sends[i].done < job.sends[i].bytes) continue;
      moved |= send(job.lane, job.results[i], job.reduction.done);
    }
    if (job.reduction.done < job.reduction.bytes) return moved;
    for (Parcel& parcel : job.receives) moved |= receive(job.lane, parcel);
    return moved;
  }

  static bool is_done(const Exchange& job) {
    if (job.reduction.done < job.reduction.bytes) return false;
    for (const auto* list : {&job.sends, &job.results, &job.receives}) {
      for (const Parcel& parcel : *list) {
        if (parcel.done < parcel.bytes) return false;
      }
    }
    return true;
  }

 private:
  const SharedMemory& memory_;
  const int rank_;
  /** In the order of sending; of lane 0. */
  std::deque<Letter> letters_;

  bool deliver() {
    bool moved = false;
    for (size_t i = 0; i < letters_.size();) {
      Letter& letter = letters_[i];
      if (is_first(i)) {
        Parcel parcel = {letter.peer, letter.bytes.data(), letter.bytes.size(), letter.done};
        while (put(0, parcel, parcel.bytes)) moved = true;
        letter.done = parcel.done;
      }
      if (letter.done < letter.bytes.size()) {
        i++;
      } else {
        letters_.erase(letters_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    return moved;
  }

  bool is_first(size_t index) const {
    for (size_t i = 0; i < index; i++) {
      if (letters_[i].peer == letters_[index].peer) return false;
    }
    return true;
  }

  bool send(int lane, Parcel& parcel, size_t limit) {
    if (lane == 0) {
      for (const Letter& letter : letters_) {
        if (letter.peer == parcel.peer) return false;
      }
    }
    return put(lane, parcel, limit);
  }

  bool put(int lane, Parcel& parcel, size_t limit) {
    if (parcel.done >= limit) return false;
    Mailbox mailbox = memory_.mailbox(rank_, parcel.peer, lane);
    const size_t part = mailbox.write(parcel.data + parcel.done, limit - parcel.done, PIECE_BYTES,
                                      limit == parcel.bytes);
    parcel.done += part;
    if (part > 0) ring(memory_.bell(parcel.peer, lane));
    return part > 0;
  }

  bool receive(int lane, Parcel& parcel) {
    if (parcel.done >= parcel.bytes) return false;
    Mailbox mailbox = memory_.mailbox(parcel.peer, rank_, lane);
    const char* from = nullptr;
    const size_t part = mailbox.ready(parcel.bytes - parcel.done, &from);
    if (part == 0) return false;
    std::memcpy(parcel.data + parcel.done, from, part);
    parcel.done += part;
    mailbox.take(part, parcel.done == parcel.bytes);
    ring(memory_.bell(parcel.peer, lane));
    return true;
  }

  /** As far as all members have sent. */
  bool reduce(Exchange& job) {
    Reduction& sum = job.reduction;
    if (sum.done >= sum.bytes) return false;
    size_t part = sum.bytes - sum.done < PIECE_BYTES ? sum.bytes - sum.done : PIECE_BYTES;
    std::vector<const char*> sources(sum.members.size());
    for (size_t i = 0; i < sum.members.size(); i++) {
      if (sum.members[i] == rank_) {
        sources[i] = sum.source + sum.done;
      } else {
        part = memory_.mailbox(sum.members[i], rank_, job.lane).ready(part, &sources[i]);
      }
    }
    part -= part % (sum.is_double ? sizeof(double) : sizeof(float));
    if (part == 0) return false;
    for (size_t start = 0; start < part; start += BLOCK_BYTES) {
      const size_t bytes = part - start < BLOCK_BYTES ? part - start : BLOCK_BYTES;
      fold_block(sum, sources, start, bytes);
    }
    sum.done += part;
    for (const int member : sum.members) {
      if (member == rank_) continue;
      memory_.mailbox(member, rank_, job.lane).take(part, sum.done == sum.bytes);
      ring(memory_.bell(member, job.lane));
    }
    return true;
  }

  /** In a block of its own: the target may be the source of this rank. */
  static void fold_block(const Reduction& sum, const std::vector<const char*>& sources,
                         size_t start, size_t bytes) {
    alignas(LINE_BYTES) char block[BLOCK_BYTES];
    std::memcpy(block, sources[0] + start, bytes);
    for (size_t i = 1; i < sources.size(); i++) {
      const char* from = sources[i] + start;
      if (sum.is_double) {
        fold(reinterpret_cast<double*>(block), reinterpret_cast<const double*>(from),
             bytes / sizeof(double), sum.is_max);
      } else {
        fold(reinterpret_cast<float*>(block), reinterpret_cast<const float*>(from),
             bytes / sizeof(float), sum.is_max);
      }
    }
    std::memcpy(sum.target + sum.done + start, block, bytes);
  }
};
