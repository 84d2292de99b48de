"""TLS to Redis: both sides show certificates, and a server that is not the right one gets nothing."""

import pytest

from harness.center import eventually
from harness.redis_sets import Sentinels, Server
from devkit import pki
from devkit.line import RpcError


@pytest.fixture(name="tls")
def _tls(authority):
    return authority.issue("redis", "serverAuth,clientAuth", "DNS:redis.test,IP:127.0.0.1")


@pytest.fixture(name="us")
def _us(authority):
    return authority.issue("daemon", "clientAuth")


def settings(us, **more):
    given = {"store__tls__ca": us.ca, "store__tls__certificate": us.cert, "store__tls__key": us.key}
    given.update(more)
    return given


def why(center):
    s = center.session("root")
    told = s.request("node.status")["store"]
    s.close()
    return told["why"]


@pytest.fixture(name="served")
def _served(center, tls):
    center.redis = Server(center.path("redis"), tls=tls).start()
    return center


def test_center_works_over_tls_and_yields_its_lead_at_the_end(served, us):
    n = served.node(drain_s=0, **settings(us))
    contacts = [served.open(served.session("gateway"))["contact"] for _ in range(3)]
    ann = served.responder("ann")
    served.take(ann, contacts[0])
    assert n.stop() == 0
    assert served.redis.command("HGET", "t:{center}:lead", "until_ms") == b"0"
    assert b"hello" not in served.redis.command("XRANGE", "t:{center}:m:" + contacts[0], "-",
                                                "+")[0][1][1]


def test_certificate_of_another_authority_is_refused(served, us, tmp_path):
    stranger = pki.Authority(str(tmp_path))
    served.node(**settings(us, store__tls__ca=stranger.ca))
    assert "the server's certificate" in eventually(lambda: why(served))


def test_certificate_for_another_name_is_refused(served, us):
    served.node(**settings(us, store__tls__name="other.test"))
    assert "the server's certificate" in eventually(lambda: why(served))


def test_name_of_the_certificate_may_differ_from_the_address(served, us):
    n = served.node(**settings(us, store__tls__name="redis.test"))
    assert n.running() and served.open(served.session("gateway"))["contact"]


def test_server_asks_for_our_certificate(served, us):
    served.node(store__tls__ca=us.ca)
    assert eventually(lambda: why(served))


def test_plain_words_to_a_tls_port_fail(served):
    served.node(store__url=served.redis.url.replace("tls:", "tcp:"))
    assert eventually(lambda: why(served))


def test_sentinels_and_their_master_over_tls(center, tls, us):
    center.redis = Sentinels(center.path("redis"), replicas=1, tls=tls,
                             min_replicas_to_write=0).start()
    center.node(store__mode="sentinel", **settings(us))
    gateway = center.session("gateway")
    c = center.open(gateway)["contact"]
    before = center.redis.master()
    assert c.encode() in before.command("SMEMBERS", "t:{center}:live")
    before.kill()
    eventually(lambda: center.redis.master() is not before, 15)
    after = eventually(lambda: opened(center, gateway), 15)
    assert after.encode() in center.redis.master().command("SMEMBERS", "t:{center}:live")


def opened(center, gateway):
    try:
        return center.open(gateway, ref="after")["contact"]
    except RpcError as e:
        assert e.code == 8
        return None
