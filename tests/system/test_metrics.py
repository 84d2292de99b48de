"""What monitoring reads: every series well-formed, true, and without a word of a person."""

import hashlib
import http.client
import re
import shutil
import ssl
import subprocess

import pytest

from harness.center import CLIENTS, eventually

TOKENS = {"scraper": "admin", "gate": "frontend"}
SERIES = re.compile(r'^(triaged_[a-z_]+)(\{[a-z]+="(?:[^"\\]|\\.)*"(?:,[a-z]+="(?:[^"\\]|\\.)*")*\})? '
                    r'([0-9.e+-]+)$')


@pytest.fixture
def scrape(center):
    clients = CLIENTS + [
        {"name": name, "roles": [role],
         "token_sha256": hashlib.sha256(name.encode()).hexdigest()} for name, role in TOKENS.items()]
    center.node(clients=clients, listen__https="127.0.0.1:0", watch__free_mib=1048576)

    def get(token="scraper", node=0):
        host, port = center.nodes[node].https.rsplit(":", 1)
        c = http.client.HTTPSConnection(host, int(port), timeout=10, context=ssl.create_default_context(
            cafile=center.tls.ca))
        try:
            c.request("GET", "/metrics", headers={"Authorization": "Bearer " + token} if token else {})
            r = c.getresponse()
            return r.status, r.headers.get("content-type"), r.read().decode()
        finally:
            c.close()
    return get


def values(text):
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            m = SERIES.match(line)
            assert m, line
            assert (m[1], m[2]) not in found, "twice: " + line
            found[m[1], m[2]] = float(m[3])
    return found


def test_numbers_are_those_of_the_center(center, scrape):
    ann, gateway = center.responder("ann"), center.session("gateway")
    center.take(ann, center.open(gateway, "high")["contact"])
    center.open(gateway, "low", lang="es")
    status, kind, text = scrape()
    assert status == 200 and kind.startswith("text/plain; version=0.0.4")
    v = values(text)
    assert v["triaged_active", '{level="high"}'] == 1
    assert v["triaged_waiting", '{level="low"}'] == 1
    assert v["triaged_leading", None] == 1 and v["triaged_invariant_violations", None] == 0
    assert v["triaged_mode", '{mode="normal"}'] == 1
    assert v["triaged_wait_seconds_count", '{level="high"}'] == 1
    assert v["triaged_wait_seconds_bucket", '{level="high",le="+Inf"}'] == 1
    assert v["triaged_target_seconds", '{level="urgent"}'] == 60
    assert v["triaged_https_requests_total", None] == 1
    eventually(lambda: ("triaged_alarm", '{alarm="disk_low"}') in values(scrape()[2]))


def test_format_is_what_promtool_accepts(center, scrape):
    text = scrape()[2]
    values(text)
    told = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    helped = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
    series = {re.sub(r"_(bucket|sum|count)$", "", name) if "wait_seconds_" in name and
              "oldest" not in name else name for name, _ in values(text)}
    assert series <= told == helped
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                              text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_who_may_not_see_numbers_is_told_no_more(scrape):
    assert scrape(token=None)[0] == 401
    assert scrape(token="wrong")[0] == 401
    assert scrape(token="gate")[0] == 403


def test_no_word_of_a_person(center, scrape):
    gateway = center.session("gateway")
    c = center.open(gateway, text="canary-words marker high", from_="+15550100")["contact"]
    text = scrape()[2]
    assert "canary" not in text and "5550100" not in text and c not in text and "ann" not in text
