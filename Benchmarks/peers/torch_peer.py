"""The benchmark's work in PyTorch: a Sequential of Linear and ReLU, autograd, torch.optim.

Eager, as most programs are. Not torch.compile, which needs a C++ compiler beside PyTorch.
"""

import torch
import torch.nn.functional as F
from torch import nn

import worker


class TorchProgram(worker.Program):
    def __init__(self, work):
        self.work = work
        self.features = torch.from_numpy(work.features)
        self.labels = torch.from_numpy(work.labels)
        layers = []
        for inputs, outputs in zip(work.layers, work.layers[1:]):
            layers += [nn.Linear(inputs, outputs, dtype=self.features.dtype), nn.ReLU()]
        self.model = nn.Sequential(*layers[:-1])
        self.linears = layers[::2]
        torch.manual_seed(0)
        self.reset()

    def reset(self):
        given = [torch.from_numpy(array) for array in self.work.weights]
        with torch.no_grad():
            for linear, weight, bias in zip(self.linears, given[::2], given[1::2]):
                linear.weight.copy_(weight.T)
                linear.bias.copy_(bias)
        groups = [
            {
                "params": [linear.weight for linear in self.linears],
                "weight_decay": 2 * self.work.regularization,
            },
            {"params": [linear.bias for linear in self.linears], "weight_decay": 0},
        ]
        kind = torch.optim.Adam if self.work.optimizer == "adam" else torch.optim.SGD
        self.optimizer = kind(groups, lr=self.work.learning_rate, fused=True)

    def penalty(self):
        squares = sum((linear.weight * linear.weight).sum() for linear in self.linears)
        return self.work.regularization * squares

    def step(self, rows):
        # rows is (batch,); the optimizer sees to the penalty, so the loss is without it.
        return self.update(self.features.index_select(0, rows), self.labels[rows])

    def update(self, x, labels):
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.model(x), labels)
        loss.backward()
        self.optimizer.step()
        return loss

    def gradient(self):
        self.model.zero_grad(set_to_none=True)
        x, labels = self.features[: self.work.batch], self.labels[: self.work.batch]
        loss = F.cross_entropy(self.model(x), labels)
        if self.work.regularization:
            loss = loss + self.penalty()
        loss.backward()
        return loss

    @torch.inference_mode()
    def predict(self):
        return self.model(self.features).argmax(dim=1)

    def check(self):
        match self.work.kind:
            case "step" | "epoch":
                losses = []
                for rows in self.work.rows_to_check():
                    penalty = self.penalty().item()
                    if self.work.kind == "step":
                        loss = self.step(torch.from_numpy(rows))
                    else:
                        loss = self.update(self.features, self.labels)
                    losses.append(loss.item() + penalty)
                weights = [linear.weight.detach().numpy() for linear in self.linears]
                biases = [linear.bias.detach().numpy() for linear in self.linears]
                return [*losses, worker.norm(weights), worker.norm(biases)]
            case "gradient":
                loss = self.gradient()
                gradients = [parameter.grad for parameter in self.model.parameters()]
                return [loss.item(), nn.utils.get_total_norm(gradients).item()]
            case "predict":
                return [(self.predict() == self.labels).double().mean().item()]

    def run(self, count):
        work = self.work
        match work.kind:
            case "step":
                for _ in range(count):
                    self.step(torch.randint(work.rows, (work.batch,)))
            case "epoch":
                for _ in range(count):
                    self.update(self.features, self.labels)
            case "gradient":
                for _ in range(count):
                    self.gradient()
            case "predict":
                for _ in range(count):
                    self.predict()
        return count


def start(threads):
    torch.set_num_threads(threads)
    return {"threads": torch.get_num_threads()}


if __name__ == "__main__":
    worker.serve("PyTorch", torch.__version__, TorchProgram, start)
