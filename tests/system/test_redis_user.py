"""The server's user as conf/redis.conf has it: everything of ours works, nothing else does, and a
right that is missing is named before anything is written."""

import os
import re

import pytest

from harness.center import ROOT, eventually
from harness.redis_sets import Server

PASSWORD = "write-a-password-of-your-own"
CONF = os.path.join(ROOT, "conf", "redis.conf")


def shipped():
    """The rights of the user in conf/redis.conf."""
    with open(CONF, encoding="utf-8") as f:
        rights = re.search(r"^user triaged (.*)$", f.read(), re.M).group(1)
    return {word[1:].upper() for word in rights.split() if word[0] == "+"}


@pytest.fixture(name="guarded")
def _guarded(center):
    s = center.redis = Server(center.path("redis"))
    s.lines = ["include " + CONF, "user operator on >operator ~* &* +@all"]
    s.login = ("operator", "operator")
    s.start()
    password = center.path("password")
    with open(password, "w", encoding="ascii") as f:
        f.write(PASSWORD + "\n")
    os.chmod(password, 0o600)
    return center


def start(center, **settings):
    return center.node(store__username="triaged", store__password_file=center.path("password"),
                       **settings)


def why(center):
    s = center.session("root")
    told = s.request("node.status")["store"]
    s.close()
    return told["why"]


def test_a_whole_conversation_works(guarded):
    start(guarded)
    gateway, ann = guarded.session("gateway"), guarded.responder("ann", wrap_s=0)
    c = guarded.open(gateway, "high")["contact"]
    guarded.take(ann, c)
    gateway.request("contact.say", contact=c, ref=guarded.ref(), text="hello there")
    ann.note("contact.said", contact=c)
    ann.request("contact.close", contact=c, disposition="resolved", outcome={})
    gateway.note("contact.closed", contact=c)
    assert guarded.session("lead").request("contact.get", contact=c)["state"] == "ended"
    again = guarded.session("gateway").request("contact.open", channel="chat", lang="en",
                                               text="hello", ref="again")
    assert again["custody"] == "store"


def test_two_nodes_with_it(guarded):
    nodes = [start(guarded), start(guarded, name="n2")]
    for n in nodes:
        assert guarded.open(guarded.session("gateway", at=n))["contact"]


def test_retention_works_with_it(guarded):
    start(guarded)
    guarded.open(guarded.session("gateway"))
    s = guarded.redis
    epoch = s.command("HGET", "t:{center}:lead", "epoch")
    assert s.command_as(("triaged", PASSWORD), "FCALL", "t1_trim", 1, "t:{center}:", epoch, 1, 1, 1,
                        1, 100) >= 0


@pytest.mark.parametrize("words", [
    ("EVAL", "return 1", 0), ("KEYS", "*"), ("FLUSHALL",), ("FLUSHDB",), ("SHUTDOWN",),
    ("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"), ("SCRIPT", "FLUSH"),
    ("DEBUG", "SLEEP", 0), ("SORT", "t:{center}:live"), ("RESTORE", "t:{center}:x", 0, "x"),
    ("FUNCTION", "FLUSH"), ("FUNCTION", "DELETE", "triaged1"), ("ACL", "LIST"),
    ("ACL", "SETUSER", "triaged", "+@all"), ("REPLICAOF", "NO", "ONE"), ("MONITOR",),
    ("EXPIRE", "t:{center}:live", 1), ("DEL", "t:{center}:live"), ("RENAME", "t:{center}:a", "b"),
    ("HSET", "other", "a", "b"), ("XRANGE", "other", "-", "+"), ("CLIENT", "KILL", "TYPE", "normal"),
    ("SUBSCRIBE", "x"), ("MIGRATE", "127.0.0.1", 1, "t:{center}:live", 0, 1)])
def test_nothing_else_does(shared, words):
    with pytest.raises(RuntimeError, match="NOPERM|not allowed"):
        shared.command_as(("triaged", PASSWORD), *words)


@pytest.fixture(name="shared", scope="module")
def _shared(tmp_path_factory):
    s = Server(str(tmp_path_factory.mktemp("redis")))
    s.lines = ["include " + CONF, "user operator on >operator ~* &* +@all"]
    s.login = ("operator", "operator")
    s.start()
    yield s
    s.stop()


def test_each_missing_right_is_named_and_nothing_written(guarded):
    redis = guarded.redis
    start(guarded)
    redis.command("ACL", "SETUSER", "triaged", "-hset")
    redis.command("CLIENT", "KILL", "USER", "triaged")
    eventually(lambda: "may not use HSET" in why(guarded))
    redis.command("ACL", "SETUSER", "triaged", "+hset")
    keys = redis.command("DBSIZE")
    # Those in front of the check fail by themselves, with the server's words.
    for right in sorted(shipped() - {"WAIT", "FUNCTION|LOAD", "CLUSTER|NODES"}):
        redis.command("ACL", "SETUSER", "triaged", "-" + right.lower())
        redis.command("CLIENT", "KILL", "USER", "triaged")
        eventually(lambda: right.lower() in why(guarded).lower(), 5)
        redis.command("ACL", "SETUSER", "triaged", "+" + right.lower())
    eventually(lambda: not why(guarded))
    assert redis.command("DBSIZE") == keys


def test_keys_of_other_centers_alone_are_not_enough(guarded):
    guarded.redis.command("ACL", "SETUSER", "triaged", "resetkeys", "~t:{other}:*")
    start(guarded)
    assert "t:{center}:" in eventually(lambda: why(guarded))


def test_library_may_be_loaded_by_somebody_else(guarded):
    redis = guarded.redis
    redis.command("ACL", "SETUSER", "triaged", "-function|load")
    n = start(guarded)
    assert "triaged1.lua" in eventually(lambda: why(guarded))
    with open(os.path.join(ROOT, "daemon", "store", "triaged1.lua"), encoding="utf-8") as f:
        redis.command("FUNCTION", "LOAD", "REPLACE", f.read())
    eventually(lambda: not why(guarded))
    assert n.running() and guarded.open(guarded.session("gateway"))["contact"]


def test_rights_asked_for_are_those_given_and_those_used():
    with open(os.path.join(ROOT, "daemon", "store", "rights.c"), encoding="utf-8") as f:
        asked = set(re.findall(r'^\t\{ "([A-Z_]+)"', f.read(), re.M))
    assert shipped() - {"CONFIG|GET", "ACL|WHOAMI", "ACL|DRYRUN", "CLUSTER|NODES",
                        "FUNCTION|LOAD"} == asked
    with open(os.path.join(ROOT, "daemon", "store", "triaged1.lua"), encoding="utf-8") as f:
        code = re.sub(r"--.*", "", f.read())
    used = set(re.findall(r"'([A-Z]{3,})'", code)) - {"COUNT", "LIMIT", "MINID", "NOMKSTREAM"}
    assert used <= asked
    ours = {"FCALL", "FCALL_RO", "GET", "INFO", "PING", "ROLE", "WAIT", "XREAD"}
    assert asked - used == ours
