"""What the peers share: the protocol, the arrays of a piece of work, the rows of its check.

A peer is a program that does the benchmark's work with another library. The benchmark starts it,
writes commands to its standard input and reads answers from its standard output, one JSON object a
line each. The end of the input ends it. A command that fails is answered by
{"error": "Type: message"}, and the next one is read. Threads are set by "hello", which comes
first; libraries that read their number of threads as they are loaded take it from
OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and MKL_NUM_THREADS, which the benchmark sets too.

{"command": "hello", "threads": 2}
    -> {"name": "PyTorch", "version": "2.13.0", "python": "3.11.7", "threads": 2}. The threads are
    those that the library says it uses, and left out where it does not tell. NumPy and what stands
    on it answer "blas", the version of its BLAS.

{"command": "prepare", "work": {...}}
    -> {"check": [numbers]}, or {"unsupported": "reason"} where the library has no public way to do
    it. The work:
    kind            "step": draw `batch` of the rows with replacement, gather them, forward, loss,
                    backward, update.
                    "gradient": the loss and the gradient of every parameter on the first `batch`
                    rows, without an update.
                    "epoch": one update on all rows at once, nothing drawn or gathered.
                    "predict": the class of every row.
                    "table": reading a CSV file of numbers with a header; only `features` counts.
                    "algebra": an operation on a matrix; only `rows`, `features` and `operation` count.
                    "tensor": an operation on arrays; `layers` holds the number of columns.
    layers          sizes from the inputs to the classes, ReLU between them: [784, 512, 256, 10]
    rows, batch     how many rows there are, and how many of them a step takes
    optimizer       "sgd", or "adam" with the moments' decays 0.9 and 0.999 and epsilon 1e-8
    learningRate
    regularization  the factor of the penalty, the sum of the squares of all weight matrices; its
                    gradient is 2 * regularization * W. Biases are not penalised.
    precision       "float32" or "float64"
    features        path of bytes, rows x inputs, row-major; of the CSV file for "table"; of 64-bit
                    floats for "algebra", a matrix of rows x rows, row-major, and a vector; for "tensor", a matrix of
                    rows x layers[0]
    operation       for "algebra" and "tensor": one of the names of scipy_peer.py or tensor_peer.py
    divisor         a feature is its byte / divisor
    labels          path of bytes, one a row
    weights         path of little-endian 32-bit floats: W1 (inputs x outputs, row-major), b1, W2, …
    The check, made with the code that is timed:
    step, epoch     the losses (mean cross-entropy + penalty) before each of ten updates from the
                    weights given, and afterwards the root of the sum of the squares of all weights,
                    and that of all biases. Step i takes rows (i * batch + j) mod rows, an epoch
                    takes all.
    gradient        [the loss, the root of the sum of the squares of all gradients]
    predict         [the share of the rows whose label is predicted]
    table           [the number of rows, then the eight bytes, the least first, of the sum modulo
                    2**64 of the bit patterns of all cells as 64-bit floats]
    algebra         [numbers of the result that depend neither on signs nor on an order]
    tensor          [the number of elements of the result, and sums of their magnitudes, of the
                    magnitudes times (position mod 101) + 1, and of the elements above 0]
    Afterwards the work is warmed up, and the weights and the optimizer are as given.

{"command": "time", "count": 100}
    -> {"count": 100, "seconds": 0.19}: how many steps, gradients, epochs or predictions of all
    rows were made (about as many as asked for), and how long they took together. Training goes on
    from where it was.

{"command": "memory"}
    -> {"peakBytes": 700000000}, the largest resident size of the process.
"""

import gc
import json
import os
import platform
import resource
import sys
import time
from dataclasses import dataclass

import numpy as np

CHECKED_STEPS = 10


class Unsupported(Exception):
    """The library has no public way to do the work."""


class Program:
    """A piece of work in one library, its weights as given; each peer has its own."""

    def __init__(self, work):
        raise NotImplementedError

    def check(self):
        """The numbers that show that the work is the same as everyone's."""
        raise NotImplementedError

    def reset(self):
        """Puts the weights and the optimizer back to what was given."""
        raise NotImplementedError

    def run(self, count):
        """Does the work about `count` times; returns how often it did once all is computed."""
        raise NotImplementedError


@dataclass
class Work:
    """A piece of work with its arrays. The features are held once, as floats."""

    kind: str
    layers: list
    rows: int
    batch: int
    optimizer: str
    learning_rate: float
    regularization: float
    precision: str
    path: str  # of the features
    operation: str  # for algebra and tensor
    features: np.ndarray  # (rows, inputs), of the precision; None for a table or a matrix
    labels: np.ndarray  # (rows,), 64-bit integers; None for those
    weights: list  # W1 (inputs, outputs), b1 (outputs,), W2, …, of the precision; none for those

    @classmethod
    def read(cls, fields):
        if fields["kind"] not in ("step", "gradient", "epoch", "predict", "table", "algebra", "tensor"):
            raise ValueError(f"unknown kind of work: {fields['kind']}")
        if fields["optimizer"] not in ("sgd", "adam"):
            raise ValueError(f"unknown optimizer: {fields['optimizer']}")
        layers, rows, precision = fields["layers"], fields["rows"], fields["precision"]
        has_examples = fields["kind"] not in ("table", "algebra", "tensor")
        return cls(
            kind=fields["kind"],
            layers=layers,
            rows=rows,
            batch=fields["batch"],
            optimizer=fields["optimizer"],
            learning_rate=fields["learningRate"],
            regularization=fields["regularization"],
            precision=precision,
            path=fields["features"],
            operation=fields.get("operation"),
            features=read_features(fields["features"], rows, layers[0], fields["divisor"], precision)
            if has_examples
            else None,
            labels=np.fromfile(fields["labels"], np.uint8, rows).astype(np.int64)
            if has_examples
            else None,
            weights=read_weights(fields["weights"], layers, precision) if has_examples else [],
        )

    def rows_to_check(self):
        """The rows of each step of the check."""
        taken = self.rows if self.kind == "epoch" else self.batch
        for step in range(CHECKED_STEPS):
            yield (step * taken + np.arange(taken)) % self.rows


def read_features(path, rows, inputs, divisor, precision):
    """Bytes / divisor, read a block at a time so that the bytes never stand beside all floats."""
    features = aligned((rows, inputs), precision)
    block = 1000
    with open(path, "rb") as file:
        for first in range(0, rows, block):
            part = features[first : first + block]
            read = np.fromfile(file, np.uint8, part.size)
            np.divide(read.reshape(part.shape), divisor, out=part, dtype=part.dtype)
    return features


def aligned(shape, precision):
    """An array at a multiple of 64 bytes, which JAX can take as it is."""
    size = int(np.prod(shape)) * np.dtype(precision).itemsize
    buffer = np.empty(size + 64, np.uint8)
    offset = -buffer.ctypes.data % 64
    return buffer[offset : offset + size].view(precision).reshape(shape)


def read_weights(path, layers, precision):
    numbers = np.fromfile(path, "<f4").astype(precision)
    shapes = [s for n, m in zip(layers, layers[1:]) for s in ((n, m), (m,))]
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    if numbers.size != ends[-1]:
        raise ValueError(f"{layers} takes {ends[-1]} weights, {path} has {numbers.size}")
    return [part.reshape(shape) for part, shape in zip(np.split(numbers, ends), shapes)]


def norm(arrays):
    """The root of the sum of the squares of all elements."""
    return sum(float(np.vdot(array, array)) for array in arrays) ** 0.5


def require_blas_threads(threads):
    """NumPy's BLAS reads its number of threads as it is loaded, so it can only be checked here."""
    given = os.environ.get("OPENBLAS_NUM_THREADS")
    if given != str(threads):
        raise RuntimeError(f"OPENBLAS_NUM_THREADS is {given}, not {threads}")


def blas_version(library=np):
    blas = library.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{blas['name']} {blas['version']}"


def serve(name, version, program, start):
    """Answers commands until the input ends.

    program: makes a Program of a Work
    start: called once with the number of threads to use; returns more fields of "hello"'s answer,
        with "threads" where the library tells them
    """
    # Only answers may reach the benchmark; what a library prints goes to standard error.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    current = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            match request["command"]:
                case "hello":
                    answer = {
                        "name": name,
                        "version": version,
                        "python": platform.python_version(),
                        **start(request["threads"]),
                    }
                case "prepare":
                    current = None  # frees the last work before the next is read
                    gc.collect()
                    current = program(Work.read(request["work"]))
                    answer = {"check": [float(number) for number in current.check()]}
                    current.run(1)
                    current.reset()
                case "time":
                    begin = time.perf_counter()
                    count = current.run(request["count"])
                    answer = {"count": count, "seconds": time.perf_counter() - begin}
                case "memory":
                    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                    # Linux counts kilobytes, macOS bytes.
                    answer = {"peakBytes": peak if sys.platform == "darwin" else peak * 1024}
                case command:
                    raise ValueError(f"unknown command: {command}")
        except Unsupported as reason:
            answer = {"unsupported": str(reason)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)
