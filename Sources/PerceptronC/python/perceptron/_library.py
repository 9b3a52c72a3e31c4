"""The C library, libperceptron: perceptron.h says what its functions do."""
import ctypes
import os
import re
from ctypes import CFUNCTYPE, POINTER, Structure, byref
from ctypes import c_char_p, c_double, c_int, c_int64, c_size_t, c_void_p

import numpy as np


class PerceptronError(ValueError):
    """A file, a setting or a number that is not as it should be."""


class Predictions(Structure):
    _fields_ = [
        ("classes", c_void_p), ("values", c_void_p), ("probabilities", c_void_p),
        ("scores", c_void_p),
    ]


class Examples(Structure):
    _fields_ = [
        ("type", c_int), ("features", c_void_p), ("row_count", c_size_t),
        ("column_count", c_size_t), ("column_names", POINTER(c_char_p)), ("kind", c_int),
        ("names", POINTER(c_char_p)), ("name_count", c_size_t), ("classes", c_void_p),
        ("values", c_void_p), ("weights", c_void_p), ("represented_count", c_double),
    ]


class Progress(Structure):
    _fields_ = [
        ("iteration", c_size_t), ("iteration_count", c_size_t), ("loss", c_double),
        ("learning_rate", c_double), ("metric", c_char_p), ("value", c_double),
    ]


ProgressFunction = CFUNCTYPE(c_int, c_void_p, POINTER(Progress))


class Observer(Structure):
    _fields_ = [("progress", ProgressFunction), ("context", c_void_p), ("interval", c_double)]


# The codes of types in perceptron.h.
TYPES = {np.dtype(np.float32): 0, np.dtype(np.float64): 1, np.dtype(np.uint8): 2}
# The codes of kinds.
CLASSES, NUMBERS, LABELS = 0, 1, 2

_SIGNATURES = {
    "perceptron_version": (c_char_p, []),
    "perceptron_last_error": (c_char_p, []),
    "perceptron_settings": (c_char_p, []),
    "perceptron_bytes_free": (None, [c_void_p]),
    "perceptron_model_load": (c_void_p, [c_char_p]),
    "perceptron_model_save": (c_int, [c_void_p, c_char_p]),
    "perceptron_model_encode": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "perceptron_model_decode": (c_void_p, [c_char_p, c_size_t]),
    "perceptron_model_free": (None, [c_void_p]),
    "perceptron_model_description": (c_char_p, [c_void_p]),
    "perceptron_predict_float": (c_int, [c_void_p, c_void_p, c_size_t, POINTER(Predictions)]),
    "perceptron_predict_double": (c_int, [c_void_p, c_void_p, c_size_t, POINTER(Predictions)]),
    "perceptron_predict_bytes": (c_int, [c_void_p, c_void_p, c_size_t, POINTER(Predictions)]),
    "perceptron_train": (c_void_p, [POINTER(Examples), c_char_p, POINTER(Observer)]),
    "perceptron_training_continue": (
        c_int, [c_void_p, POINTER(Examples), c_size_t, POINTER(Observer)],
    ),
    "perceptron_training_model": (c_void_p, [c_void_p]),
    "perceptron_training_description": (c_char_p, [c_void_p]),
    "perceptron_training_iteration_count": (c_size_t, [c_void_p]),
    "perceptron_training_losses": (None, [c_void_p, c_void_p, c_size_t]),
    "perceptron_training_encode": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "perceptron_training_decode": (c_void_p, [c_char_p, c_size_t]),
    "perceptron_training_free": (None, [c_void_p]),
}


def _load():
    # The library of the package, or another for development, or the one that is installed.
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib", "libperceptron.so")
    path = os.environ.get("PERCEPTRON_LIBRARY") or (own if os.path.exists(own) else None)
    try:
        # RTLD_LOCAL, so that its OpenBLAS and NumPy's own do not meet.
        library = ctypes.CDLL(path or "libperceptron.so", mode=os.RTLD_NOW | os.RTLD_LOCAL)
    except OSError as error:
        missing = re.match(r"(\S+): cannot open shared object file", str(error))
        if path and os.path.exists(path) and missing:
            raise ImportError(
                f"perceptron needs {missing[1]}, which this system does not have: install the package that "
                f"has it (`scripts/python-package` builds a wheel that does not need it)"
            ) from error
        raise ImportError(f"the library of perceptron cannot be loaded: {error}") from error
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


library = _load()


def version():
    """The version of the library."""
    return library.perceptron_version().decode()


def error(settings=None):
    """The error of the last call that failed, with settings named as Python does.

    Parameters
    ----------
    settings : callable, optional
        Gives the name of a setting in place of the command's.
    """
    text = library.perceptron_last_error().decode()
    if settings is not None:
        text = re.sub(r"`([a-z0-9-]+)`", lambda match: settings(match[1]), text)
    return PerceptronError(text)


def checked(result, settings=None):
    """The result of a call, which fails with NULL or -1."""
    if result is None or result == -1:
        raise error(settings)
    return result


def encoded(function, handle):
    """The bytes that a perceptron_…_encode makes."""
    size = c_size_t()
    start = checked(function(handle, byref(size)))
    try:
        return ctypes.string_at(start, size.value)
    finally:
        library.perceptron_bytes_free(start)


def texts(names):
    """An array of C's texts."""
    return (c_char_p * len(names))(*[name.encode() for name in names])


def as_rows(X):
    """X as rows that the library reads where they are.

    C-contiguous arrays of float32, float64 and uint8 stay as they are; of all others a copy is made,
    of float32 where it has all their numbers, else of float64.
    """
    if X.dtype not in TYPES:
        narrow = X.dtype.kind in "biuf" and np.can_cast(X.dtype, np.float32)
        X = X.astype(np.float32 if narrow else np.float64)
    return np.require(X, requirements=["C", "A"])
