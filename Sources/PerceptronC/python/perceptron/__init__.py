"""Perceptron: trains small dense neural networks on the CPU, and predicts with them.

    import perceptron
    perceptron.load("runs/digits-1").predict(X)        # a model of `perceptron train`

    from perceptron import PerceptronClassifier        # scikit-learn's interface
    model = PerceptronClassifier(layers=[64, 32]).fit(X, y)

Needs NumPy; the estimators also need scikit-learn.
"""
from ._library import PerceptronError, version as _version
from ._model import Model, load

__version__ = _version()
__all__ = ["Model", "PerceptronClassifier", "PerceptronError", "PerceptronRegressor", "load"]


def __getattr__(name):
    # scikit-learn takes a second to import, and is not needed for `load`.
    if name in ("PerceptronClassifier", "PerceptronRegressor"):
        try:
            from . import _estimators
        except ImportError as error:
            if (error.name or "").partition(".")[0] != "sklearn":
                raise
            raise ImportError(
                f"{name} needs scikit-learn: pip install 'scikit-learn>=1.6'") from error
        return getattr(_estimators, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted(__all__ + ["__version__"])
