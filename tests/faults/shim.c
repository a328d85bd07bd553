/* Loaded before libc: counts the calls that touch files below a folder, and lets one of them fail, or kills the process at it.

   fault_arm(state, root, log, at, error): calls are counted from now on, in this process and in all that have the path of the file
   `state` in FAULTS_STATE, by one count. Call number `at` (from 1) sets errno to `error` and fails; with error 0 its process is
   killed before the call. Each counted call is a line at the end of the file `log`, if that is not empty. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct state {
  atomic_int count;
  int failing, error_code;
  char root[PATH_MAX], log[PATH_MAX];
};
static struct state *state;
static size_t root_length;
static int log_to = -1;
static const int MOST = 65536;
static _Atomic char is_tracked[65536];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Maps the state that another process may share. */
static void join_state(const char *path) {
  int file = REAL(open)(path, O_RDWR | O_CREAT, 0600);
  if (file < 0 || REAL(ftruncate64)(file, sizeof *state)) abort();
  state = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  REAL(close)(file);
  if (state == MAP_FAILED) abort();
}

static void start_counting(void) {
  if (*state->log) log_to = REAL(open)(state->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  root_length = strlen(state->root);
}

void fault_arm(const char *path, const char *root, const char *log, int at, int error) {
  join_state(path);
  snprintf(state->root, PATH_MAX, "%s", root);
  snprintf(state->log, PATH_MAX, "%s", log);
  state->failing = at, state->error_code = error;
  start_counting();
}

__attribute__((constructor)) static void join_parent(void) {
  const char *path = getenv("FAULTS_STATE");
  if (path) join_state(path), start_counting();
}

static int is_below(int folder, const char *path) {
  if (!root_length || !path) return 0;
  if (path[0] == '/') return !strncmp(path, state->root, root_length);
  if (folder >= 0 && folder < MOST && is_tracked[folder]) return 1;
  char here[PATH_MAX];
  return folder == AT_FDCWD && getcwd(here, sizeof here) && !strncmp(here, state->root, root_length);
}

/* Whether this call is the one that fails; errno is set then. */
static int fails(const char *name, const char *what) {
  int number = atomic_fetch_add(&state->count, 1) + 1;
  if (log_to >= 0) dprintf(log_to, "%d %s %s\n", number, name, what);
  if (number != state->failing) return 0;
  if (!state->error_code) kill(getpid(), SIGKILL), pause();
  errno = state->error_code;
  return 1;
}

static int opened(int file, int below) {
  if (file >= 0 && file < MOST) is_tracked[file] = below;
  return file;
}

#define OPEN_MODE                                         \
  mode_t mode = 0;                                        \
  if (flags & (O_CREAT | O_TMPFILE)) {                    \
    va_list rest;                                         \
    va_start(rest, flags), mode = va_arg(rest, mode_t);   \
    va_end(rest);                                         \
  }
#define OPENER(name)                                                          \
  int name(const char *path, int flags, ...) {                                \
    OPEN_MODE                                                                 \
    int below = is_below(AT_FDCWD, path);                                     \
    if (below && fails("open", path)) return -1;                              \
    return opened(REAL(name)(path, flags, mode), below);                      \
  }
#define OPENER_AT(name)                                                       \
  int name(int folder, const char *path, int flags, ...) {                    \
    OPEN_MODE                                                                 \
    int below = is_below(folder, path);                                       \
    if (below && fails("open", path)) return -1;                              \
    return opened(REAL(name)(folder, path, flags, mode), below);              \
  }
OPENER(open)
OPENER(open64)
OPENER_AT(openat)
OPENER_AT(openat64)

/* A call on an open file is named by its number, so that a series of writes to one file can be told from the log. */
static int fails_on(const char *name, int file) {
  char what[16];
  if (file < 0 || file >= MOST || !is_tracked[file]) return 0;
  snprintf(what, sizeof what, "%d", file);
  return fails(name, what);
}

#define ON_FILE(type, name, given, passed)                                    \
  type name given {                                                           \
    if (fails_on(#name, file)) return -1;                                     \
    return REAL(name) passed;                                                 \
  }
ON_FILE(ssize_t, write, (int file, const void *data, size_t size), (file, data, size))
ON_FILE(ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t at), (file, data, size, at))
ON_FILE(ssize_t, writev, (int file, const struct iovec *parts, int many), (file, parts, many))
ON_FILE(int, fsync, (int file), (file))
ON_FILE(int, fdatasync, (int file), (file))
ON_FILE(int, ftruncate64, (int file, off64_t size), (file, size))

int close(int file) {
  if (file >= 0 && file < MOST) is_tracked[file] = 0;
  return REAL(close)(file);
}

#define ON_PATH(name, given, passed, folder, path)                            \
  int name given {                                                            \
    if (is_below(folder, path) && fails(#name, path)) return -1;              \
    return REAL(name) passed;                                                 \
  }
ON_PATH(unlink, (const char *path), (path), AT_FDCWD, path)
ON_PATH(unlinkat, (int folder, const char *path, int flags), (folder, path, flags), folder, path)
ON_PATH(rmdir, (const char *path), (path), AT_FDCWD, path)
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode), AT_FDCWD, path)
ON_PATH(mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode), folder, path)
ON_PATH(rename, (const char *from, const char *to), (from, to), AT_FDCWD, to)
ON_PATH(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), b, to)
ON_PATH(renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags), b, to)
ON_PATH(link, (const char *from, const char *to), (from, to), AT_FDCWD, to)
ON_PATH(linkat, (int a, const char *from, int b, const char *to, int flags), (a, from, b, to, flags), b, to)
ON_PATH(symlink, (const char *from, const char *to), (from, to), AT_FDCWD, to)
ON_PATH(symlinkat, (const char *from, int folder, const char *to), (from, folder, to), folder, to)
