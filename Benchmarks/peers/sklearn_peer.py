"""The benchmark's work in scikit-learn: MLPClassifier, trained by fit and partial_fit.

Only what MLPClassifier offers: no gradient by itself, and a step's rows are drawn without
replacement.
"""

import sys
import warnings

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import worker


class ScikitLearnProgram(worker.Program):
    def __init__(self, work):
        if work.kind == "gradient":
            raise worker.Unsupported("MLPClassifier does not give its gradient")
        if work.layers[-1] == 2:
            raise worker.Unsupported("MLPClassifier gives two classes one logistic output")
        self.work = work
        self.next_row = 0
        self.reset()

    def reset(self):
        work = self.work
        epoch = work.kind == "epoch"
        batch = work.rows if epoch else work.batch
        self.model = MLPClassifier(
            hidden_layer_sizes=work.layers[1:-1],
            solver=work.optimizer,
            # Its penalty is alpha / (2 * batch) times the sum of the squares.
            alpha=2 * work.regularization * batch,
            batch_size=batch,
            learning_rate_init=work.learning_rate,
            momentum=0,
            nesterovs_momentum=False,
            # Added to the root of the second moment before its correction, not after: this is the
            # 1e-8 of the others at the first step.
            epsilon=1e-8 * (1 - 0.999) ** 0.5,
            shuffle=not epoch,
            random_state=0,
            # Epochs go on from the last fit, and stop at nothing but their number.
            warm_start=epoch,
            tol=0,
            n_iter_no_change=sys.maxsize,
        )
        # Only partial_fit makes the arrays of the weights. What this one step leaves behind is
        # replaced: the weights by those given, the optimizer by a new one.
        self.model.partial_fit(
            work.features[:batch], work.labels[:batch], classes=np.arange(work.layers[-1])
        )
        self.model.coefs_ = [weight.copy() for weight in work.weights[::2]]
        self.model.intercepts_ = [bias.copy() for bias in work.weights[1::2]]
        del self.model._optimizer

    def check(self):
        work = self.work
        if work.kind == "predict":
            return [np.mean(self.model.predict(work.features) == work.labels)]
        if work.kind == "epoch":
            self.epochs(worker.CHECKED_STEPS)
            return [*self.model.loss_curve_[-worker.CHECKED_STEPS :], *self.norms()]
        losses = []
        for rows in work.rows_to_check():
            self.model.partial_fit(work.features[rows], work.labels[rows])
            losses.append(self.model.loss_)
        return [*losses, *self.norms()]

    def norms(self):
        return worker.norm(self.model.coefs_), worker.norm(self.model.intercepts_)

    def run(self, count):
        work = self.work
        match work.kind:
            case "predict":
                for _ in range(count):
                    self.model.predict(work.features)
                return count
            case "epoch":
                self.epochs(count)
                return count
            case "step":
                return sum(self.steps(count))

    def epochs(self, count):
        # One fit of many epochs looks the data over once; Adam's moments begin anew.
        self.model.set_params(max_iter=count).fit(self.work.features, self.work.labels)

    def steps(self, count):
        """Makes `count` steps on the rows that come next; yields how many at a time."""
        work = self.work
        while count > 0:
            if self.next_row + work.batch > work.rows:
                self.next_row = 0
            made = min(count, (work.rows - self.next_row) // work.batch)
            taken = slice(self.next_row, self.next_row + made * work.batch)
            self.model.partial_fit(work.features[taken], work.labels[taken])
            self.next_row = taken.stop
            count -= made
            yield made


def start(threads):
    worker.require_blas_threads(threads)
    return {"blas": worker.blas_version()}


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)  # what count asks for is enough
    worker.serve("scikit-learn", sklearn.__version__, ScikitLearnProgram, start)
