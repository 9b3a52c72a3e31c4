#define _GNU_SOURCE
#include "ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

ptrdiff_t ranks_processors(int32_t *numbers, ptrdiff_t room) {
  cpu_set_t allowed;
  ptrdiff_t count = 0;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
  for (int i = 0; i < CPU_SETSIZE && count < room; i++) {
    if (CPU_ISSET(i, &allowed)) numbers[count++] = i;
  }
  return count;
}
#else
ptrdiff_t ranks_processors(int32_t *numbers, ptrdiff_t room) {
  (void)numbers;
  (void)room;
  return 0;
}
#endif

#ifdef PERCEPTRON_MPI
#include <errno.h>
#include <mpi.h>
#include <pthread.h>
#include <signal.h>

static MPI_Comm channels[3];

// The class of a code, which MPI's constants are; libraries may return codes of their own.
static int class_of(int code) {
  int class = code;
  MPI_Error_class(code, &class);
  return class;
}

// MARK: - The guardian

// A system with close_range has pidfd_open and pidfd_send_signal, too.
#if defined __linux__ && defined SYS_close_range
// The guardian's process, and what ends it when a byte is sent there; -1 without one.
static pid_t guardian = -1;
static int guarded = -1;

// Whether a process is mpirun, under one of its names.
static bool is_launcher(pid_t process) {
  char path[64], name[32] = "";
  snprintf(path, sizeof path, "/proc/%d/comm", (int)process);
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  if (fgets(name, sizeof name, file) == NULL) name[0] = 0;
  fclose(file);
  static const char *const names[] = {"mpirun", "mpiexec", "orterun", "prterun"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strncmp(name, names[i], strlen(names[i])) == 0) return true;
  }
  return false;
}

// A descriptor of mpirun, if that is the parent of this process, else -1: unlike its number, it never
// means another process.
static int open_launcher(void) {
  pid_t parent = getppid();
  int launcher = (int)syscall(SYS_pidfd_open, parent, 0);
  if (launcher < 0 || (is_launcher(parent) && getppid() == parent)) return launcher;
  close(launcher);
  return -1;
}

// Closes all files from a number up to another that is not among them.
static bool close_files(unsigned first, unsigned end) {
  return first >= end || syscall(SYS_close_range, first, end - 1, 0) == 0;
}

// A copy of this process without the functions that libraries call in copies.
static pid_t copy_process(void) {
#if defined __GLIBC__ && __GLIBC_PREREQ(2, 34)
  return _Fork();
#else
  return fork();
#endif
}

// What the guardian does: it calls what signal handlers may call only, since other threads may have held
// locks when it was forked.
_Noreturn static void guard(int launcher, int rank) {
  // Neither is it killed with the ranks, nor does it keep their output open.
  setsid();
  prctl(PR_SET_NAME, "mpirun-guard");
  signal(SIGTERM, SIG_DFL);
  signal(SIGHUP, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  unsigned low = (unsigned)(launcher < rank ? launcher : rank);
  unsigned high = (unsigned)(launcher < rank ? rank : launcher);
  if (!close_files(0, low) || !close_files(low + 1, high) || !close_files(high + 1, UINT_MAX)) _exit(1);
  char byte;
  ssize_t count;
  do count = read(rank, &byte, 1); while (count < 0 && errno == EINTR);
  // A byte says that all is well; the end of the connection, that this rank has gone.
  if (count == 1) _exit(0);
  struct pollfd end = {.fd = launcher, .events = POLLIN};
  int ended;
  do ended = poll(&end, 1, 6000); while (ended < 0 && errno == EINTR);
  if (ended == 0) syscall(SYS_pidfd_send_signal, launcher, SIGKILL, NULL, 0);
  _exit(0);
}

// Starts a process that kills mpirun, if that is the parent of this one, where it still waits six seconds
// after this rank has gone, as Open MPI may if another host cannot be reached. Before Linux 5.9 it does
// nothing.
static void start_guardian(void) {
  int ends[2], launcher = open_launcher();
  if (launcher < 0) return;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
    guardian = copy_process();
    if (guardian == 0) guard(launcher, ends[0]);
    close(ends[0]);
    if (guardian > 0) {
      guarded = ends[1];
    } else {
      close(ends[1]);
    }
  }
  close(launcher);
}

static void end_guardian(void) {
  if (guarded < 0) return;
  send(guarded, "", 1, MSG_NOSIGNAL);
  close(guarded);
  guarded = -1;
  while (waitpid(guardian, NULL, 0) < 0 && errno == EINTR) {}
}
#else
static void start_guardian(void) {}
static void end_guardian(void) {}
#endif

// MARK: - Beginning and end

bool ranks_built(void) { return true; }

int ranks_start(int *rank, int *size) {
  start_guardian();
  int provided, code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
  if (code != MPI_SUCCESS) return code;
  if (provided < MPI_THREAD_SERIALIZED) return RANKS_NO_THREADS;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  for (int i = 0; i < 3 && code == MPI_SUCCESS; i++) {
    code = MPI_Comm_dup(MPI_COMM_WORLD, &channels[i]);
  }
  if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  return code == MPI_SUCCESS ? MPI_Comm_size(MPI_COMM_WORLD, size) : code;
}

int ranks_host_leader(int *leader) {
  MPI_Comm host;
  int code = MPI_Comm_rank(MPI_COMM_WORLD, leader);
  if (code != MPI_SUCCESS) return code;
  code = MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, *leader, MPI_INFO_NULL, &host);
  if (code != MPI_SUCCESS) return code;
  code = MPI_Bcast(leader, 1, MPI_INT, 0, host);
  MPI_Comm_free(&host);
  return code;
}

static void copy_line(const char *from, char *text, ptrdiff_t room) {
  size_t length = strcspn(from, "\n");
  if (length > (size_t)room - 1) length = (size_t)room - 1;
  memcpy(text, from, length);
  text[length] = 0;
}

void ranks_library(char *text, ptrdiff_t room) {
  char version[MPI_MAX_LIBRARY_VERSION_STRING];
  int length;
  MPI_Get_library_version(version, &length);
  copy_line(version, text, room);
}

void ranks_message(int code, char *text, ptrdiff_t room) {
  char message[MPI_MAX_ERROR_STRING];
  int length;
  if (MPI_Error_string(code, message, &length) != MPI_SUCCESS) {
    snprintf(message, sizeof message, "error %d", code);
  }
  copy_line(message, text, room);
}

int ranks_finish(void) {
  int code = MPI_Finalize();
  if (code == MPI_SUCCESS) end_guardian();
  return code;
}

static void *end_late(void *status) {
  sleep(3);
  _exit((int)(intptr_t)status);
}

void ranks_abort(int status) {
  int is_started = 0, is_over = 0;
  pthread_t thread;
  if (pthread_create(&thread, NULL, end_late, (void *)(intptr_t)status) != 0) _exit(status);
  MPI_Initialized(&is_started);
  MPI_Finalized(&is_over);
  if (is_started && !is_over) MPI_Abort(MPI_COMM_WORLD, status);
  _exit(status);
}

// MARK: - Messages

struct ranks_messages {
  // Those that have room, are added, and are started and not yet done.
  ptrdiff_t room, count, started;
  MPI_Request *requests;
  MPI_Status *statuses;
  struct part {
    int rank, bytes;
    bool is_sent;
  } *parts;
};

static void *allocate(ptrdiff_t count, size_t size) {
  void *block = calloc((size_t)(count > 0 ? count : 1), size);
  if (block == NULL) abort();
  return block;
}

struct ranks_messages *ranks_messages_make(ptrdiff_t room) {
  struct ranks_messages *messages = allocate(1, sizeof *messages);
  messages->room = room;
  messages->requests = allocate(room, sizeof *messages->requests);
  messages->statuses = allocate(room, sizeof *messages->statuses);
  messages->parts = allocate(room, sizeof *messages->parts);
  return messages;
}

int ranks_messages_add(
  struct ranks_messages *messages, enum ranks_channel channel, bool is_sent, int rank, void *base,
  ptrdiff_t bytes) {
  if (messages->count == messages->room || bytes > RANKS_LARGEST_PART) abort();
  MPI_Request *request = &messages->requests[messages->count];
  messages->parts[messages->count++] = (struct part){rank, (int)bytes, is_sent};
  return is_sent
    ? MPI_Send_init(base, (int)bytes, MPI_BYTE, rank, 0, channels[channel], request)
    : MPI_Recv_init(base, (int)bytes, MPI_BYTE, rank, 0, channels[channel], request);
}

int ranks_messages_start(struct ranks_messages *messages) {
  // MPI_Startall may start them in any order; messages of two ranks are matched in that of their start.
  for (messages->started = 0; messages->started < messages->count; messages->started++) {
    int code = MPI_Start(&messages->requests[messages->started]);
    if (code != MPI_SUCCESS) return code;
  }
  return MPI_SUCCESS;
}

int ranks_messages_test(struct ranks_messages *messages, bool *is_done, int *rank) {
  int flag = 0, code;
  *rank = -1;
  code = MPI_Testall((int)messages->count, messages->requests, &flag, messages->statuses);
  *is_done = flag != 0;
  if (class_of(code) == MPI_ERR_IN_STATUS) {
    for (ptrdiff_t i = 0; i < messages->count; i++) {
      int own = messages->statuses[i].MPI_ERROR;
      if (own == MPI_SUCCESS || class_of(own) == MPI_ERR_PENDING) continue;
      *rank = messages->parts[i].rank;
      return own;
    }
  }
  if (code != MPI_SUCCESS || !flag) return code;
  messages->started = 0;
  for (ptrdiff_t i = 0; i < messages->count; i++) {
    int count;
    if (messages->parts[i].is_sent) continue;
    MPI_Get_count(&messages->statuses[i], MPI_BYTE, &count);
    if (count == messages->parts[i].bytes) continue;
    *rank = messages->parts[i].rank;
    return RANKS_TOO_SHORT;
  }
  return MPI_SUCCESS;
}

void ranks_messages_free(struct ranks_messages *messages) {
  int is_over = 0;
  MPI_Finalized(&is_over);
  for (ptrdiff_t i = 0; i < messages->count && !is_over; i++) {
    if (i < messages->started && !messages->parts[i].is_sent) {
      // Not MPI_Wait: of a message that has come in part, the rest may never come.
      int flag;
      MPI_Cancel(&messages->requests[i]);
      MPI_Test(&messages->requests[i], &flag, MPI_STATUS_IGNORE);
    }
    MPI_Request_free(&messages->requests[i]);
  }
  free(messages->requests);
  free(messages->statuses);
  free(messages->parts);
  free(messages);
}

int ranks_probe(enum ranks_channel channel, bool *found, int *rank, ptrdiff_t *bytes) {
  MPI_Status status;
  int flag = 0, count = 0;
  int code = MPI_Iprobe(MPI_ANY_SOURCE, 0, channels[channel], &flag, &status);
  *found = code == MPI_SUCCESS && flag;
  if (*found) {
    MPI_Get_count(&status, MPI_BYTE, &count);
    *rank = status.MPI_SOURCE;
    *bytes = count;
  }
  return code;
}

#else
// Without MPI: nothing begins, so that nothing else is called.
bool ranks_built(void) { return false; }
int ranks_start(int *rank, int *size) {
  *rank = 0;
  *size = 1;
  return RANKS_NOT_BUILT;
}
int ranks_host_leader(int *leader) { return (*leader = 0, RANKS_NOT_BUILT); }
void ranks_library(char *text, ptrdiff_t room) { snprintf(text, (size_t)room, "none"); }
void ranks_message(int code, char *text, ptrdiff_t room) {
  snprintf(text, (size_t)room, "error %d", code);
}
int ranks_finish(void) { return RANKS_NOT_BUILT; }
void ranks_abort(int status) { _exit(status); }
struct ranks_messages *ranks_messages_make(ptrdiff_t room) {
  (void)room;
  abort();
}
int ranks_messages_add(
  struct ranks_messages *messages, enum ranks_channel channel, bool is_sent, int rank, void *base,
  ptrdiff_t bytes) {
  (void)messages, (void)channel, (void)is_sent, (void)rank, (void)base, (void)bytes;
  return RANKS_NOT_BUILT;
}
int ranks_messages_start(struct ranks_messages *messages) { return (void)messages, RANKS_NOT_BUILT; }
int ranks_messages_test(struct ranks_messages *messages, bool *is_done, int *rank) {
  (void)messages, (void)is_done, (void)rank;
  return RANKS_NOT_BUILT;
}
void ranks_messages_free(struct ranks_messages *messages) { (void)messages; }
int ranks_probe(enum ranks_channel channel, bool *found, int *rank, ptrdiff_t *bytes) {
  (void)channel, (void)found, (void)rank, (void)bytes;
  return RANKS_NOT_BUILT;
}
#endif
