"""The benchmark's work in JAX: one compiled function whose loop of steps never returns to Python.

Adam is written out, as JAX itself has no optimizers. On the CPU only.
"""

import math
import os
from functools import partial

os.environ["JAX_PLATFORMS"] = "cpu"  # read as JAX is imported

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import worker

BLOCK = 25  # steps in one call of the compiled function


def scores(parameters, x):
    *hidden, (weight, bias) = parameters
    for w, b in hidden:
        x = jax.nn.relu(x @ w + b)
    return x @ weight + bias


def loss(parameters, x, labels, regularization):
    logs = jax.nn.log_softmax(scores(parameters, x))
    of_label = jnp.take_along_axis(logs, labels[:, None], axis=1)
    value = -of_label.mean()
    if regularization:  # a number of Python's, so that the compiled function has no trace of it
        value += regularization * sum(jnp.sum(weight * weight) for weight, _ in parameters)
    return value


loss_and_gradient = jax.value_and_grad(loss)


def sgd(parameters, state, gradient, rate):
    return jax.tree.map(lambda p, g: p - rate * g, parameters, gradient), state


def adam(parameters, state, gradient, rate, first=0.9, second=0.999, epsilon=1e-8):
    mean, square, steps = state
    steps = steps + 1
    mean = jax.tree.map(lambda m, g: first * m + (1 - first) * g, mean, gradient)
    square = jax.tree.map(lambda s, g: second * s + (1 - second) * g * g, square, gradient)
    # 1 - decay^steps; in single precision the difference itself would lose digits.
    mean_rate = -rate / jnp.expm1(steps * math.log(first))
    square_scale = -1 / jnp.expm1(steps * math.log(second))
    parameters = jax.tree.map(
        lambda p, m, s: p - mean_rate * m / (jnp.sqrt(s * square_scale) + epsilon),
        parameters,
        mean,
        square,
    )
    return parameters, (mean, square, steps)


class JAXProgram(worker.Program):
    def __init__(self, work):
        jax.config.update("jax_enable_x64", work.precision == "float64")
        self.work = work
        self.features = jax.device_put(work.features)  # takes the aligned array without a copy
        self.labels = jnp.asarray(work.labels, jnp.int32)
        self.key = jax.random.key(0)
        update = partial(adam if work.optimizer == "adam" else sgd, rate=work.learning_rate)
        regularization = work.regularization

        def step(model, x, labels):
            parameters, state = model
            value, gradient = loss_and_gradient(parameters, x, labels, regularization)
            return update(parameters, state, gradient), value

        # model, the parameters and the optimizer's state, is given away: its memory is used again.
        # rows is (steps, batch); the losses are (steps,).
        @partial(jax.jit, donate_argnums=0)
        def steps_on(model, features, labels, rows):
            def one(model, rows):
                x = jnp.take(features, rows, axis=0, mode="clip")
                return step(model, x, jnp.take(labels, rows, mode="clip"))

            return lax.scan(one, model, rows)

        @partial(jax.jit, donate_argnums=0)
        def steps(model, features, labels, key):
            shape = (BLOCK, work.batch)
            return steps_on(
                model, features, labels, jax.random.randint(key, shape, 0, work.rows, jnp.int32)
            )

        @partial(jax.jit, donate_argnums=0, static_argnums=3)
        def epochs(model, features, labels, count):
            return lax.scan(
                lambda model, _: step(model, features, labels), model, length=count
            )

        self.steps_on, self.steps, self.epochs = steps_on, steps, epochs
        self.gradient = jax.jit(
            lambda parameters, x, labels: loss_and_gradient(parameters, x, labels, regularization)
        )
        self.predict = jax.jit(lambda parameters, x: scores(parameters, x).argmax(axis=1))
        self.reset()

    def reset(self):
        weights = [jnp.array(array) for array in self.work.weights]
        parameters = list(zip(weights[::2], weights[1::2]))
        state = ()
        if self.work.optimizer == "adam":
            zeros = partial(jax.tree.map, jnp.zeros_like)
            state = zeros(parameters), zeros(parameters), jnp.zeros((), self.features.dtype)
        self.model = parameters, state

    def norms(self):
        weights, biases = zip(*self.model[0])
        return worker.norm(map(np.asarray, weights)), worker.norm(map(np.asarray, biases))

    def check(self):
        work = self.work
        match work.kind:
            case "step":
                rows = jnp.asarray(list(work.rows_to_check()), jnp.int32)
                self.model, losses = self.steps_on(self.model, self.features, self.labels, rows)
                return [*losses, *self.norms()]
            case "epoch":
                self.model, losses = self.epochs(
                    self.model, self.features, self.labels, worker.CHECKED_STEPS
                )
                return [*losses, *self.norms()]
            case "gradient":
                value, gradient = self.gradient(
                    self.model[0], self.features[: work.batch], self.labels[: work.batch]
                )
                squares = [jnp.sum(array * array) for array in jax.tree.leaves(gradient)]
                return [value, jnp.sqrt(sum(squares))]
            case "predict":
                predicted = np.asarray(self.predict(self.model[0], self.features))
                return [np.mean(predicted == work.labels)]

    def run(self, count):
        work = self.work
        match work.kind:
            case "step":
                blocks = -(-count // BLOCK)
                for _ in range(blocks):
                    self.key, key = jax.random.split(self.key)
                    self.model, losses = self.steps(self.model, self.features, self.labels, key)
                jax.block_until_ready((self.model, losses))
                return blocks * BLOCK
            case "epoch":
                blocks = -(-count // BLOCK)
                for _ in range(blocks):
                    self.model, losses = self.epochs(
                        self.model, self.features, self.labels, BLOCK
                    )
                jax.block_until_ready((self.model, losses))
                return blocks * BLOCK
            case "gradient":
                x, labels = self.features[: work.batch], self.labels[: work.batch]
                for _ in range(count):
                    result = self.gradient(self.model[0], x, labels)
                jax.block_until_ready(result)
            case "predict":
                for _ in range(count):
                    result = self.predict(self.model[0], self.features)
                jax.block_until_ready(result)
        return count


def start(threads):
    # XLA makes its pool of threads at its first use, of as many as this says.
    os.environ["NPROC"] = str(threads)
    return {}


if __name__ == "__main__":
    worker.serve("JAX", jax.__version__, JAXProgram, start)
