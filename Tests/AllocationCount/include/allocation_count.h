// Counts what the process takes from the heap, where the C library lets itself be counted.
#pragma once
#include <stdint.h>

/// Whether allocations are counted: on Linux with glibc.
int32_t allocation_counted(void);
/// Calls of malloc, calloc, realloc and their kin so far, on all threads.
int64_t allocation_count(void);
/// Bytes that those calls asked for.
int64_t allocation_bytes(void);
