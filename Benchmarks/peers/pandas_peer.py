"""The benchmark's reading of a table in pandas: read_csv with the C engine, which is its default.

Times the default conversion of numbers. The check takes the exact one, "round_trip", so that all bits
can be compared.
"""

import numpy as np
import pandas as pd

import worker


class PandasProgram(worker.Program):
    def __init__(self, work):
        if work.kind != "table":
            raise worker.Unsupported("pandas only reads tables")
        self.path = work.path

    def check(self):
        table = pd.read_csv(self.path, float_precision="round_trip")
        bits = table.to_numpy(np.float64).view(np.uint64)
        total = int(bits.sum(dtype=np.uint64))
        return [len(table), *total.to_bytes(8, "little")]

    def reset(self):
        pass

    def run(self, count):
        for _ in range(count):
            pd.read_csv(self.path)
        return count


if __name__ == "__main__":
    worker.serve("pandas", pd.__version__, PandasProgram, lambda threads: {})
