// Where a thread runs, on Linux; elsewhere it is left to the system.
#define _GNU_SOURCE
#include "hints.h"

#ifdef __linux__
#include <sched.h>

int hint_processor(void) { return sched_getcpu(); }

void hint_leaving(const int *processors, ptrdiff_t count) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  cpu_set_t others = allowed;
  for (ptrdiff_t i = 0; i < count; i++) {
    if (processors[i] >= 0 && processors[i] < CPU_SETSIZE) CPU_CLR(processors[i], &others);
  }
  if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return;
  sched_setaffinity(0, sizeof allowed, &allowed);
}

#else

int hint_processor(void) { return -1; }

void hint_leaving(const int *processors, ptrdiff_t count) {
  (void)processors;
  (void)count;
}

#endif
