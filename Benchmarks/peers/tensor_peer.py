"""The benchmark's operations on tensors in NumPy, as a user would call them, and in SciPy where NumPy has none.

Perceptron's operation of each name is in bench/Tensors/TensorOperation.swift."""

import functools

import numpy as np
import scipy
from scipy import special

import worker


class Operands:
    def __init__(self, path, rows, columns, precision):
        matrix = np.fromfile(path, np.float64).reshape(rows, columns)
        positive = np.abs(matrix)[::-1] + 0.5
        self.x = matrix.astype(precision)
        self.positive = positive.astype(precision, order="C")
        self.near_one = (1 + matrix / 1000).astype(precision)
        self.narrow = self.x[: rows // 3 * 3].reshape(-1, 3)
        self.row = self.positive[0].copy()
        self.column = self.positive[:, :1].copy()
        self.three = self.positive[0, :3].copy()
        self.is_positive = self.x > 0
        self.is_large = self.positive > 1
        self.rows = half(rows)
        self.columns = half(columns)
        self.changed = self.positive.copy()


def half(extent):
    return [7 * i % (extent // 2) * 2 for i in range(extent // 2)]


@functools.lru_cache(maxsize=1)
def read(path, rows, columns, precision):
    return Operands(path, rows, columns, precision)


def change(body):
    """An operation that changes an array in place."""

    def run(p):
        body(p.changed, p)
        return p.changed

    return run


def by_axis(name, body):
    axes = {"axis 0": 0, "axis 1": 1, "all": None}
    return {f"{name}, {key}": lambda p, a=axis: body(p, a) for key, axis in axes.items()}


def along_axis(name, body):
    return {f"{name}, axis {axis}": lambda p, a=axis: body(p, a) for axis in (0, 1)}


def top(x, k, axis):
    places = np.argpartition(x, -k, axis=axis).take(range(-k, 0), axis=axis)
    values = np.take_along_axis(x, places, axis)
    order = np.flip(np.argsort(values, axis=axis), axis=axis)
    return np.take_along_axis(values, order, axis)


def assign(y, index, value):
    y[index] = value


def iadd(y, other):
    y += other


def isub(y, other):
    y -= other


def imul(y, other):
    y *= other


OPERATIONS = {
    "x + y": lambda p: p.x + p.positive,
    "x · y": lambda p: p.x * p.positive,
    "x / y": lambda p: p.x / p.positive,
    "x + 1": lambda p: p.x + 1,
    "2 · x": lambda p: 2 * p.x,
    "1 / y": lambda p: 1 / p.positive,
    "-x": lambda p: -p.x,
    "x - row": lambda p: p.x - p.row,
    "x / column": lambda p: p.x / p.column,
    "x · 3 columns": lambda p: p.narrow * p.three,
    "(x - row) / row + y": lambda p: (p.x - p.row) / p.row + p.positive,
    "y += x": change(lambda y, p: iadd(y, p.x)),
    "y *= 1.001": change(lambda y, p: imul(y, 1.001)),
    "y += row": change(lambda y, p: iadd(y, p.row)),
    "y -= column": change(lambda y, p: isub(y, p.column)),
    "x < y": lambda p: p.x < p.positive,
    "x > 0": lambda p: p.x > 0,
    "x < row": lambda p: p.x < p.row,
    "mask and not mask": lambda p: p.is_positive & ~p.is_large,
    "where(mask, y, x)": lambda p: np.where(p.is_positive, p.positive, p.x),
    "where(mask, 0, x)": lambda p: np.where(p.is_positive, 0, p.x),
    "count of trues": lambda p: np.count_nonzero(p.is_positive),
    "any, axis 0": lambda p: p.is_positive.any(axis=0),
    "all, axis 1": lambda p: p.is_positive.all(axis=1),
    "exp": lambda p: np.exp(p.x),
    "expm1": lambda p: np.expm1(p.x),
    "log": lambda p: np.log(p.positive),
    "log1p": lambda p: np.log1p(p.positive),
    "sqrt": lambda p: np.sqrt(p.positive),
    "tanh": lambda p: np.tanh(p.x),
    "sigmoid": lambda p: special.expit(p.x),
    "sin": lambda p: np.sin(p.x),
    "cos": lambda p: np.cos(p.x),
    "erf": lambda p: special.erf(p.x),
    "abs": lambda p: np.abs(p.x),
    "sign": lambda p: np.sign(p.x),
    "floor": lambda p: np.floor(p.x),
    "ceil": lambda p: np.ceil(p.x),
    "trunc": lambda p: np.trunc(p.x),
    "round": lambda p: np.round(p.x),
    "y to the x": lambda p: p.positive**p.x,
    "x squared": lambda p: p.x**2,
    "x cubed": lambda p: p.x**3,
    "y to the ½": lambda p: p.positive**0.5,
    "2 to the x": lambda p: 2**p.x,
    "minimum": lambda p: np.minimum(p.x, p.positive),
    "maximum with 0": lambda p: np.maximum(p.x, 0),
    "clip": lambda p: np.clip(p.x, -0.5, 0.5),
    "sqrt in place": change(lambda y, p: np.sqrt(y, out=y)),
    "clip in place": change(lambda y, p: np.clip(y, 0.5, 2, out=y)),
    **by_axis("sum", lambda p, axis: p.x.sum(axis=axis)),
    **by_axis("product", lambda p, axis: p.near_one.prod(axis=axis)),
    **by_axis("mean", lambda p, axis: p.positive.mean(axis=axis)),
    **by_axis("variance", lambda p, axis: p.x.var(axis=axis)),
    **by_axis("standard deviation", lambda p, axis: p.x.std(axis=axis)),
    **by_axis("min", lambda p, axis: p.x.min(axis=axis)),
    **by_axis("max", lambda p, axis: p.x.max(axis=axis)),
    **by_axis("argmin", lambda p, axis: p.x.argmin(axis=axis)),
    **by_axis("argmax", lambda p, axis: p.x.argmax(axis=axis)),
    **by_axis("norm", lambda p, axis: np.linalg.norm(p.x, axis=axis)),
    **by_axis("log-sum-exp", lambda p, axis: special.logsumexp(p.x, axis=axis)),
    **along_axis("cumulative sum", lambda p, axis: p.positive.cumsum(axis=axis)),
    **along_axis("cumulative product", lambda p, axis: p.near_one.cumprod(axis=axis)),
    **along_axis("difference", lambda p, axis: np.diff(p.x, axis=axis)),
    # By default, NumPy computes these in double precision.
    "covariance": lambda p: np.cov(p.x, rowvar=False, dtype=p.x.dtype),
    "correlation": lambda p: np.corrcoef(p.x, rowvar=False, dtype=p.x.dtype),
    **by_axis("median", lambda p, axis: np.median(p.x, axis=axis)),
    **by_axis("quantile", lambda p, axis: np.quantile(p.x, 0.25, axis=axis)),
    **by_axis("sort", lambda p, axis: np.sort(p.x, axis=axis)),
    **by_axis("argsort", lambda p, axis: np.argsort(p.x, axis=axis)),
    **along_axis("top 10", lambda p, axis: top(p.x, 10, axis)),
    "unique": lambda p: np.unique(p.x),
    "unique, counts": lambda p: np.unique(p.x, return_counts=True),
    "histogram": lambda p: np.histogram(p.x, bins=50)[0],
    # Perceptron's slices are copies.
    "column": lambda p: p.x[:, 1].copy(),
    "100 columns": lambda p: p.x[:, 100:200].copy(),
    "third of the rows": lambda p: p.x[len(p.x) // 3 : len(p.x) // 3 * 2].copy(),
    "every second column": lambda p: p.x[:, ::2].copy(),
    "list of rows": lambda p: p.x[p.rows],
    "list of columns": lambda p: p.x[:, p.columns],
    "elements by mask": lambda p: p.x[p.is_positive],
    "rows by mask": lambda p: p.x[p.x[:, 0] > 0],
    "column = column": change(lambda y, p: assign(y, np.s_[:, 1:2], p.column)),
    "block = 0": change(lambda y, p: assign(y, np.s_[100:200, 100:], 0)),
    "elements by mask = 1": change(lambda y, p: assign(y, p.is_positive, 1)),
    "transposed": lambda p: p.x.T.copy(),
    "rows flipped": lambda p: p.x[::-1].copy(),
    "columns flipped": lambda p: p.x[:, ::-1].copy(),
    "concatenate, axis 0": lambda p: np.concatenate([p.x, p.positive], axis=0),
    "concatenate, axis 1": lambda p: np.concatenate([p.x, p.positive], axis=1),
    "stack, last axis": lambda p: np.stack([p.x, p.positive], axis=2),
    "padded": lambda p: np.pad(p.x, [(1, 1), (0, 2)], constant_values=1),
    "column, 100 times": lambda p: np.tile(p.column, [1, 100]),
    "lower triangle": lambda p: np.tril(p.x),
}


def numbers(result):
    """The number of elements, and sums of their magnitudes, of the magnitudes weighted by the position, and
    of the elements above 0."""
    if isinstance(result, tuple):
        return [number for part in result for number in numbers(part)]
    elements = np.asarray(result, np.float64).ravel()
    magnitudes = np.abs(elements)
    weights = np.arange(elements.size) % 101 + 1
    return [elements.size, magnitudes.sum(), magnitudes @ weights, np.maximum(elements, 0).sum()]


class TensorProgram(worker.Program):
    def __init__(self, work):
        if work.kind != "tensor":
            raise worker.Unsupported("only operations on tensors are here")
        self.operands = read(work.path, work.rows, work.layers[0], work.precision)
        self.reset()
        self.call = OPERATIONS[work.operation]

    def check(self):
        return numbers(self.call(self.operands))

    def reset(self):
        self.operands.changed[:] = self.operands.positive

    def run(self, count):
        for _ in range(count):
            self.call(self.operands)
        return count


def start(threads):
    worker.require_blas_threads(threads)
    return {"blas": worker.blas_version()}


if __name__ == "__main__":
    np.seterr(all="ignore")
    version = f"{np.__version__}, SciPy {scipy.__version__}"
    worker.serve("NumPy", version, TensorProgram, start)
