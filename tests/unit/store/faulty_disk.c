/* A disk that fails, or a power cut, at the nth thing that a program does to a file. For LD_PRELOAD.
 *
 * Counted are the calls by which SQLite changes files. The program arms it through ctypes (see faulty_disk.py).
 * With a shadow directory, every file forced to the disk is copied there at that moment: what is in the directory is
 * what a disk holds for sure when the power goes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum act { NOTHING, FAIL_ONCE, FAIL_FROM_THEN_ON, KILL_BEFORE, KILL_HALFWAY, KILL_AFTER };

static long calls, nth;
static int act = NOTHING, error;
static char shadow[PATH_MAX];

void faulty_disk_arm(int what, long when, int with_error) {
    calls = 0;
    act = what;
    nth = when;
    error = with_error;
}

long faulty_disk_calls(void) { return calls; }

void faulty_disk_shadow(const char *directory) { snprintf(shadow, sizeof shadow, "%s", directory); }

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Whether this call is to fail; does not come back from a call that is to be killed before it begins. */
static int fails(void) {
    calls++;
    if (calls == nth && act == KILL_BEFORE) die();
    if ((calls == nth && act == FAIL_ONCE) || (calls >= nth && act == FAIL_FROM_THEN_ON)) {
        errno = error;
        return 1;
    }
    return 0;
}

static void ends(void) {
    if (calls == nth && act == KILL_AFTER) die();
}

#define NEXT(type, name, arguments) \
    static type(*next) arguments; \
    if (!next) next = (type(*) arguments)dlsym(RTLD_NEXT, name)

static ssize_t halfway(ssize_t (*next)(int, const void *, size_t, off_t), int fd, const void *data, size_t size,
                       off_t offset) {
    if (fails()) return -1;
    if (calls == nth && act == KILL_HALFWAY) {
        next(fd, data, size / 2, offset);
        die();
    }
    ssize_t done = next(fd, data, size, offset);
    ends();
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    NEXT(ssize_t, "pwrite", (int, const void *, size_t, off_t));
    return halfway(next, fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset) {
    NEXT(ssize_t, "pwrite64", (int, const void *, size_t, off_t));
    return halfway(next, fd, data, size, offset);
}

static int truncated(int (*next)(int, off_t), int fd, off_t size) {
    if (fails()) return -1;
    if (calls == nth && act == KILL_HALFWAY) die();
    int done = next(fd, size);
    ends();
    return done;
}

int ftruncate(int fd, off_t size) {
    NEXT(int, "ftruncate", (int, off_t));
    return truncated(next, fd, size);
}

int ftruncate64(int fd, off_t size) {
    NEXT(int, "ftruncate64", (int, off_t));
    return truncated(next, fd, size);
}

static void copy_to_shadow(int fd) {
    char link[64], path[PATH_MAX], to[2 * PATH_MAX], unfinished[2 * PATH_MAX + 8], data[65536];
    struct stat status;
    if (!shadow[0] || fstat(fd, &status) || !S_ISREG(status.st_mode)) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return;
    path[length] = 0;
    snprintf(to, sizeof to, "%s/%s", shadow, strrchr(path, '/') + 1);
    snprintf(unfinished, sizeof unfinished, "%s.part", to);
    int out = open(unfinished, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    /* Through the same descriptor: to close another one of this file would lose SQLite's locks. */
    for (off_t at = 0; out >= 0 && (length = pread(fd, data, sizeof data, at)) > 0; at += length)
        if (write(out, data, (size_t)length) != length) die();
    close(out);
    rename(unfinished, to);
}

static int forced(int (*next)(int), int fd) {
    if (fails()) return -1;
    if (calls == nth && act == KILL_HALFWAY) die();
    int done = next(fd);
    if (!done) copy_to_shadow(fd);
    ends();
    return done;
}

int fsync(int fd) {
    NEXT(int, "fsync", (int));
    return forced(next, fd);
}

int fdatasync(int fd) {
    NEXT(int, "fdatasync", (int));
    return forced(next, fd);
}

int unlink(const char *path) {
    NEXT(int, "unlink", (const char *));
    if (fails()) return -1;
    if (calls == nth && act == KILL_HALFWAY) die();
    int done = next(path);
    ends();
    return done;
}
