"""Fixtures: every test has its own center in its own short directory (socket paths are short),
on ports the system chooses, so tests may run side by side."""

import os
import shutil
import sys
import tempfile

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in (os.path.join(HERE, "..", "tools"), os.path.join(HERE, "fault"), HERE):
    if folder not in sys.path:
        sys.path.insert(0, folder)

from harness.agency import Agency  # noqa: E402
from harness.center import Center  # noqa: E402
from devkit import pki  # noqa: E402


@pytest.fixture(scope="session")
def authority():
    directory = tempfile.mkdtemp(prefix="trca-")
    yield pki.Authority(directory)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def center(authority, request):
    c = Center(tempfile.mkdtemp(prefix="tr-"), authority)
    yield c
    if getattr(request.node, "failed", False):
        for n in c.nodes:
            print("---- log of %s\n%s" % (n.settings["node"], n.log_text()[-6000:]))
    c.close()


@pytest.fixture
def house(center):
    """Makes agencies with an HTTPS server of their own; see harness/agency.py."""
    made = []

    def make(script=(204,), **more):
        made.append(Agency(center, script=script, **more))
        return made[-1]
    yield make
    for agency in made:
        agency.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    if outcome.get_result().failed:
        item.failed = True


@pytest.fixture
def running(center):
    """A center with one node on its own Redis."""
    center.node()
    return center
