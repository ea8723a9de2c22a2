// Stands between a node's process and the C library, by LD_PRELOAD, while faults are done to it. It obeys words in a small file that it
// shares with the runner (orders.rs has the same list), so that the orders change while the process runs. It refuses to know what a
// node is: of its files it knows only in which folder they lie. Without orders everything passes through.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum word {
    // Orders, written by the runner.
    CLOCK_AHEAD_NS, // CLOCK_REALTIME is so far ahead; negative: behind
    CLOCK_DRIFT_PPM, // all clocks gain so many millionths of a second each second, and waits end by them; negative: lose
    STALL_MS, // a sync of a file of the log first waits so long
    FAILURES, // so many syncs of files of the log still fail with EIO
    LIES, // not 0: syncs of all files of the node succeed, and nothing is done
    // What was done, written here.
    CLOCK_READS,
    STALLED,
    FAILED,
    LIED,
    WORDS
};

static _Atomic int64_t *words;
static char data[PATH_MAX], log_folder[PATH_MAX];
static int (*true_gettime)(clockid_t, struct timespec *);
static int (*true_nanosleep)(clockid_t, int, const struct timespec *, struct timespec *);
static int (*true_epoll_wait)(int, struct epoll_event *, int, int);
static long (*true_syscall)(long, ...);
static int (*true_fsync)(int);
static int (*true_fdatasync)(int);

// Some library before this one may ask already when it begins itself.
static void resolve(void) {
    if (true_fdatasync != NULL) {
        return;
    }
    true_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    true_nanosleep = (int (*)(clockid_t, int, const struct timespec *, struct timespec *))dlsym(RTLD_NEXT, "clock_nanosleep");
    true_epoll_wait = (int (*)(int, struct epoll_event *, int, int))dlsym(RTLD_NEXT, "epoll_wait");
    true_syscall = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    true_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    true_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
}

__attribute__((constructor)) static void begin(void) {
    resolve();
    const char *file = getenv("CORRIDOR_FAULTS_ORDERS"), *folder = getenv("CORRIDOR_FAULTS_DATA");
    if (file == NULL || folder == NULL || strlen(folder) + sizeof "/log" > sizeof data) {
        return;
    }
    strcpy(data, folder);
    strcpy(log_folder, folder);
    strcat(log_folder, "/log");
    int descriptor = open(file, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) {
        return;
    }
    void *shared = mmap(NULL, WORDS * sizeof *words, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (shared != MAP_FAILED) {
        words = shared;
    }
}

static int64_t in_ns(const struct timespec *time) { return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec; }

static struct timespec as_time(int64_t ns) { return (struct timespec){ns / 1000000000, ns % 1000000000}; }

// The monotonic clock as it is told: a line from a point where true and told time are known, steeper or flatter than the true one. When
// the drift changes, a new line begins where the old one ends, so that the clock never goes back; what was gained stays.
static atomic_flag line_taken = ATOMIC_FLAG_INIT;
static atomic_int has_drifted;
static int64_t line_true_ns, line_told_ns, line_ppm;

static int64_t grown(int64_t ns, int64_t by_millionths, int64_t of_millionths) {
    return (int64_t)((__int128)ns * by_millionths / of_millionths);
}

// Nothing drifts and nothing ever did: the usual case, without a lock.
static int is_true(void) { return words == NULL || (words[CLOCK_DRIFT_PPM] == 0 && !has_drifted); }

// The line is this thread's until `let_line_go`; it stands for the drift that is ordered now. The true time.
static int64_t take_line(void) {
    while (atomic_flag_test_and_set(&line_taken)) {
    }
    struct timespec now;
    true_gettime(CLOCK_MONOTONIC, &now);
    int64_t now_ns = in_ns(&now), ppm = words[CLOCK_DRIFT_PPM];
    if (ppm != line_ppm) {
        if (!has_drifted) {
            line_true_ns = line_told_ns = now_ns;
        }
        line_told_ns += grown(now_ns - line_true_ns, 1000000 + line_ppm, 1000000);
        line_true_ns = now_ns;
        line_ppm = ppm;
        has_drifted = 1;
    }
    return now_ns;
}

static void let_line_go(void) { atomic_flag_clear(&line_taken); }

// How far the told monotonic clock is ahead of the true one.
static int64_t gained_ns(void) {
    int64_t now_ns = take_line();
    int64_t told_ns = line_told_ns + grown(now_ns - line_true_ns, 1000000 + line_ppm, 1000000);
    let_line_go();
    return told_ns - now_ns;
}

// How long a wait really takes that is to take so long.
static int64_t true_wait_ns(int64_t wait_ns) { return grown(wait_ns, 1000000, 1000000 + words[CLOCK_DRIFT_PPM]); }

// When a told moment of the monotonic clock really is.
static int64_t true_moment_ns(int64_t told_ns) {
    take_line();
    int64_t true_ns = line_true_ns + grown(told_ns - line_told_ns, 1000000, 1000000 + line_ppm);
    let_line_go();
    return true_ns < 0 ? 0 : true_ns;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    resolve();
    int result = true_gettime(clock, time);
    if (result != 0 || words == NULL) {
        return result;
    }
    int64_t ahead_ns = 0;
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        // It is set right when it no longer drifts, as clocks are that show the time of day.
        ahead_ns = words[CLOCK_AHEAD_NS] + (words[CLOCK_DRIFT_PPM] == 0 ? 0 : gained_ns());
        break;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
        ahead_ns = is_true() ? 0 : gained_ns();
        break;
    }
    if (ahead_ns != 0) {
        *time = as_time(in_ns(time) + ahead_ns);
        words[CLOCK_READS]++;
    }
    return result;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wait, struct timespec *left) {
    resolve();
    struct timespec as_told = *wait;
    if (!is_true() && !(flags & TIMER_ABSTIME)) {
        as_told = as_time(true_wait_ns(in_ns(wait)));
    } else if (!is_true() && clock == CLOCK_MONOTONIC) {
        as_told = as_time(true_moment_ns(in_ns(wait)));
    }
    return true_nanosleep(clock, flags, &as_told, left);
}

int epoll_wait(int descriptor, struct epoll_event *events, int count, int timeout_ms) {
    resolve();
    if (!is_true() && timeout_ms > 0) {
        timeout_ms = (int)true_wait_ns((int64_t)timeout_ms + 1);
    }
    return true_epoll_wait(descriptor, events, count, timeout_ms);
}

// Waits of threads for each other come by here; everything else passes through.
long syscall(long number, ...) {
    resolve();
    va_list list;
    va_start(list, number);
    long value[6];
    for (int at = 0; at < 6; at++) {
        value[at] = va_arg(list, long);
    }
    va_end(list);
    struct timespec as_told;
    const struct timespec *wait = (const struct timespec *)value[3];
    long command = value[1] & FUTEX_CMD_MASK;
    if (number == SYS_futex && (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET) && wait != NULL && !is_true()) {
        int is_moment = command == FUTEX_WAIT_BITSET && !(value[1] & FUTEX_CLOCK_REALTIME);
        as_told = as_time(is_moment ? true_moment_ns(in_ns(wait)) : true_wait_ns(in_ns(wait)));
        value[3] = (long)&as_told;
    }
    return true_syscall(number, value[0], value[1], value[2], value[3], value[4], value[5]);
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec told;
    int result = clock_gettime(CLOCK_REALTIME, &told);
    if (result == 0) {
        time->tv_sec = told.tv_sec;
        time->tv_usec = told.tv_nsec / 1000;
    }
    return result;
}

time_t time(time_t *stored) {
    struct timespec told;
    time_t now = clock_gettime(CLOCK_REALTIME, &told) == 0 ? told.tv_sec : (time_t)-1;
    if (stored != NULL) {
        *stored = now;
    }
    return now;
}

static int lies_in(const char *path, const char *folder) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

// Takes one of the failures that are still to come.
static int must_fail(void) {
    int64_t left = words[FAILURES];
    while (left > 0) {
        if (atomic_compare_exchange_weak(&words[FAILURES], &left, left - 1)) {
            return 1;
        }
    }
    return 0;
}

static int sync_as_ordered(int file, int (*true_sync)(int)) {
    if (words == NULL || (words[STALL_MS] == 0 && words[FAILURES] == 0 && words[LIES] == 0)) {
        return true_sync(file);
    }
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) {
        return true_sync(file);
    }
    path[length] = '\0';
    if (words[LIES] != 0 && lies_in(path, data)) {
        words[LIED]++;
        return 0;
    }
    if (!lies_in(path, log_folder)) {
        return true_sync(file);
    }
    int64_t stall_ms = words[STALL_MS];
    if (stall_ms > 0) {
        words[STALLED]++;
        struct timespec left = {stall_ms / 1000, stall_ms % 1000 * 1000000};
        while (nanosleep(&left, &left) != 0 && errno == EINTR) {
        }
    }
    if (must_fail()) {
        words[FAILED]++;
        errno = EIO;
        return -1;
    }
    return true_sync(file);
}

int fsync(int file) {
    resolve();
    return sync_as_ordered(file, true_fsync);
}

int fdatasync(int file) {
    resolve();
    return sync_as_ordered(file, true_fdatasync);
}
