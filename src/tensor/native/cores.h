// How many cores there are for threads that compute: two threads on one core share its multipliers
// and gain nothing.
#pragma once
#include <cstdio>
#include <set>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

/** Physical cores this process may run on; where nobody says, the processors. */
inline int physical_cores() {
#if defined(__linux__)
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::set<std::string> cores;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
      if (!CPU_ISSET(cpu, &allowed)) continue;
      const std::string path = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                               "/topology/thread_siblings_list";
      char siblings[64] = {};
      std::FILE* file = std::fopen(path.c_str(), "r");
      const bool known = file != nullptr && std::fgets(siblings, sizeof(siblings), file) != nullptr;
      if (file != nullptr) std::fclose(file);
      cores.insert(known ? siblings : std::to_string(cpu));
    }
  }
  if (!cores.empty()) return static_cast<int>(cores.size());
#endif
  const unsigned processors = std::thread::hardware_concurrency();
  return processors > 0 ? static_cast<int>(processors) : 1;
}
