// What Perceptron takes of MPI, without MPI's types and constants, which differ between libraries. Internal
// to Perceptron; no stable interface.
//
// Built without the package trait MPI, ranks_start fails with RANKS_NOT_BUILT, and nothing else may be
// called but ranks_built and ranks_processors. Functions return 0, a code of MPI's, or one of the codes
// here. One thread at a time may call them, ranks_abort and ranks_processors excepted.
#ifndef PERCEPTRON_RANKS_H
#define PERCEPTRON_RANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  /// There is no MPI in this build.
  RANKS_NOT_BUILT = -1,
  /// The library does not allow calls from several threads, one at a time.
  RANKS_NO_THREADS = -2,
  /// A message has fewer bytes than were expected.
  RANKS_TOO_SHORT = -3,
};

/// What messages are for: those of one channel do not meet those of another.
enum ranks_channel { RANKS_EXCHANGES, RANKS_MAIL, RANKS_BEATS };

/// Whether MPI is in this build.
bool ranks_built(void);

/// Joins the other processes. Once in a process. Where mpirun is the parent of this process, a process
/// that is forked here kills it if it still waits six seconds after this one has gone, as for a daemon
/// on a host that cannot be reached; on Linux since 5.9.
int ranks_start(int *_Nonnull rank, int *_Nonnull size);

/// The lowest rank on this host. Collective, waits for all.
int ranks_host_leader(int *_Nonnull leader);

/// The library's name and version; may be called before ranks_start.
void ranks_library(char *_Nonnull text, ptrdiff_t room);

/// The text of a code.
void ranks_message(int code, char *_Nonnull text, ptrdiff_t room);

/// Leaves the other processes, in order. Collective, waits for all.
int ranks_finish(void);

/// Ends all processes, with a status. Returns never, and within seconds: if the library does not end this
/// process, it ends itself.
_Noreturn void ranks_abort(int status);

/// The processors that this process may run on, in ascending order; their number, 0 where it is unknown.
ptrdiff_t ranks_processors(int32_t *_Nonnull numbers, ptrdiff_t room);

// MARK: - Messages

/// Messages that are started together, any number of times.
struct ranks_messages;

/// A set of at most so many parts of messages.
struct ranks_messages *_Nonnull ranks_messages_make(ptrdiff_t room);

/// The largest number of bytes of a part. MPI counts in int; some libraries misbehave next to its end.
enum { RANKS_LARGEST_PART = 1 << 30 };

/// Adds a part: of at most RANKS_LARGEST_PART bytes, to or from a rank.
int ranks_messages_add(
  struct ranks_messages *_Nonnull messages, enum ranks_channel channel, bool is_sent, int rank,
  void *_Nullable base, ptrdiff_t bytes);

/// Starts all messages, in the order in which they were added.
int ranks_messages_start(struct ranks_messages *_Nonnull messages);

/// Whether all messages are done; after an error, the other rank of a message that failed, or -1.
int ranks_messages_test(
  struct ranks_messages *_Nonnull messages, bool *_Nonnull is_done, int *_Nonnull rank);

/// Gives up what is under way, and frees the set. Does not wait.
void ranks_messages_free(struct ranks_messages *_Nonnull messages);

/// Whether a message has come that no one has asked for, from whom, and its bytes.
int ranks_probe(
  enum ranks_channel channel, bool *_Nonnull found, int *_Nonnull rank, ptrdiff_t *_Nonnull bytes);

#endif
