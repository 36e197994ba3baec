#include "include/allocation_count.h"
#include <errno.h>
#include <stdlib.h>

static int64_t count, bytes;

int64_t allocation_count(void) { return __atomic_load_n(&count, __ATOMIC_RELAXED); }
int64_t allocation_bytes(void) { return __atomic_load_n(&bytes, __ATOMIC_RELAXED); }

#if defined(__GLIBC__)

// glibc lets a program define these, and calls the program's from everywhere. What they return is glibc's
// own, so its free() takes it back.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

int32_t allocation_counted(void) { return 1; }

static void note(size_t size) {
    __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&bytes, (int64_t)size, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
    note(size);
    return __libc_malloc(size);
}

void *calloc(size_t items, size_t size) {
    note(items * size);
    return __libc_calloc(items, size);
}

void *realloc(void *block, size_t size) {
    note(size);
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note(size);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    note(size);
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

#else

int32_t allocation_counted(void) { return 0; }

#endif
