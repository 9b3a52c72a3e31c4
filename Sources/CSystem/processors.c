// Where a thread runs and memory lies, on Linux; elsewhere it is left to the system.
#define _GNU_SOURCE
#include "hints.h"

#ifdef __linux__
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>

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

void hint_large_pages(void *start, ptrdiff_t bytes) {
  // Whole pages of the usual size.
  uintptr_t page = 4096, first = ((uintptr_t)start + page - 1) & -page;
  uintptr_t end = ((uintptr_t)start + (uintptr_t)bytes) & -page;
  if (first < end) madvise((void *)first, end - first, MADV_HUGEPAGE);
}

#else

int hint_processor(void) { return -1; }

void hint_leaving(const int *processors, ptrdiff_t count) {
  (void)processors;
  (void)count;
}

void hint_large_pages(void *start, ptrdiff_t bytes) {
  (void)start;
  (void)bytes;
}

#endif
