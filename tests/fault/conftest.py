import os
import random

import pytest

from fault_load import Load


@pytest.fixture
def seed():
    n = int(os.environ.get("SEED", random.randrange(1 << 30)))
    print("SEED=%d" % n)
    random.seed(n)
    return n


@pytest.fixture
def run(center):
    """run(node, seconds=…): load on it; ended with the test."""
    started = []

    def begin(*arguments, **more):
        started.append(Load(center, *arguments, **more))
        return started[-1]
    yield begin
    for load in started:
        load.stop()
