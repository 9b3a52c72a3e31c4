/* Predicts rows with a model, and prints a line for each: its class or values, then its probabilities, then
 * its scores.
 *
 *     predict MODEL ROWS
 *
 * ROWS has doubles, row after row. They are also predicted as floats and, where all are bytes, as bytes; in parts
 * of few rows; and by several threads at once, which must find the same bits. */
#define _POSIX_C_SOURCE 200809L
#include <perceptron.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, ROUNDS = 20 };

static int fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, perceptron_last_error());
  exit(1);
}

/* What is predicted for all rows. */
typedef struct {
  perceptron_predictions found;
  size_t classes, values, probabilities, scores;
} Found;

static void *room(size_t count, size_t size) {
  void *bytes = calloc(count == 0 ? 1 : count, size);
  if (bytes == NULL) exit(2);
  return bytes;
}

static Found make_room(const perceptron_model *model, size_t rows) {
  Found all = {{NULL, NULL, NULL, NULL}, 0, 0, 0, 0};
  size_t names = perceptron_model_name_count(model);
  if (perceptron_model_kind(model) == PERCEPTRON_CLASSES) {
    all.classes = rows;
    all.found.classes = room(rows, sizeof(int64_t));
  } else {
    all.values = rows * names;
    all.found.values = room(all.values, sizeof(double));
  }
  if (perceptron_model_has_probabilities(model)) {
    all.probabilities = rows * names;
    all.found.probabilities = room(all.probabilities, sizeof(double));
  }
  all.scores = rows * perceptron_model_score_count(model);
  all.found.scores = room(all.scores, sizeof(double));
  return all;
}

static void free_room(Found all) {
  free(all.found.classes);
  free(all.found.values);
  free(all.found.probabilities);
  free(all.found.scores);
}

static int differ(const void *a, const void *b, size_t bytes) {
  return bytes > 0 && memcmp(a, b, bytes) != 0;
}

static int same(Found a, Found b) {
  return !differ(a.found.classes, b.found.classes, a.classes * sizeof(int64_t))
    && !differ(a.found.values, b.found.values, a.values * sizeof(double))
    && !differ(a.found.probabilities, b.found.probabilities, a.probabilities * sizeof(double))
    && !differ(a.found.scores, b.found.scores, a.scores * sizeof(double));
}

/* The work of a thread. */
typedef struct {
  const perceptron_model *model;
  const double *rows;
  size_t count;
  Found expected;
  int number;
  int is_right;
} Work;

static void *predict(void *argument) {
  Work *work = argument;
  char path[32], expected[64];
  snprintf(path, sizeof path, "/nowhere/%d", work->number);
  snprintf(expected, sizeof expected, "%s: cannot open", path);
  Found own = make_room(work->model, work->count);
  work->is_right = 1;
  for (int round = 0; round < ROUNDS; round++) {
    /* Each thread has errors of its own. */
    if (perceptron_model_load(path) != NULL) work->is_right = 0;
    if (perceptron_predict_double(work->model, work->rows, work->count, &own.found) != 0) {
      work->is_right = 0;
    }
    if (!same(own, work->expected)) work->is_right = 0;
    if (strncmp(perceptron_last_error(), expected, strlen(expected)) != 0) work->is_right = 0;
  }
  free_room(own);
  return NULL;
}

static void check_threads(
    const perceptron_model *model, const double *rows, size_t count, Found expected) {
  pthread_t threads[THREADS];
  Work works[THREADS];
  for (int i = 0; i < THREADS; i++) {
    works[i] = (Work){model, rows, count, expected, i, 0};
    if (pthread_create(&threads[i], NULL, predict, &works[i]) != 0) exit(2);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    if (!works[i].is_right) fail("a thread found something else");
  }
}

static void check_types(
    const perceptron_model *model, const double *rows, size_t count, Found expected) {
  size_t size = count * perceptron_model_input_count(model);
  float *floats = room(size, sizeof(float));
  uint8_t *bytes = room(size, 1);
  int are_floats = 1, are_bytes = 1;
  for (size_t i = 0; i < size; i++) {
    floats[i] = (float)rows[i];
    bytes[i] = rows[i] >= 0 && rows[i] < 256 ? (uint8_t)rows[i] : 0;
    are_floats = are_floats && (double)floats[i] == rows[i];
    are_bytes = are_bytes && (double)bytes[i] == rows[i];
  }
  Found own = make_room(model, count);
  if (perceptron_predict_float(model, floats, count, &own.found) != 0) fail("floats");
  if (are_floats && own.classes > 0
      && differ(own.found.classes, expected.found.classes, own.classes * sizeof(int64_t))) {
    fail("floats have other classes");
  }
  if (perceptron_predict_bytes(model, bytes, count, &own.found) != 0) fail("bytes");
  if (are_bytes && own.classes > 0
      && differ(own.found.classes, expected.found.classes, own.classes * sizeof(int64_t))) {
    fail("bytes have other classes");
  }
  free_room(own);
  free(floats);
  free(bytes);
}

static int near(const double *a, const double *b, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double size = b[i] < 0 ? -b[i] : b[i], difference = a[i] < b[i] ? b[i] - a[i] : a[i] - b[i];
    if (!(difference <= 1e-5 * (1 + size))) return 0;
  }
  return 1;
}

static double *from(double *start, size_t count, size_t all, size_t first) {
  return start == NULL ? NULL : start + count / all * first;
}

/* Rows that come a few at a time, which are predicted one by one or together. */
static void check_parts(
    const perceptron_model *model, const double *rows, size_t count, Found expected) {
  const size_t sizes[] = {1, 2, 31, 32, 33, 64};
  size_t columns = perceptron_model_input_count(model);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    Found own = make_room(model, count);
    for (size_t first = 0; first < count; first += sizes[i]) {
      size_t part = count - first < sizes[i] ? count - first : sizes[i];
      perceptron_predictions found = {
        own.found.classes == NULL ? NULL : own.found.classes + first,
        from(own.found.values, own.values, count, first),
        from(own.found.probabilities, own.probabilities, count, first),
        from(own.found.scores, own.scores, count, first)};
      if (perceptron_predict_double(model, rows + first * columns, part, &found) != 0) {
        fail("a part");
      }
    }
    if (differ(own.found.classes, expected.found.classes, own.classes * sizeof(int64_t))
        || !near(own.found.values, expected.found.values, own.values)
        || !near(own.found.probabilities, expected.found.probabilities, own.probabilities)
        || !near(own.found.scores, expected.found.scores, own.scores)) {
      fail("a part found something else");
    }
    free_room(own);
  }
}

static void print(const double *values, size_t count, size_t row) {
  for (size_t i = 0; values != NULL && i < count; i++) printf(" %.17g", values[row * count + i]);
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  perceptron_model *model = perceptron_model_load(arguments[1]);
  if (model == NULL) fail("perceptron_model_load");

  FILE *file = fopen(arguments[2], "rb");
  if (file == NULL) return 2;
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file), columns = perceptron_model_input_count(model);
  rewind(file);
  double *rows = room(size, 1);
  if (fread(rows, 1, size, file) != size) return 2;
  fclose(file);
  size_t row_count = size / sizeof(double) / columns;

  Found all = make_room(model, row_count);
  if (perceptron_predict_double(model, rows, row_count, &all.found) != 0) fail("doubles");
  check_types(model, rows, row_count, all);
  check_parts(model, rows, row_count, all);
  check_threads(model, rows, row_count, all);

  /* What a file holds, and bytes. */
  size_t bytes_size = 0;
  void *bytes = perceptron_model_encode(model, &bytes_size);
  perceptron_model *copy = perceptron_model_decode(bytes, bytes_size);
  if (copy == NULL) fail("perceptron_model_decode");
  perceptron_bytes_free(bytes);
  Found again = make_room(copy, row_count);
  if (perceptron_predict_double(copy, rows, row_count, &again.found) != 0) fail("the copy");
  if (!same(all, again)) fail("the copy found something else");
  free_room(again);
  perceptron_model_free(copy);

  size_t names = perceptron_model_name_count(model);
  for (size_t row = 0; row < row_count; row++) {
    if (all.found.classes != NULL) {
      printf("%s", perceptron_model_name(model, (size_t)all.found.classes[row]));
    }
    print(all.found.values, names, row);
    printf(" |");
    print(all.found.probabilities, names, row);
    printf(" |");
    print(all.found.scores, perceptron_model_score_count(model), row);
    printf("\n");
  }
  free_room(all);
  free(rows);
  perceptron_model_free(model);
  perceptron_model_free(NULL);
  return 0;
}
