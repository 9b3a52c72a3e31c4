// Counts the calls of malloc and its like in the whole process, by standing in for them.
//
// Only for programs that measure, and only with glibc on Linux: elsewhere nothing is counted.
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  uint64_t count;
  uint64_t bytes;
} allocations_t;

// Whether allocations are counted on this system.
bool allocations_are_counted(void);

// Begins to count. What it returns is for allocations_end.
allocations_t allocations_begin(void);

// The number of allocations by all threads since allocations_begin returned `start`, and their
// bytes together. Giving memory back changes neither. To be called once for each beginning.
allocations_t allocations_end(allocations_t start);
