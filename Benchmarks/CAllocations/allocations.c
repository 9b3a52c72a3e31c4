#include "CPerceptronAllocations.h"

#include <features.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif

// A sanitizer brings a malloc of its own.
#if defined(__linux__) && defined(__GLIBC__) && !__has_feature(address_sanitizer) && \
    !__has_feature(thread_sanitizer) && !__has_feature(memory_sanitizer)
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

// glibc's own functions under the names that stay reachable when the usual ones are replaced.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Atomic uint64_t count;
static _Atomic uint64_t bytes;
// The number of counts begun and not ended. The counts are shared by all threads, which would be
// slow at any other time.
static _Atomic int counters;

static void note(size_t size) {
  if (atomic_load_explicit(&counters, memory_order_relaxed) == 0) return;
  atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&bytes, size, memory_order_relaxed);
}

void *malloc(size_t size) {
  note(size);
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  note(number * size);
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  note(size);
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  note(size);
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *memory = memalign(alignment, size);
  if (memory == NULL) return ENOMEM;
  *result = memory;
  return 0;
}

bool allocations_are_counted(void) { return true; }
allocations_t allocations_begin(void) {
  atomic_fetch_add(&counters, 1);
  return (allocations_t){count, bytes};
}
allocations_t allocations_end(allocations_t start) {
  allocations_t found = {count - start.count, bytes - start.bytes};
  atomic_fetch_sub(&counters, 1);
  return found;
}
#else
bool allocations_are_counted(void) { return false; }
allocations_t allocations_begin(void) { return (allocations_t){0, 0}; }
allocations_t allocations_end(allocations_t start) { return start; }
#endif
