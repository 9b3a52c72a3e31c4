"""The benchmark's work in NumPy: explicit formulas, results written into arrays made beforehand.

Not a library of layers and not NumPy plus a compiler: only what NumPy itself offers. All
parameters lie in one flat array, so an update is a few passes whatever the depth.
"""

import numpy as np

import worker


def flat_with_views(arrays):
    """One array with room for all these, and a view of it in the shape of each."""
    flat = np.empty(sum(array.size for array in arrays), arrays[0].dtype)
    parts = np.split(flat, np.cumsum([array.size for array in arrays])[:-1])
    return flat, [part.reshape(array.shape) for part, array in zip(parts, arrays)]


class Adam:
    def __init__(self, parameters, learning_rate, decays=(0.9, 0.999), epsilon=1e-8):
        self.learning_rate, self.decays, self.epsilon = learning_rate, decays, epsilon
        self.mean, self.square = np.zeros_like(parameters), np.zeros_like(parameters)
        self.scratch = np.empty_like(parameters)
        self.steps = 0

    def update(self, parameters, gradient):
        first, second = self.decays
        mean, square, scratch = self.mean, self.square, self.scratch
        self.steps += 1
        mean *= first
        np.multiply(gradient, 1 - first, out=scratch)
        mean += scratch
        square *= second
        np.multiply(gradient, gradient, out=scratch)
        scratch *= 1 - second
        square += scratch
        # Both moments' corrections are moved out of the arrays, into the two numbers.
        correction = np.sqrt(1 - second**self.steps)
        np.sqrt(square, out=scratch)
        scratch += float(self.epsilon * correction)
        np.divide(mean, scratch, out=scratch)
        scratch *= float(self.learning_rate * correction / (1 - first**self.steps))
        parameters -= scratch


class SGD:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def update(self, parameters, gradient):
        gradient *= self.learning_rate
        parameters -= gradient


class NumPyProgram(worker.Program):
    def __init__(self, work):
        self.work = work
        self.parameters, views = flat_with_views(work.weights)
        self.weights, self.biases = views[::2], views[1::2]
        self.gradient, views = flat_with_views(work.weights)
        self.weight_gradients, self.bias_gradients = views[::2], views[1::2]
        rows = work.rows if work.kind in ("epoch", "predict") else work.batch
        self.outputs = [np.empty((rows, size), work.precision) for size in work.layers[1:]]
        self.each_row = np.arange(rows)
        if work.kind == "step":
            self.batch = np.empty((rows, work.layers[0]), work.precision)
        if work.kind != "predict":
            self.upstream = [np.empty_like(output) for output in self.outputs]
            self.penalties = [np.empty_like(weight) for weight in self.weights]
        self.random = np.random.default_rng(0)
        self.reset()

    def reset(self):
        self.parameters[:] = np.concatenate([weight.ravel() for weight in self.work.weights])
        rate = self.work.learning_rate
        adam = self.work.optimizer == "adam"
        self.optimizer = Adam(self.parameters, rate) if adam else SGD(rate)

    def scores(self, x):
        # x is (rows, inputs), the result (rows, classes); outputs keeps what each layer gave.
        for layer, output in enumerate(self.outputs):
            np.matmul(x, self.weights[layer], out=output)
            output += self.biases[layer]
            if layer < len(self.outputs) - 1:
                np.maximum(output, 0, out=output)
            x = output
        return x

    def loss_and_gradient(self, x, labels):
        """The loss; the gradient is left in `gradient`."""
        scores = self.scores(x)
        scores -= scores.max(axis=1, keepdims=True)
        of_label = scores[self.each_row, labels]
        upstream = np.exp(scores, out=self.upstream[-1])
        totals = upstream.sum(axis=1, keepdims=True)
        loss = np.log(totals).mean() - of_label.mean()
        upstream /= totals
        upstream[self.each_row, labels] -= 1
        upstream /= len(labels)

        regularization = self.work.regularization
        for layer in reversed(range(len(self.weights))):
            weight, gradient = self.weights[layer], self.weight_gradients[layer]
            np.matmul((self.outputs[layer - 1] if layer else x).T, upstream, out=gradient)
            upstream.sum(axis=0, out=self.bias_gradients[layer])
            if regularization:
                loss += regularization * np.vdot(weight, weight)
                gradient += np.multiply(weight, 2 * regularization, out=self.penalties[layer])
            if layer:
                upstream = np.matmul(upstream, weight.T, out=self.upstream[layer - 1])
                upstream *= self.outputs[layer - 1] > 0
        return loss

    def step(self, rows):
        # mode="clip" lets take() write straight into out; the rows are in range anyway.
        x = np.take(self.work.features, rows, axis=0, out=self.batch, mode="clip")
        return self.update(x, self.work.labels[rows])

    def update(self, x, labels):
        loss = self.loss_and_gradient(x, labels)
        self.optimizer.update(self.parameters, self.gradient)
        return loss

    def predict(self):
        return self.scores(self.work.features).argmax(axis=1)

    def check(self):
        work = self.work
        match work.kind:
            case "step":
                losses = [self.step(rows) for rows in work.rows_to_check()]
                return [*losses, worker.norm(self.weights), worker.norm(self.biases)]
            case "epoch":
                losses = [self.update(work.features, work.labels) for _ in work.rows_to_check()]
                return [*losses, worker.norm(self.weights), worker.norm(self.biases)]
            case "gradient":
                loss = self.loss_and_gradient(
                    work.features[: work.batch], work.labels[: work.batch]
                )
                return [loss, np.linalg.norm(self.gradient)]
            case "predict":
                return [np.mean(self.predict() == work.labels)]

    def run(self, count):
        work = self.work
        match work.kind:
            case "step":
                for _ in range(count):
                    self.step(self.random.integers(work.rows, size=work.batch))
            case "epoch":
                for _ in range(count):
                    self.update(work.features, work.labels)
            case "gradient":
                x, labels = work.features[: work.batch], work.labels[: work.batch]
                for _ in range(count):
                    self.loss_and_gradient(x, labels)
            case "predict":
                for _ in range(count):
                    self.predict()
        return count


def start(threads):
    worker.require_blas_threads(threads)
    return {"blas": worker.blas_version()}


if __name__ == "__main__":
    worker.serve("NumPy", np.__version__, NumPyProgram, start)
