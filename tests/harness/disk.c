/* A disk that misbehaves, between the service and the kernel (LD_PRELOAD). Touches the database and its logs alone,
 * the files DISK_STORE/tips.db, DISK_STORE/tips.db-wal and DISK_STORE/tips.db-journal, which is there while the database is made.
 *
 * DISK_CONTROL names a file that says how the disk is now; the test rewrites it while the service runs:
 *   delay N   every sync takes N milliseconds longer
 *   full      every write answers ENOSPC
 *   readonly  every write answers EROFS, and nothing opens for writing
 *   broken    every sync answers EIO
 * DISK_RECORD names a file that gets every write, cut and sync, in the order in which they happened; a file that is deleted is cut. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* As tests/harness/power.rs reads it. */
struct record {
  uint8_t op;   /* 'w' write, 's' sync, 't' cut to `offset` bytes */
  uint8_t file; /* its place in `names` */
  uint16_t none;
  uint32_t length;
  uint64_t offset;
};

static const char *const names[] = {"tips.db", "tips.db-wal", "tips.db-journal"};
#define FILES (int)(sizeof names / sizeof *names)

/* Which of our files this is; -1 for any other. */
static int ours(int fd) {
  const char *store = getenv("DISK_STORE");
  struct stat open_file, named;
  if (!store || fstat(fd, &open_file) != 0 || !S_ISREG(open_file.st_mode)) return -1;
  for (int i = 0; i < FILES; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", store, names[i]);
    if (stat(path, &named) == 0 && named.st_dev == open_file.st_dev && named.st_ino == open_file.st_ino) return i;
  }
  return -1;
}

/* Milliseconds after `word` in the control file, 0 without a number; -1 when it says something else. */
static long says(const char *word) {
  const char *control = getenv("DISK_CONTROL");
  char text[64] = {0};
  if (!control) return -1;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return -1;
  ssize_t got = syscall(SYS_read, fd, text, sizeof text - 1);
  syscall(SYS_close, fd);
  size_t length = strlen(word);
  return got > 0 && strncmp(text, word, length) == 0 ? atol(text + length) : -1;
}

static void record(char op, int file, const void *bytes, size_t length, off_t offset) {
  static int log_fd = -1;
  const char *path = getenv("DISK_RECORD");
  if (!path) return;
  if (log_fd < 0) log_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct record head = {(uint8_t)op, (uint8_t)file, 0, (uint32_t)length, (uint64_t)offset};
  struct iovec parts[] = {{&head, sizeof head}, {(void *)bytes, length}};
  if (syscall(SYS_writev, log_fd, parts, length ? 2 : 1) != (long)(sizeof head + length)) abort();
}

static int refuses_writing(void) {
  if (says("full") >= 0) errno = ENOSPC;
  else if (says("readonly") >= 0) errno = EROFS;
  else return 0;
  return 1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
  int file = ours(fd);
  if (file < 0) return syscall(SYS_pwrite64, fd, bytes, length, offset);
  if (refuses_writing()) return -1;
  pthread_mutex_lock(&lock);
  ssize_t done = syscall(SYS_pwrite64, fd, bytes, length, offset);
  if (done > 0) record('w', file, bytes, (size_t)done, offset);
  pthread_mutex_unlock(&lock);
  return done;
}

int ftruncate64(int fd, off_t length) {
  int file = ours(fd);
  if (file < 0) return (int)syscall(SYS_ftruncate, fd, length);
  if (refuses_writing()) return -1;
  pthread_mutex_lock(&lock);
  int done = (int)syscall(SYS_ftruncate, fd, length);
  if (done == 0) record('t', file, NULL, 0, length);
  pthread_mutex_unlock(&lock);
  return done;
}

static int sync_with(long call, int fd) {
  int file = ours(fd);
  if (file < 0) return (int)syscall(call, fd);
  long delay = says("delay");
  if (delay > 0) nanosleep(&(struct timespec){delay / 1000, delay % 1000 * 1000000}, NULL);
  if (says("broken") >= 0) {
    errno = EIO;
    return -1;
  }
  pthread_mutex_lock(&lock);
  int done = (int)syscall(call, fd);
  if (done == 0) record('s', file, NULL, 0, 0);
  pthread_mutex_unlock(&lock);
  return done;
}

int fsync(int fd) { return sync_with(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_with(SYS_fdatasync, fd); }

/* SQLite syncs the folder right after it has deleted a journal: it is gone for good at once. */
int unlink(const char *path) {
  struct stat named;
  int fd = stat(path, &named) == 0 && S_ISREG(named.st_mode) ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0) : -1;
  int file = fd < 0 ? -1 : ours(fd);
  if (fd >= 0) syscall(SYS_close, fd);
  pthread_mutex_lock(&lock);
  int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (done == 0 && file >= 0) {
    record('t', file, NULL, 0, 0);
    record('s', file, NULL, 0, 0);
  }
  pthread_mutex_unlock(&lock);
  return done;
}

static int open_with(const char *path, int flags, mode_t mode) {
  const char *store = getenv("DISK_STORE");
  int writes = (flags & O_ACCMODE) != O_RDONLY;
  if (writes && store && strncmp(path, store, strlen(store)) == 0 && says("readonly") >= 0) {
    errno = EROFS;
    return -1;
  }
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_with(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_with(path, flags, mode);
}
