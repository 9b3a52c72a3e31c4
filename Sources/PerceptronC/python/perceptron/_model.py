"""Models: what `perceptron train` and the estimators save."""
import json
import os
import re
import warnings
from ctypes import byref

import numpy as np

from ._library import TYPES, PerceptronError, Predictions, as_rows, checked, encoded, library

_PREDICT = {
    0: library.perceptron_predict_float,
    1: library.perceptron_predict_double,
    2: library.perceptron_predict_bytes,
}


def load(path):
    """Reads a model.

    Parameters
    ----------
    path : str or path-like
        A file that `perceptron train` or `save` wrote, or the folder of a run.

    Returns
    -------
    Model

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder.
    PerceptronError
        If it is not a model.
    """
    path = os.fspath(path)
    if not os.path.exists(path):
        raise FileNotFoundError(f"{path}: no such file or folder")
    return Model(checked(library.perceptron_model_load(os.fsencode(path))))


class Model:
    """A trained network with the preprocessing of its features.

    Several threads may use a model at once.

    Attributes
    ----------
    kind : {"classes", "numbers", "labels"}
        What it predicts.
    names : list of str
        The names of the classes, numbers or labels.
    classes_ : ndarray
        The classes, as integers if all names are; only of a model that predicts classes.
    n_features_in_ : int
        The number of features of a row.
    feature_names_in_ : ndarray of str
        The names of the features; only of a model that was trained on a table.
    description : dict
        The preprocessing, the layers and more.
    """

    def __init__(self, handle):
        self._handle = handle
        text = library.perceptron_model_description(handle)
        self.description = json.loads(text.decode())
        self.kind = self.description["kind"]
        self.names = self.description["names"]
        self.n_features_in_ = self.description["inputs"]
        self._columns = self.description["columns"]
        if self._columns is not None:
            self.feature_names_in_ = np.array([c["name"] for c in self._columns], dtype=object)
        if self.kind == "classes":
            are_integers = all(re.fullmatch("-?[0-9]{1,18}", name) for name in self.names)
            self.classes_ = np.array(self.names, dtype=np.int64 if are_integers else None)

    # Of the class, which is still there when the interpreter ends.
    _free = library.perceptron_model_free

    def __del__(self):
        if getattr(self, "_handle", None) is not None:
            self._free(self._handle)
            self._handle = None

    def predict(self, X):
        """Predicts the class, the numbers or the labels of each row.

        Parameters
        ----------
        X : array-like of shape (rows, features), or DataFrame
            Rows as the model was trained on them: its preprocessing is part of it. C-contiguous
            arrays of float32, float64 and uint8 are read where they are; others are copied. Of a
            DataFrame, columns are found by their names. Categories are texts, or numbers and truth
            values that pandas made of them, or in an array of numbers their positions in
            `description`; missing cells are NaN, None, or texts such as NA. Categories that the
            training rows did not have are predicted as the model says, with a warning.

        Returns
        -------
        ndarray
            Of shape (rows,): classes, or numbers where there is one each. Else of shape (rows, names):
            numbers, or labels that are 0 or 1.
        """
        if self.kind == "classes":
            return self.classes_[self._predict(X, "classes")]
        values = self._predict(X, "values")
        if self.kind == "labels":
            return values.astype(np.int64)
        return values[:, 0] if len(self.names) == 1 else values

    def predict_proba(self, X):
        """Predicts the probability of each class or label.

        Parameters
        ----------
        X : array-like of shape (rows, features), or DataFrame
            As for `predict`.

        Returns
        -------
        ndarray of shape (rows, names)
            In the order of `names`.

        Raises
        ------
        PerceptronError
            If the model has no probabilities: one of numbers, or one trained with a hinge loss.
        """
        return self._predict(X, "probabilities")

    def scores(self, X):
        """The outputs of the network, of shape (rows, outputs), before they become probabilities."""
        return self._predict(X, "scores")

    def save(self, path):
        """Writes the model to a file, which `load` and `perceptron predict` read."""
        checked(library.perceptron_model_save(self._handle, os.fsencode(path)))

    def _predict(self, X, what):
        rows = self._rows(X)
        count = len(rows)
        if what == "classes":
            found = np.empty(count, dtype=np.int64)
        else:
            width = self.description["scores"] if what == "scores" else len(self.names)
            found = np.empty((count, width))
        if count > 0:
            wanted = Predictions(**{what: found.ctypes.data})
            predict = _PREDICT[TYPES[rows.dtype]]
            checked(predict(self._handle, rows.ctypes.data, count, byref(wanted)))
        return found

    def _rows(self, X):
        if self._columns is not None and (hasattr(X, "iloc") or not _is_numeric(X)):
            X = self._encode(X)
        elif hasattr(X, "iloc"):
            X = X.to_numpy()
        X = np.asarray(X)
        if X.ndim > 2:
            X = X.reshape(len(X), -1)
        if X.ndim != 2 or X.shape[1] != self.n_features_in_:
            raise ValueError(
                f"expected rows of {self.n_features_in_} features, found an array of shape {X.shape}"
            )
        return as_rows(X)

    def _encode(self, X):
        """The cells of a table as numbers, with the positions of categories."""
        if hasattr(X, "iloc"):
            names = list(X.columns)
            for name in (c["name"] for c in self._columns):
                if names.count(name) != 1:
                    found = "several" if name in names else names
                    raise ValueError(f"expected a column named {name}, found {found}")
            columns = [X[c["name"]].to_numpy() for c in self._columns]
        else:
            X = np.asarray(X, dtype=object)
            if X.ndim != 2 or X.shape[1] != self.n_features_in_:
                raise ValueError(
                    f"expected rows of {self.n_features_in_} cells, found an array of shape {X.shape}"
                )
            columns = list(X.T)
        cells = np.empty((len(columns[0]), len(columns)))
        for index, (cell, column) in enumerate(zip(columns, self._columns)):
            categories = column.get("categories")
            if categories is None and cell.dtype.kind in "biuf":
                cells[:, index] = cell
            elif categories is None:
                cells[:, index] = [
                    _number(value, row, column["name"]) for row, value in enumerate(cell)]
            else:
                known = _Categories(column)
                cells[:, index] = [known.place(value, row) for row, value in enumerate(cell)]
                unknown = np.flatnonzero(cells[:, index] == len(categories))
                if len(unknown) > 0 and index in self._strict_columns:
                    raise PerceptronError(
                        f"row {unknown[0]}, column {column['name']}: expected one of the categories "
                        f"of the training rows, {', '.join(categories)}; found {cell[unknown[0]]}")
                self._warn_of(cell[unknown], column["name"])
        return cells

    @property
    def _strict_columns(self):
        """The positions of the columns where unknown categories are errors."""
        encodings = [step["oneHot"] for step in self.description["preprocessing"]["steps"] if "oneHot" in step]
        return {place for each in encodings if each["unknown"] == "error" for place in each["columns"]}

    def _warn_of(self, unknown, name):
        """Warns of cells with categories that the training rows did not have, as `perceptron predict` does."""
        if len(unknown) == 0:
            return
        count = "1 cell" if len(unknown) == 1 else f"{len(unknown)} cells"
        # At the line that calls a method of the model.
        warnings.warn(
            f"{count} of column {name} with categories that the training rows did not have, such as "
            f"{unknown[0]}", stacklevel=6)

    def __reduce__(self):
        return _decode, (encoded(library.perceptron_model_encode, self._handle),)

    def __repr__(self):
        names = ", ".join(self.names[:5]) + (", …" if len(self.names) > 5 else "")
        return f"<perceptron.Model of {self.n_features_in_} features: {self.kind} {names}>"


def _decode(data):
    return Model(checked(library.perceptron_model_decode(data, len(data))))


def _is_numeric(X):
    return np.asarray(X).dtype.kind in "biuf"


# As `perceptron predict` reads them in a table.
_MISSING = {
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
}
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def _is_missing(value):
    if isinstance(value, str):
        return value.strip(" \t") in _MISSING
    if isinstance(value, (float, np.floating)):
        return value != value
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _number(value, row, column):
    """The number in a cell; NaN in a missing one."""
    if _is_missing(value):
        return np.nan
    try:
        # Not all that Python takes: neither 1_000 nor other digits than 0 to 9.
        if isinstance(value, str) and not _NUMBER.fullmatch(value.strip(" \t")):
            raise ValueError
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"row {row}, column {column}: expected a number, found {value!r}") from None


class _Categories:
    """The categories of a column, and which of them a cell is.

    A table's cells are texts. pandas makes numbers or truth values of a column where it can, so that 01234 becomes
    1234 and true becomes True: such a cell is the one category that reads so."""

    def __init__(self, column):
        self._column = column["name"]
        self._names = column["categories"]
        self._places = {name: place for place, name in enumerate(self._names)}
        self._by_value = {}
        for place, name in enumerate(self._names):
            values = [name.lower() == "true"] if name.lower() in ("true", "false") else []
            if _NUMBER.fullmatch(name):
                values.append(float(name))
            for value in values:
                self._by_value.setdefault((type(value), value), []).append(place)

    def place(self, value, row):
        """The position of a cell's category: NaN of a missing one, and of an unknown one their number."""
        if isinstance(value, (bool, np.bool_)):
            found = self._by_value.get((bool, bool(value)), [])
        elif isinstance(value, (int, float, np.integer, np.floating)) and not _is_missing(value):
            found = self._by_value.get((float, float(value)), [])
        else:
            place = self._places.get(str(value))
            if place is None and _is_missing(value):
                return np.nan
            return len(self._names) if place is None else place
        if len(found) > 1:
            raise ValueError(
                f"row {row}, column {self._column}: {value} is "
                f"{' or '.join(self._names[place] for place in found)}; expected the cell's text, as "
                "pandas.read_csv gives it with dtype=str")
        return found[0] if found else len(self._names)
