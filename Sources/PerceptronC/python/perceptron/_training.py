"""Trainings: networks that learn, with their optimizer's state."""
import json
import threading
from ctypes import byref

import numpy as np

from ._library import (
    CLASSES, LABELS, NUMBERS, TYPES, Examples, Observer, ProgressFunction, as_rows, checked, encoded, library,
    texts,
)
from ._model import Model


def parameter(setting):
    """The name of a setting as a parameter in Python, such as learning_rate."""
    return {"class-weights": "class_weight", "seed": "random_state"}.get(
        setting, setting.replace("-", "_"))


class Rows:
    """Rows to learn from. The arrays are read where they are, and have to stay until the call is over.

    Parameters
    ----------
    X : ndarray of shape (rows, features)
    targets : ndarray
        int64 of shape (rows,), classes from 0; float64 of shape (rows, columns), numbers; or bool
        of shape (rows, columns), labels.
    names : list of str
        The names of the classes, the numbers or the labels.
    columns : list of str, optional
        The names of the features, if they are those of a table.
    weights : ndarray of shape (rows,), optional
    """

    def __init__(self, X, targets, names, columns=None, weights=None):
        X = as_rows(X)
        is_classes = targets.ndim == 1
        kind = CLASSES if is_classes else LABELS if targets.dtype == bool else NUMBERS
        targets = np.ascontiguousarray(targets, dtype=np.int64 if is_classes else np.float64)
        if weights is not None:
            weights = np.ascontiguousarray(weights, dtype=np.float64)
        self._kept = (X, targets, weights)
        self.examples = Examples(
            type=TYPES[X.dtype], features=X.ctypes.data, row_count=X.shape[0],
            column_count=X.shape[1], column_names=None if columns is None else texts(columns),
            kind=kind, names=texts(names), name_count=len(names),
            classes=targets.ctypes.data if is_classes else None,
            values=None if is_classes else targets.ctypes.data,
            weights=None if weights is None else weights.ctypes.data,
            # A weight of 2 counts as two rows, as everywhere in scikit-learn.
            represented_count=0 if weights is None else float(weights.sum()))


class _Run:
    """A call of the library that trains.

    It is made on a thread of its own where Ctrl-C may come, which Python only tells the main thread: that one
    waits, and has the training ended.
    """

    def __init__(self, report):
        self.report = report
        # What ended the training early.
        self.raised = None
        self._outcome = None
        self._failure = None
        # Not Thread.join, which takes a thread for ended that it was waiting for when Ctrl-C came.
        self._is_over = threading.Event()
        self._observer = Observer(ProgressFunction(self._progress), None, 0.05)

    def _progress(self, _, progress):
        try:
            if self.raised is None and self.report is not None:
                self.report(progress.contents)
        except BaseException as error:
            self.raised = error
        return int(self.raised is not None)

    def __call__(self, function, *arguments):
        """The result of the function, to which the observer is given behind the arguments."""

        def call():
            try:
                self._outcome = checked(function(*arguments, byref(self._observer)), parameter)
            except BaseException as error:
                self._failure = error
            finally:
                self._is_over.set()

        if threading.current_thread() is threading.main_thread():
            self._wait(threading.Thread(target=call, name="perceptron", daemon=True))
        else:
            call()
        if self._failure is not None:
            raise self._failure
        return self._outcome

    def _wait(self, thread):
        thread.start()
        while not self._is_over.is_set():
            try:
                self._is_over.wait()
            except BaseException as error:
                self.raised = error


class Training:
    """A network that learns."""

    def __init__(self, handle):
        self._handle = handle

    _free = library.perceptron_training_free

    def __del__(self):
        if getattr(self, "_handle", None) is not None:
            self._free(self._handle)
            self._handle = None

    @classmethod
    def begin(cls, rows, settings, report=None):
        """Trains a new network.

        Parameters
        ----------
        rows : Rows
        settings : dict
            By the names of the options of `perceptron train`.
        report : callable, optional
            Called with the `Progress`, about twenty times a second.

        Returns
        -------
        training : Training
        raised : BaseException or None
            What ended it early; what was learned until then is kept.
        """
        run = _Run(report)
        handle = run(
            library.perceptron_train, byref(rows.examples), json.dumps(settings).encode())
        return cls(handle), run.raised

    def go_on(self, rows, epochs, report=None):
        """Goes on with other rows; returns what ended it early, or None."""
        run = _Run(report)
        run(library.perceptron_training_continue, self._handle, byref(rows.examples), epochs)
        return run.raised

    @property
    def model(self):
        """What has been learned so far, as a `Model`."""
        return Model(checked(library.perceptron_training_model(self._handle)))

    @property
    def description(self):
        """The number of iterations, the evaluations and more, as a dict."""
        return json.loads(checked(library.perceptron_training_description(self._handle)).decode())

    @property
    def losses(self):
        """The loss of each iteration's batch."""
        losses = np.empty(library.perceptron_training_iteration_count(self._handle))
        library.perceptron_training_losses(self._handle, losses.ctypes.data, len(losses))
        return losses

    def __reduce__(self):
        return _decode, (encoded(library.perceptron_training_encode, self._handle),)


def _decode(data):
    return Training(checked(library.perceptron_training_decode(data, len(data))))
