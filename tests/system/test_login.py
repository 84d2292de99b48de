"""Who logs in by user and password, with and without a time code, at a running daemon."""

import base64
import hashlib
import hmac
import os
import struct
import subprocess
import time

import pytest

from devkit import conf
from devkit.line import RpcError
from harness.center import BUILD, CLIENTS

TRIAGECTL = os.path.join(BUILD, "triagectl")
PASSWORD = "nine green parasols"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(scope="module")
def entry():
    """What triagectl prints for the clients file."""
    told = subprocess.run([TRIAGECTL, "password"], input=PASSWORD + "\n" + PASSWORD + "\n",
                          capture_output=True, text=True, check=True).stdout
    return told.split('"')[1]


@pytest.fixture
def serving(center, entry):
    n = center.prepare(clients=CLIENTS + [
        {"name": "kim", "user": "kim", "password": entry, "roles": ["responder", "supervisor"]},
        {"name": "pat", "user": "pat", "password": entry, "totp": SECRET, "roles": ["supervisor"]}])
    os.chmod(n.settings["clients"], 0o600)
    n.start()
    return center


def code(at_s):
    """RFC 6238 with its defaults: SHA-1, six digits, steps of 30 s."""
    digest = hmac.new(base64.b32decode(SECRET), struct.pack(">Q", int(at_s) // 30),
                      hashlib.sha1).digest()
    at = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff) % 1000000)


def refused(session, role="supervisor", **credentials):
    """The error of a hello and how long it took."""
    begun = time.monotonic()
    with pytest.raises(RpcError) as e:
        session.hello(role, **credentials)
    return e.value, time.monotonic() - begun


def test_by_password(serving):
    s = serving.connect(None)
    s.hello("supervisor", user="kim", password=PASSWORD)
    assert s.request("contact.list")["contacts"] == []
    s = serving.connect(None)
    s.hello("responder", user="kim", password=PASSWORD)
    assert s.request("responder.set", presence="ready")["presence"] == "ready"


def test_a_role_that_is_not_theirs(serving):
    error, _ = refused(serving.connect(None), role="admin", user="kim", password=PASSWORD)
    assert error.code == 2


def test_wrong_ones_look_alike(serving):
    """Neither the answer nor its time tells whether there is such a user."""
    known, took = refused(serving.connect(None), user="kim", password=PASSWORD + "x")
    unknown, took_too = refused(serving.connect(None), user="nobody", password=PASSWORD)
    assert known.code == 1 and (known.code, known.data) == (unknown.code, unknown.data)
    assert took >= 0.2 and took_too >= 0.2


def test_after_three_failures_the_session_ends(serving):
    s = serving.connect(None)
    for _ in range(3):
        assert refused(s, user="kim", password="a wrong password")[0].code == 1
    s.wait_closed()
    serving.connect(None).hello("supervisor", user="kim", password=PASSWORD)


def test_a_time_code_works_once(serving):
    assert refused(serving.connect(None), user="pat", password=PASSWORD)[0].code == 1
    assert refused(serving.connect(None), user="pat", password=PASSWORD,
                   totp="000000" if code(time.time()) != "000000" else "111111")[0].code == 1
    now = code(time.time())
    serving.connect(None).hello("supervisor", user="pat", password=PASSWORD, totp=now)
    assert refused(serving.connect(None), user="pat", password=PASSWORD, totp=now)[0].code == 1


def test_logins_do_not_hold_up_anybody(serving):
    """A password takes scrypt a tenth of a second; neither others nor a reload wait for thirty."""
    gateway, root = serving.session("gateway"), serving.session("root")
    many = [serving.connect(None) for _ in range(30)]
    asked = [s.send("session.hello", {"protocol": 1, "role": "supervisor", "user": "kim",
                                      "password": "a wrong password"}) for s in many]
    begun = time.monotonic()
    assert root.request("node.reload")["errors"] == []
    slowest = time.monotonic() - begun
    for _ in range(20):
        begun = time.monotonic()
        gateway.request("session.ping")
        slowest = max(slowest, time.monotonic() - begun)
    assert slowest < 1.5
    for s, number in zip(many, asked):
        with pytest.raises(RpcError) as e:
            s.answer(number, 20)
        assert e.value.code in (1, 8)  # 8: not decided in time


def test_triagectl_logs_in(serving, tmp_path):
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    file.chmod(0o600)
    done = subprocess.run(
        [TRIAGECTL, "--address", serving.nodes[0].address, "--ca", serving.tls.ca, "--user", "kim",
         "--password-file", str(file), "--role", "supervisor", "contact", "list", "--json"],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_who_is_taken_off_the_list_is_out(serving, entry):
    s = serving.connect(None)
    s.hello("supervisor", user="kim", password=PASSWORD)
    conf.write(serving.nodes[0].settings["clients"], {"clients": [
        {"center": "center", **c} for c in CLIENTS]})
    serving.session("root").request("node.reload")
    s.wait_closed()
    assert refused(serving.connect(None), user="kim", password=PASSWORD)[0].code == 1
