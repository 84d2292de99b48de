"""The daemon watches itself: a test contact through the front door, alarms when something is wrong."""

import json
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

from devkit.line import RpcError
from harness.center import CLIENTS, PROGRAM, eventually
from harness.desk import triagectl

PROBE = {"name": "probe", "cert": "probe", "roles": ["frontend", "responder"], "test": True,
         "langs": ["en"], "skills": ["general"]}


def probe(center, *more):
    tls = center.authority.issue("probe")
    return triagectl("probe", "--address", center.nodes[0].address, "--ca", tls.ca,
                     "--cert", tls.cert, "--key", tls.key, *more)


def test_probe_goes_all_the_way_through(center):
    center.node(clients=CLIENTS + [PROBE])
    done = probe(center, "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0 and told["ok"]
    assert [s["step"] for s in told["steps"]] == ["connect", "open", "take", "speak", "close"]


def test_probe_and_people_never_meet(center):
    center.node(clients=CLIENTS + [PROBE])
    ann, gateway, lead = center.responder("ann"), center.session("gateway"), center.session("lead")
    front, desk = (center.session("probe", role=r) for r in ("frontend", "responder"))
    test = center.open(front, "emergency")["contact"]
    assert ann.quiet("offer.new", 1)
    desk.request("responder.set", presence="ready")
    offer = desk.note("offer.new", contact=test)
    assert "test" in offer["flags"]
    ann.request("responder.set", presence="away")
    real = center.open(gateway, "emergency")["contact"]
    assert desk.quiet("offer.new", 1, contact=real)
    board = lead.request("board.get")
    assert board["totals"]["test"] == 1
    assert board["totals"]["waiting"] == 1 and board["totals"]["offered"] == 0
    why = lead.request("contact.explain", contact=real)["ineligible_now"]
    assert why["test"] == 1


def test_left_over_test_contact_does_not_stop_the_next_probe(center):
    center.node(clients=CLIENTS + [PROBE])
    front = center.session("probe", role="frontend")
    for _ in range(6):
        center.open(front, channel="sms")
    assert probe(center).returncode == 0


def test_missing_test_contact_is_an_alarm_until_one_comes(center):
    center.node(clients=CLIENTS + [PROBE], watch__test_contact_s=2, alerts__reminder_s=30)
    lead = center.session("lead")
    told = lead.note("notice", 10, kind="alarm")
    assert told["alarm"] == "test_contact_missing" and told["node"] == "n1"
    board = lead.request("board.get")
    assert [a["alarm"] for a in board["alarms"]] == ["test_contact_missing"]
    assert probe(center).returncode == 0
    assert lead.note("notice", 10, kind="alarm_over")["alarm"] == "test_contact_missing"
    assert lead.request("board.get")["alarms"] == []


def test_a_front_end_that_cannot_be_understood_is_an_alarm(center):
    """It was told; but whoever wrote to it may be waiting for an answer that never comes."""
    center.node(watch__test_contact_s=0)
    gateway, lead = center.session("gateway"), center.session("lead")
    with pytest.raises(RpcError) as e:
        center.open(gateway, text="private words " * 2000)
    assert e.value.reason == "text_too_long"
    told = lead.note("notice", 10, kind="alarm")
    assert told["alarm"] == "intake_refused"
    assert told["detail"] == "gateway: contact.open text_too_long: text"
    assert [a["alarm"] for a in lead.request("board.get")["alarms"]] == ["intake_refused"]
    gateway.send_raw(b'{"jsonrpc":"2.0","id":9,"method":"contact.open","params":{"ref":"u1",'
                       b'"channel":"sms","text":"se\xf1or"}}\n')
    status = eventually(lambda: [a for a in center.session("root").request("node.status")["alarms"]
                                 if a["detail"] == "gateway: a request parse_error"])
    assert status[0]["alarm"] == "intake_refused" and "private" not in center.nodes[0].log_text()


def test_failed_probe_names_the_step(center):
    center.node(clients=CLIENTS + [dict(PROBE, roles=["frontend"])])
    done = probe(center)
    assert done.returncode == 1 and "connect as responder" in done.stderr


def test_alarm_of_another_node_reaches_the_supervisor_here(center):
    center.node("n1")
    center.node("n2", watch__free_mib=1048576)
    lead = center.session("lead")
    eventually(lambda: [a for a in lead.request("board.get")["alarms"]
                        if a["alarm"] == "disk_low" and a["node"] == "n2"], 10)
    center.nodes[1].kill()
    eventually(lambda: not lead.request("board.get")["alarms"], 15)


def test_addresses_that_cannot_be_written_are_tried_again(center):
    n = center.prepare()
    in_the_way = os.path.join(n.data_dir, "listen.json.new")
    os.makedirs(in_the_way)
    threading.Timer(2.5, os.rmdir, [in_the_way]).start()
    n.start()
    assert 'event=node.alarm alarm="not_listed"' in n.log_text()
    eventually(lambda: 'event=node.alarm_over alarm="not_listed"' in n.log_text())


def test_certificate_near_its_end_is_an_alarm(center):
    center.tls = center.authority.issue("short", "serverAuth", "DNS:localhost,IP:127.0.0.1", "9")
    center.node()
    status = center.session("lead").request("node.status")
    alarm = eventually(lambda: center.session("lead").request("node.status")["alarms"])
    assert alarm[0]["alarm"] == "certificate_ends" and "days left" in alarm[0]["detail"]
    assert status["violations"] == 0


def test_systemd_is_told(center, tmp_path):
    """Ready once it takes contacts, alive as long as its loop turns, and when it reloads and stops."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        n = center.prepare()
        n.environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"),
                         "WATCHDOG_USEC": "900000"}
        n.start()

        def told(what):
            text = ""
            while what not in text:
                text = manager.recv(4096).decode()
            return text

        told("READY=1")
        begun = time.monotonic()
        for _ in range(3):
            told("WATCHDOG=1")
        assert time.monotonic() - begun < 2.0
        os.kill(n.pid, signal.SIGSTOP)  # a loop that stands still feeds nobody
        manager.settimeout(0.1)
        with pytest.raises(TimeoutError):
            while True:
                manager.recv(4096)
        manager.settimeout(1.5)
        with pytest.raises(TimeoutError):
            manager.recv(4096)
        os.kill(n.pid, signal.SIGCONT)
        manager.settimeout(5)
        told("WATCHDOG=1")
        center.session("root").request("node.reload")
        assert "MONOTONIC_USEC=" in told("RELOADING=1")
        told("READY=1")
        n.signal(signal.SIGTERM)
        told("STOPPING=1")


def test_authority_near_its_end_is_an_alarm(center):
    """Without it nobody gets in, and the daemon does not start again."""
    ending = center.authority.issue("ending", days="9")
    both = center.path("both.pem")
    with open(both, "w", encoding="ascii") as out:
        for name in (center.tls.ca, ending.cert):
            with open(name, encoding="ascii") as f:
                out.write(f.read())
    n = center.prepare(tls__client_ca=both)
    checked = subprocess.run([PROGRAM, "-t", "-c", n.config], capture_output=True, text=True)
    assert checked.returncode == 0
    assert "tls.client_ca: expires in 8 days" in checked.stdout + checked.stderr
    n.start()
    alarm = eventually(lambda: center.session("lead").request("node.status")["alarms"])
    assert alarm[0]["alarm"] == "certificate_ends"
    assert alarm[0]["detail"].startswith("tls.client_ca: ")
