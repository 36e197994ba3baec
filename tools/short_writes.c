// Lets write() take only a part of what it is given. Preloaded by tests (LD_PRELOAD).
//
// SHORT_WRITES=N   the Nth write of more than a byte to a file takes half of it
// SHORT_WRITES=N+  so does every later one
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t write(int descriptor, const void *bytes, size_t count) {
    static int calls = 0;
    const char *plan = getenv("SHORT_WRITES");
    if (plan && descriptor > 2 && count > 1) {
        int first = atoi(plan);
        calls += 1;
        if (calls == first || (calls > first && strchr(plan, '+'))) count /= 2;
    }
    return syscall(SYS_write, descriptor, bytes, count);
}
