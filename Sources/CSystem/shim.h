#pragma once
#include <sys/xattr.h>
#ifdef __linux__
#include <malloc.h>
#include <sys/syscall.h>
#include <unistd.h>

// The C libraries declare it only for those who ask for all extensions before the first header.
static inline long ltfn_copy_file_range(int source, long long *offset, int target, unsigned long count) {
    return syscall(SYS_copy_file_range, source, offset, target, (void *)0, count, 0u);
}
#endif
