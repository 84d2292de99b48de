"""Simulated days: all invariants hold, a seed repeats to the last bit, planted faults are found."""

import os
import subprocess
import sys

import pytest

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("TRIAGED_BUILD", os.path.join(TOP, "build"))
DAYS = os.environ.get("TRIAGED_SIM_DAYS", "200")


def sim(*arguments, timeout=3000):
    return subprocess.run([os.path.join(BUILD, "sim"), *arguments], cwd=TOP, capture_output=True,
                          text=True, errors="replace", timeout=timeout)


def test_simulated_days():
    done = sim("--seeds", "tests/sim/seeds.txt", "--count", DAYS)
    assert done.returncode == 0, done.stderr[-6000:]


@pytest.mark.parametrize("seed", ["7", "8"])
def test_a_seed_repeats_to_the_last_bit(seed):
    first, second = sim("--seed", seed), sim("--seed", seed)
    assert first.returncode == 0 and first.stdout == second.stdout, first.stderr[-6000:]
    assert sim("--seed", str(int(seed) + 2)).stdout != first.stdout


@pytest.mark.parametrize("fault", ["arrival_lost_on_reoffer", "ref_not_looked_up", "told_before_written",
                                   "dispatch_forgotten_on_close"])
def test_a_planted_fault_is_found(fault):
    done = subprocess.run([sys.executable, os.path.join(TOP, "tests/sim/mutants.py"), fault], cwd=TOP,
                          capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout
