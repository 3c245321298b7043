/* A slow disk, the same for every design and language: each fsync and fdatasync of the process takes BENCH_SYNC_US
   microseconds longer. Loaded by LD_PRELOAD; SQLite (WAL, synchronous=FULL) syncs once for each commit. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void wait_for_the_disk(void) {
    const char *microseconds = getenv("BENCH_SYNC_US");
    if (microseconds) usleep((useconds_t)atoi(microseconds));
}

int fsync(int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_for_the_disk();
    return real(file);
}

int fdatasync(int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_for_the_disk();
    return real(file);
}
