/* Perceptron: trains small dense neural networks, and predicts with them.
 *
 *     perceptron_model *model = perceptron_model_load("model.safetensors");
 *     if (model == NULL) return fail(perceptron_last_error());
 *     int64_t classes[2];
 *     perceptron_predictions found = {.classes = classes};
 *     if (perceptron_predict_float(model, rows, 2, &found) != 0) return fail(perceptron_last_error());
 *     puts(perceptron_model_name(model, classes[0]));
 *     perceptron_model_free(model);
 *
 * Errors. A function that fails returns NULL or -1, and perceptron_last_error says why: what was expected
 * and what was found. No function ends the process for a file, a setting or a number that is not as it
 * should be.
 *
 * Threads. All functions may be called from several threads at once. A model never changes, and any
 * number of threads may use it at the same time, as long as none frees it. A training is for one
 * thread at a time.
 *
 * Memory. Arrays belong to the caller and are only used during the call. They are row-major, without gaps, and
 * aligned as their type requires. Texts are UTF-8, and end with a zero byte; those that are returned
 * belong to the model or the training, and live as long as it does.
 *
 * C99. The library is libperceptron: `pkg-config --cflags --libs perceptron`. */
#ifndef PERCEPTRON_H
#define PERCEPTRON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* -- The library --------------------------------------------------------------------------------- */

/* The version of the library, such as "0.1.0". */
const char *perceptron_version(void);

/* Why the last function that failed on this thread did so: one sentence, "" if none has. Valid until the next
 * function fails on this thread. */
const char *perceptron_last_error(void);

/* Frees what a perceptron_…_encode has returned; NULL is allowed. */
void perceptron_bytes_free(void *bytes);

/* -- Models -------------------------------------------------------------------------------------- */

/* A network with the preprocessing of its features. */
typedef struct perceptron_model perceptron_model;

/* What a model predicts. */
typedef enum perceptron_kind {
  /* One class of several for each row. */
  PERCEPTRON_CLASSES = 0,
  /* One or several numbers for each row. */
  PERCEPTRON_NUMBERS = 1,
  /* Several labels for each row that are each 0 or 1. */
  PERCEPTRON_LABELS = 2
} perceptron_kind;

/* Reads a model that `perceptron train` or perceptron_model_save wrote: the file, or the folder of a run.
 * NULL if it cannot be read. */
perceptron_model *perceptron_model_load(const char *path);

/* Writes a model, in place of an earlier file only when all of it is on the disk. */
int perceptron_model_save(const perceptron_model *model, const char *path);

/* The bytes of the file that perceptron_model_save writes, and their number in `size`; to be freed with
 * perceptron_bytes_free. */
void *perceptron_model_encode(const perceptron_model *model, size_t *size);

/* The model of such bytes. */
perceptron_model *perceptron_model_decode(const void *bytes, size_t size);

/* Frees a model; NULL is allowed. */
void perceptron_model_free(perceptron_model *model);

/* A description as JSON:
 *
 *     kind              "classes", "numbers" or "labels"
 *     names             of the classes, numbers or labels
 *     inputs            the number of features of a row
 *     columns           the features of a table, each with its name and, of categories, their names;
 *                       null for others
 *     fillsMissing      whether a feature may be missing, as NaN
 *     image             width, height and so on of pictures; null for others
 *     scores            the number of the network's outputs
 *     hasProbabilities  whether there are any
 *     preprocessing     the steps from a row to the network's inputs
 *     network           its layers, loss, scalar type and number of parameters
 */
const char *perceptron_model_description(const perceptron_model *model);

/* What is predicted. */
perceptron_kind perceptron_model_kind(const perceptron_model *model);

/* The number of features of a row, which are what was trained with: those of a table before categories are
 * encoded, and pixels as they came. */
size_t perceptron_model_input_count(const perceptron_model *model);

/* The number of scores of a row, which are the network's outputs. */
size_t perceptron_model_score_count(const perceptron_model *model);

/* The number of classes, numbers or labels. */
size_t perceptron_model_name_count(const perceptron_model *model);

/* The name of a class, number or label, counted from 0; NULL beyond the last. */
const char *perceptron_model_name(const perceptron_model *model, size_t index);

/* Whether there are probabilities: 1, or 0 for numbers and for losses without them, such as a hinge. */
int perceptron_model_has_probabilities(const perceptron_model *model);

/* -- Prediction ---------------------------------------------------------------------------------- */

/* Where predictions are written. NULL for those that are not needed; others must have room. */
typedef struct perceptron_predictions {
  /* The class of each row. Classes only. */
  int64_t *classes;
  /* [rows, names]: each number in its own unit, or 1 for each label that is predicted and else 0. Not
   * for classes. */
  double *values;
  /* [rows, names]: the probability of each class or label. */
  double *probabilities;
  /* [rows, scores]: the network's outputs. */
  double *scores;
} perceptron_predictions;

/* Predicts rows of features, [row_count, inputs]. A row's predictions do not depend on the rows beside it.
 *
 * A missing feature is NaN. In a column of categories, a feature is the position of its category among the names
 * in the description, or their number for any other category.
 *
 * -1 where a feature is not allowed or a score not finite, and for predictions that the model does not have; what
 * has been written then means nothing. */
int perceptron_predict_float(
    const perceptron_model *model, const float *rows, size_t row_count,
    const perceptron_predictions *found);
int perceptron_predict_double(
    const perceptron_model *model, const double *rows, size_t row_count,
    const perceptron_predictions *found);
int perceptron_predict_bytes(
    const perceptron_model *model, const uint8_t *rows, size_t row_count,
    const perceptron_predictions *found);

/* -- Training ------------------------------------------------------------------------------------ */

/* A network that learns, with its optimizer's state. */
typedef struct perceptron_training perceptron_training;

/* The type of features. */
typedef enum perceptron_type {
  PERCEPTRON_FLOAT = 0,
  PERCEPTRON_DOUBLE = 1,
  /* Such as pixels: they are divided by 255 unless the settings say otherwise. */
  PERCEPTRON_BYTES = 2
} perceptron_type;

/* Rows to learn from. */
typedef struct perceptron_examples {
  /* The type of features. */
  perceptron_type type;
  /* [row_count, column_count]: numbers; NaN is missing. */
  const void *features;
  size_t row_count;
  size_t column_count;
  /* The names of the columns, all different; or NULL. */
  const char *const *column_names;
  /* What is to be predicted. */
  perceptron_kind kind;
  /* The names of the classes, numbers or labels; at least one. */
  const char *const *names;
  size_t name_count;
  /* Of classes, [row_count]: the class of each row, from 0; else NULL. */
  const int64_t *classes;
  /* Of numbers and labels, [row_count, name_count]: finite, or each 0 or 1; else NULL. */
  const double *values;
  /* [row_count]: the weight of each row in the loss, finite and 0 or more; or NULL for 1 each. */
  const double *weights;
  /* The number of rows that these stand for, by which the default penalty goes; 0 for row_count. */
  double represented_count;
} perceptron_examples;

/* The progress of a training. */
typedef struct perceptron_progress {
  /* The number of iterations so far. */
  size_t iteration;
  /* The number of iterations of the whole run. */
  size_t iteration_count;
  /* The loss of the last batch, before its update. */
  double loss;
  /* The learning rate of that update. */
  double learning_rate;
  /* The metric that the run goes by, such as "accuracy". */
  const char *metric;
  /* Its value on the rows held out for validation at the last evaluation, or else on the batch; NaN before the
   * first. */
  double value;
} perceptron_progress;

/* Watches a training. */
typedef struct perceptron_observer {
  /* Called with `context` on the thread that trains; other than 0 ends the training, which keeps what it has
   * learned. */
  int (*progress)(void *context, const perceptron_progress *progress);
  void *context;
  /* The least number of seconds between two calls; the last iteration is always told. */
  double interval;
} perceptron_observer;

/* Trains a new network.
 *
 * Settings and their defaults are those of `perceptron train` for data of one's own, by the names of its options:
 *
 *     {"layers": [64, 32], "learning-rate": 0.003, "epochs": 20, "validation": 0, "seed": 7}
 *
 * The same settings and numbers give the same model, to the bit.
 *
 * - settings: JSON, or NULL for the defaults; perceptron_settings lists them.
 * - observer: NULL for none.
 *
 * NULL where the examples or the settings are not as they should be, and for a loss that is not finite. */
perceptron_training *perceptron_train(
    const perceptron_examples *examples, const char *settings,
    const perceptron_observer *observer);

/* Goes on with some epochs on other rows of the same columns and names, with the settings of the training but no
 * held-out rows and a constant learning rate. -1 as for perceptron_train. */
int perceptron_training_continue(
    perceptron_training *training, const perceptron_examples *examples, size_t epochs,
    const perceptron_observer *observer);

/* The model that has been learned so far, which does not change when the training goes on. */
perceptron_model *perceptron_training_model(const perceptron_training *training);

/* A description as JSON: the number of iterations, whether early stopping ended the run, the loss of the last
 * iteration, and the evaluations. Valid until the training goes on. */
const char *perceptron_training_description(perceptron_training *training);

/* The number of iterations so far. */
size_t perceptron_training_iteration_count(const perceptron_training *training);

/* Copies the loss of each iteration's batch, the first `capacity` of them. */
void perceptron_training_losses(
    const perceptron_training *training, double *losses, size_t capacity);

/* All of a training as bytes, its optimizer's state included, and their number in `size`; to be freed with
 * perceptron_bytes_free. NULL on failure. */
void *perceptron_training_encode(const perceptron_training *training, size_t *size);

/* The training of such bytes. */
perceptron_training *perceptron_training_decode(const void *bytes, size_t size);

/* Frees a training; NULL is allowed. */
void perceptron_training_free(perceptron_training *training);

/* The settings as JSON: a list with the name, the kind of value, the help and the choices of each. */
const char *perceptron_settings(void);

#ifdef __cplusplus
}
#endif

#endif
