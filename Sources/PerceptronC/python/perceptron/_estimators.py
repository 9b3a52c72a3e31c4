"""Estimators with scikit-learn's interface."""
import numbers
import sys
import time

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import (
    _check_sample_weight, check_is_fitted, column_or_1d, validate_data,
)

from ._library import TYPES, PerceptronError
from ._training import Rows, Training, parameter

# Parameters that are no settings.
_OWN = {"class_weight", "early_stopping", "random_state", "validation", "verbose"}
# Settings of a length, without meaning where rows come in parts.
_WHOLE = {"epochs", "schedule", "decay", "step-epochs", "warm-up", "early-stopping"}


# The parameters of both estimators. What differs is between braces.
_PARAMETERS = """\
    layers : array-like of int, optional
        Widths of the hidden layers, such as (64, 32); () for a linear model. The default is
        one of 100.
    activation : str, optional
        Activation function, by default "relu".
    dropout : float, optional
        Dropout rate after each hidden layer, by default 0.
    batch_norm : bool, optional
        Batch normalization before each activation.
    layer_norm : bool, optional
        Layer normalization before each activation.
    initializer : str, optional
        Weight initialization, by default "he", or "glorot" with tanh and sigmoid.
    scale : float, optional
        Standard deviation of normal initial weights.
    loss : str, optional
        Loss function, by default {loss}.{label_smoothing}
    optimizer : str, optional
        Optimizer, by default "adam".
    learning_rate : float, optional
        Initial learning rate, by default 0.005 with Adam.
    schedule : str, optional
        Learning-rate schedule, by default "cosine".
    decay : float, optional
        Factor of the schedule.
    step_epochs : int, optional
        Epochs between the steps of the schedule "step".
    warm_up : int, optional
        Iterations of linear warm-up with the schedule "cosine".
    regularization : float, optional
        Coefficient λ of the L2 penalty λΣw², by default {penalty}, at most 0.05; rows of a
        sample_weight count by their weights.
    l1 : float, optional
        Coefficient λ of the L1 penalty λΣ|w|.
    weight_decay : float, optional
        Decoupled weight decay, as in AdamW.
    max_norm : float, optional
        Maximum norm of each unit's incoming weights.
    clip_norm : float, optional
        Maximum norm of all gradients together.
    epochs : int, optional
        Number of passes over the rows, by default 100, but at least 2000 and at most 10,000
        iterations.
    iterations : int, optional
        Number of parameter updates, instead of `epochs`.
    batch : int, optional
        Batch size, by default 32, or 128 from 5000 rows.
    sampling : str, optional
        "epoch", the default, or "replacement".
    validation : int or float, optional
        Number of rows held out for validation, or a share of them. The default is 0, so that
        `fit` learns from all rows that it is given; with `early_stopping` a tenth.
    early_stopping : int, optional
        Stop after this many evaluations without a better value of `metric`, and restore the
        best weights.
    metric : str, optional
        Metric for early stopping, by default {metric}.{class_weight}
    average : float, optional
        Decay of an exponential moving average of the weights, which then predicts.
    ensemble : int, optional
        Number of networks whose mean predicts.
    scaling : str, optional
        Scaling of features: "standard", the default for numbers that are not bytes, "min-max"
        or "none".
    pixel_scale : float, optional
        Divisor of all features, by default 255 for bytes.
    subtract_mean : bool, optional
        Subtract each feature's mean.
    impute : str or float, optional
        What takes the place of missing features, NaN: "median", the default, "mean", "most-
        frequent", a number, or "none".
    missing_indicator : bool, optional
        Add a feature for each one that may be missing: whether it is.
    log : list of str, optional
        Names of columns of which the logarithm ln(1 + x) is taken.
    pca : int, float or "all", optional
        Number of principal components that features are projected onto, or a share of the
        variance.
    whiten : bool, optional
        Divide each principal component by its standard deviation.
    whiten_epsilon : float, optional
        What is added to the variance then.
    precision : {"float", "double"}, optional
        Type of the network's numbers, by default "float".
    workers : int, optional
        Number of threads; results do not depend on it.
    random_state : int, RandomState or None, default=0
        Seed of weights, batches and dropout; None for a random one.
    verbose : bool, default=False
        Print the progress.
"""


def _documented(**differences):
    """Puts the parameters into the documentation of an estimator."""
    def documented(estimator):
        parameters = _PARAMETERS.rstrip()
        for name, text in differences.items():
            parameters = parameters.replace(f"{{{name}}}", text)
        # Nothing is documented under python -OO.
        if estimator.__doc__:
            estimator.__doc__ = estimator.__doc__.replace("{parameters}", parameters)
        return estimator
    return documented


class _Perceptron(BaseEstimator):
    """What both estimators share."""

    def __init__(
        self, *, layers=None, activation=None, dropout=None, batch_norm=None,
        layer_norm=None, initializer=None, scale=None, loss=None, optimizer=None,
        learning_rate=None, schedule=None, decay=None, step_epochs=None, warm_up=None,
        regularization=None, l1=None, weight_decay=None, max_norm=None, clip_norm=None,
        epochs=None, iterations=None, batch=None, sampling=None, validation=None,
        early_stopping=None, metric=None, average=None, ensemble=None, scaling=None,
        pixel_scale=None, subtract_mean=None, impute=None, missing_indicator=None, log=None,
        pca=None, whiten=None, whiten_epsilon=None, precision=None, workers=None,
        random_state=0, verbose=False,
    ):
        self._keep(locals())

    def _keep(self, parameters):
        """Sets the parameters of a constructor, given as its `locals()`."""
        for name, value in parameters.items():
            if name not in ("self", "__class__"):
                setattr(self, name, value)

    def fit(self, X, y, sample_weight=None):
        """Trains a new network.

        After Ctrl-C, the estimator keeps what was learned until then, and KeyboardInterrupt is raised.

        Parameters
        ----------
        X : array-like of shape (rows, features)
            C-contiguous arrays of float32, float64 and uint8 are read where they are; others are
            copied. NaN is a missing feature.
        y : array-like of shape (rows,), (rows, numbers) or (rows, labels)
        sample_weight : array-like of shape (rows,), optional
            A weight of 2 counts as the row twice.

        Returns
        -------
        self
        """
        rows = self._rows(X, y, sample_weight, is_first=True)
        training, raised = Training.begin(rows, self._settings(), _Report.of(self.verbose))
        return self._learned(training, raised)

    def _partial_fit(self, X, y, sample_weight, is_first):
        rows = self._rows(X, y, sample_weight, is_first)
        training = getattr(self, "_training", None)
        if is_first or training is None:
            settings = {k: v for k, v in self._settings().items() if k not in _WHOLE}
            settings.update({"iterations": 0, "validation": 0})
            training, raised = Training.begin(rows, settings)
        raised = training.go_on(rows, 1, _Report.of(self.verbose))
        return self._learned(training, raised)

    def _learned(self, training, raised):
        self._training = training
        self._model = training.model
        self.n_iter_ = len(training.losses)
        if raised is not None:
            raise raised
        return self

    def _rows(self, X, y, sample_weight, is_first):
        columns = None
        X, y = validate_data(
            self, _narrowed(X), y, reset=is_first, dtype=list(TYPES), order="C",
            ensure_all_finite="allow-nan", **self._target_checks)
        if hasattr(self, "feature_names_in_"):
            columns = list(self.feature_names_in_)
            # The columns of a table are no pixels.
            X = X.astype(np.float64) if X.dtype == np.uint8 else X
        elif X.dtype != np.uint8 and np.isnan(X.min()):
            # As in files: only columns have missing cells.
            columns = [str(number) for number in range(1, X.shape[1] + 1)]
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True)
            if not sample_weight.any():
                raise ValueError("expected a sample_weight above 0, found only 0")
        targets, names = self._targets(y, is_first)
        return Rows(X, targets, names, columns, sample_weight)

    def _settings(self):
        chosen = self.get_params(deep=False)
        settings = {
            name.replace("_", "-"): _plain(value) for name, value in chosen.items()
            if value is not None and name not in _OWN}
        patience = chosen["early_stopping"]
        if patience is not None and patience is not False:
            settings["early-stopping"] = 10 if patience is True else _plain(patience)
        if chosen["validation"] is not None:
            settings["validation"] = _plain(chosen["validation"])
        elif "early-stopping" not in settings:
            settings["validation"] = 0
        seed = chosen["random_state"]
        if not isinstance(seed, numbers.Integral):
            seed = check_random_state(seed).randint(np.iinfo(np.int32).max)
        settings["seed"] = str(int(seed))
        for name, value in settings.items():
            # JSON has no such number.
            if isinstance(value, float) and not np.isfinite(value):
                raise PerceptronError(f"{parameter(name)} is {value}, expected a finite number")
        return settings

    def _found(self, X, what):
        check_is_fitted(self)
        X = validate_data(
            self, _narrowed(X), reset=False, dtype=list(TYPES), order="C",
            ensure_all_finite="allow-nan")
        return self._model._predict(X, what)

    def save(self, path):
        """Writes the model to a file, which `perceptron.load` and `perceptron predict` read."""
        check_is_fitted(self)
        self._model.save(path)

    @property
    def loss_curve_(self):
        """The loss of each iteration's batch."""
        check_is_fitted(self)
        return self._training.losses

    @property
    def evaluations_(self):
        """The evaluations after each epoch, as a list of dicts: iteration, learningRate, and metrics."""
        check_is_fitted(self)
        return self._training.description["evaluations"]

    def __sklearn_is_fitted__(self):
        return hasattr(self, "_model")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


@_documented(
    loss='"softmax", or "logistic" for labels', penalty="1/rows", metric='"accuracy"',
    label_smoothing="""
    label_smoothing : float, optional
        Share of the target probability that is spread evenly over all classes.""",
    class_weight="""
    class_weight : dict, "balanced" or None, optional
        Weights of the classes in the loss.""")
class PerceptronClassifier(ClassifierMixin, _Perceptron):
    """A neural network that tells classes apart, or finds several labels for each row.

    Labels are a `y` of 0 and 1 of shape (rows, labels), as scikit-learn's MLPClassifier takes them.

    Parameters are the options of `perceptron train`, and so are the defaults of those that are None: the same
    settings, rows and seed give the same model, to the bit. Only `validation` differs.

    Parameters
    ----------
{parameters}
    Attributes
    ----------
    classes_ : ndarray
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only after `fit` with a DataFrame.
    n_iter_ : int
        The number of iterations.
    loss_curve_ : ndarray
    evaluations_ : list of dict
    """

    def __init__(
        self, *, layers=None, activation=None, dropout=None, batch_norm=None,
        layer_norm=None, initializer=None, scale=None, loss=None, label_smoothing=None,
        optimizer=None, learning_rate=None, schedule=None, decay=None, step_epochs=None,
        warm_up=None, regularization=None, l1=None, weight_decay=None, max_norm=None,
        clip_norm=None, epochs=None, iterations=None, batch=None, sampling=None,
        validation=None, early_stopping=None, metric=None, class_weight=None, average=None,
        ensemble=None, scaling=None, pixel_scale=None, subtract_mean=None, impute=None,
        missing_indicator=None, log=None, pca=None, whiten=None, whiten_epsilon=None,
        precision=None, workers=None, random_state=0, verbose=False,
    ):
        self._keep(locals())

    _target_checks = {"multi_output": True}

    def _targets(self, y, is_first):
        has_labels = y.ndim == 2 and y.shape[1] > 1
        if not has_labels:
            y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        if is_first:
            self._labels = y.dtype if has_labels else None
        elif has_labels != (self._labels is not None):
            raise ValueError("y has to be classes or labels as before")
        if has_labels:
            if type_of_target(y) != "multilabel-indicator":
                raise ValueError("Unknown label type: expected labels that are 0 or 1")
            if is_first:
                self.classes_ = np.arange(y.shape[1])
            elif y.shape[1] != len(self.classes_):
                raise ValueError(f"y has {y.shape[1]} labels, and had {len(self.classes_)} before")
            return np.asarray(y, dtype=bool), _names(self.classes_)
        if is_first:
            self.classes_ = np.unique(y) if self._known is None else np.unique(self._known)
        codes = np.searchsorted(self.classes_, y)
        unknown = (codes == len(self.classes_)) | (
            self.classes_[np.minimum(codes, len(self.classes_) - 1)] != y)
        if unknown.any():
            raise ValueError(f"y has the class {y[unknown][0]}, which is none of classes_")
        return codes, _names(self.classes_)

    # The classes of partial_fit.
    _known = None

    def _settings(self):
        settings = super()._settings()
        weights = self.class_weight
        if isinstance(weights, str):
            settings["class-weights"] = weights
        elif weights is not None:
            settings["class-weights"] = list(
                compute_class_weight(weights, classes=self.classes_, y=self.classes_))
        return settings

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Goes on with an epoch on some rows, at a constant learning rate.

        Features are scaled as the first rows were.

        Parameters
        ----------
        X : array-like of shape (rows, features)
        y : array-like of shape (rows,) or (rows, labels)
        classes : array-like, optional
            All classes that there will be; needed in the first call.
        sample_weight : array-like of shape (rows,), optional

        Returns
        -------
        self
        """
        is_first = not hasattr(self, "_model")
        if is_first and classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        if is_first:
            self._known = classes
        elif classes is not None and not np.array_equal(self.classes_, np.unique(classes)):
            raise ValueError(f"`classes={classes}` is not the same as before: {self.classes_}")
        try:
            return self._partial_fit(X, y, sample_weight, is_first)
        finally:
            self.__dict__.pop("_known", None)

    def predict(self, X):
        """The class of each row, or its labels.

        Parameters
        ----------
        X : array-like of shape (rows, features)

        Returns
        -------
        ndarray of shape (rows,), or of 0 and 1 of shape (rows, labels)
        """
        check_is_fitted(self)
        if self._labels is not None:
            return self._found(X, "values").astype(self._labels)
        return self.classes_[self._found(X, "classes")]

    @available_if(lambda self: self.loss is None or "hinge" not in self.loss)
    def predict_proba(self, X):
        """The probability of each class or label, in the order of `classes_`.

        Parameters
        ----------
        X : array-like of shape (rows, features)

        Returns
        -------
        ndarray of shape (rows, classes)
        """
        return self._found(X, "probabilities")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


@_documented(
    loss='"squared-error"', penalty="8/(rows · columns)", metric='"r2"', label_smoothing="",
    class_weight="")
class PerceptronRegressor(RegressorMixin, _Perceptron):
    """A neural network that predicts numbers, one or several for each row.

    Numbers are standardized for training, and predicted in their own unit. Parameters are the options of
    `perceptron train`, and so are the defaults of those that are None: the same settings, rows and seed give the
    same model, to the bit. Only `validation` differs.

    Parameters
    ----------
{parameters}
    Attributes
    ----------
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only after `fit` with a DataFrame.
    n_iter_ : int
        The number of iterations.
    loss_curve_ : ndarray
    evaluations_ : list of dict
    """

    _target_checks = {"multi_output": True, "y_numeric": True}

    def _targets(self, y, is_first):
        self._is_column = y.ndim == 1
        y = y.astype(np.float64).reshape(len(y), -1)
        names = ["value"] if y.shape[1] == 1 else [str(number) for number in range(y.shape[1])]
        return y, names

    def partial_fit(self, X, y, sample_weight=None):
        """Goes on with an epoch on some rows, at a constant learning rate.

        Features and numbers are scaled as the first rows were.

        Parameters
        ----------
        X : array-like of shape (rows, features)
        y : array-like of shape (rows,) or (rows, numbers)
        sample_weight : array-like of shape (rows,), optional

        Returns
        -------
        self
        """
        return self._partial_fit(X, y, sample_weight, is_first=not hasattr(self, "_model"))

    def predict(self, X):
        """The numbers of each row.

        Parameters
        ----------
        X : array-like of shape (rows, features)

        Returns
        -------
        ndarray of shape (rows,) or (rows, numbers)
        """
        values = self._found(X, "values")
        return values[:, 0] if self._is_column else values

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _narrowed(X):
    """Small integers as float32, which has all of them: validate_data would make float64 of them."""
    if isinstance(X, np.ndarray) and X.dtype not in TYPES and X.dtype.kind in "biuf":
        if np.can_cast(X.dtype, np.float32):
            return X.astype(np.float32)
    return X


def _plain(value):
    """A parameter as JSON has it."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def _names(classes):
    """The names of classes, as files of numbers have them: whole ones without a point."""
    names = [
        str(int(c)) if isinstance(c, (float, np.floating)) and float(c).is_integer() else str(c)
        for c in classes]
    # Such as "1" and 1 among objects.
    return names if len(set(names)) == len(names) else [repr(c) for c in classes]


class _Report:
    """Prints the progress, about once a second."""

    def __init__(self):
        self.last = time.monotonic()

    @classmethod
    def of(cls, verbose):
        return cls() if verbose else None

    def __call__(self, progress):
        now = time.monotonic()
        if now - self.last < 1 and progress.iteration < progress.iteration_count:
            return
        self.last = now
        value = ""
        if progress.value == progress.value:
            value = f"  {progress.metric.decode()} {progress.value:.4f}"
        print(
            f"iteration {progress.iteration} of {progress.iteration_count}  "
            f"loss {progress.loss:.4f}{value}", flush=True)
