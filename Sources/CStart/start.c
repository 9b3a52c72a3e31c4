// Starts a program anew where the system refuses OpenBLAS a thread.
//
// OpenBLAS makes its threads while it is loaded, before main. Where it may not make one, as at a
// user's limit of processes, it sends the process SIGINT, which ends it. Here that signal runs the
// program again with as many threads as there can be, half of them for the workers of Perceptron's
// own. For executables only: a shared library has no .preinit_array.
#ifdef __linux__
#define _GNU_SOURCE
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **arguments, **environment;
static struct sigaction earlier;

// The number of threads of this process.
static int thread_count(void) {
  DIR *tasks = opendir("/proc/self/task");
  int count = 0;
  if (tasks == NULL) return 1;
  for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
    if (entry->d_name[0] != '.') count++;
  }
  closedir(tasks);
  return count;
}

static void unblock(void) {
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
}

static void start_anew(void) {
  // Fewer than were tried, so that this ends: at 1 OpenBLAS makes none.
  int threads = (thread_count() + 1) / 2, count = 0;
  static const char name[] = "OPENBLAS_NUM_THREADS=";
  static char setting[sizeof name + 16];
  snprintf(setting, sizeof setting, "%s%d", name, threads);
  while (environment[count] != NULL) count++;
  char **changed = malloc((size_t)(count + 2) * sizeof *changed);
  if (changed == NULL) return;
  int kept = 0;
  for (int i = 0; i < count; i++) {
    if (strncmp(environment[i], name, sizeof name - 1) != 0) changed[kept++] = environment[i];
  }
  changed[kept++] = setting;
  changed[kept] = NULL;
  dprintf(
      STDERR_FILENO, "Perceptron: the system creates no more threads; continuing with %d of OpenBLAS\n",
      threads);
  sigaction(SIGINT, &earlier, NULL);
  unblock();
  execve("/proc/self/exe", arguments, changed);
}

static void interrupted(int number, siginfo_t *info, void *context) {
  (void)context;
  if (info->si_code == SI_TKILL && info->si_pid == getpid()) start_anew();
  // A signal from elsewhere, or no way to start anew.
  sigaction(SIGINT, &earlier, NULL);
  if (earlier.sa_handler == SIG_IGN) return;
  raise(number);
}

// Before any library's constructors.
static void watch(int count, char **given, char **variables) {
  (void)count;
  arguments = given;
  environment = variables;
  struct sigaction action = {.sa_sigaction = interrupted, .sa_flags = SA_SIGINFO};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &earlier);
  unblock();
}

__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(
    int, char **, char **) = watch;

// After the constructors of all libraries.
__attribute__((constructor)) static void unwatch(void) { sigaction(SIGINT, &earlier, NULL); }
#endif
