"""tests/bench/triage_eval as a module: its file has no ending that Python would look for."""

import importlib.machinery
import importlib.util
import os

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def evaluator():
    path = os.path.join(TOP, "tests", "bench", "triage_eval")
    loader = importlib.machinery.SourceFileLoader("triage_eval", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("triage_eval", loader))
    loader.exec_module(module)
    return module
