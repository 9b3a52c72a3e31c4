"""The benchmark's linear algebra in SciPy: the functions of scipy.linalg with their defaults, as a user
would call them, and NumPy's where SciPy has none."""

import numpy as np
import scipy
from scipy import linalg

import worker


def magnitudes(values):
    return [np.abs(values).sum()]


def norms(array):
    return [np.linalg.norm(array), np.abs(array).sum()]


def triangle(r):
    return [np.linalg.norm(r), np.log(np.abs(np.diag(r)).astype(np.float64)).sum()]


# For each operation: the call, and the numbers of its result that do not depend on signs or on an order.
OPERATIONS = {
    "solve": (lambda p: linalg.solve(p.a, p.b), norms),
    "solveSymmetric": (lambda p: linalg.solve(p.symmetric, p.b, assume_a="sym"), norms),
    "solvePositiveDefinite": (lambda p: linalg.solve(p.symmetric, p.b, assume_a="pos"), norms),
    "solveTriangular": (lambda p: linalg.solve_triangular(p.triangle, p.b), norms),
    "lu": (
        lambda p: linalg.lu_factor(p.a),
        lambda lu: [np.log(np.abs(np.diag(lu[0])).astype(np.float64)).sum()],
    ),
    "cholesky": (lambda p: linalg.cholesky(p.symmetric, lower=True), norms),
    "inverse": (lambda p: linalg.inv(p.a), norms),
    "logDeterminant": (lambda p: np.linalg.slogdet(p.a), lambda result: [result[1]]),
    "qr": (lambda p: linalg.qr(p.a, mode="economic"), lambda qr: triangle(qr[1])),
    "pivotedQR": (
        lambda p: linalg.qr(p.a, mode="economic", pivoting=True),
        lambda qr: triangle(qr[1]),
    ),
    "svd": (
        lambda p: linalg.svd(p.a, full_matrices=False),
        lambda svd: [svd[1].sum(), np.linalg.norm(svd[0])],
    ),
    "singularValues": (lambda p: linalg.svdvals(p.a), norms),
    "symmetricEigen": (
        lambda p: linalg.eigh(p.symmetric),
        lambda eigen: [np.abs(eigen[0]).sum(), np.linalg.norm(eigen[1])],
    ),
    "symmetricEigenvalues": (lambda p: linalg.eigvalsh(p.symmetric), norms),
    "eigen": (lambda p: linalg.eig(p.a), lambda eigen: magnitudes(eigen[0])),
    "eigenvalues": (lambda p: linalg.eigvals(p.a), magnitudes),
    "leastSquares": (
        lambda p: linalg.lstsq(p.a, p.b),
        lambda fit: [np.linalg.norm(fit[0]), fit[3].sum()],
    ),
    "pseudoInverse": (lambda p: linalg.pinv(p.a), norms),
}


class SciPyProgram(worker.Program):
    def __init__(self, work):
        if work.kind != "algebra":
            raise worker.Unsupported("SciPy only does linear algebra")
        size = work.rows
        numbers = np.fromfile(work.path, np.float64)
        matrix = numbers[: size * size].reshape(size, size)
        self.a = matrix.astype(work.precision)
        self.symmetric = ((matrix + matrix.T) * 0.5).astype(work.precision)
        self.triangle = np.triu(matrix).astype(work.precision)
        self.b = numbers[size * size :].astype(work.precision)
        self.call, self.summary = OPERATIONS[work.operation]

    def check(self):
        return self.summary(self.call(self))

    def reset(self):
        pass

    def run(self, count):
        for _ in range(count):
            self.call(self)
        return count


def start(threads):
    worker.require_blas_threads(threads)
    return {"blas": worker.blas_version(scipy)}


if __name__ == "__main__":
    worker.serve("SciPy", scipy.__version__, SciPyProgram, start)
