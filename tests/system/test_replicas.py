"""store.durability = "replica:N": what is acknowledged is on a replica too, and nothing is
acknowledged that is not."""

import pytest

from harness.center import eventually
from harness.redis_sets import Replicated
from devkit.line import RpcError


@pytest.fixture
def replicated(center):
    center.redis = Replicated(center.path("redis")).start()
    return center


def start(center, name="n1", **settings):
    return center.node(name, store__durability="replica:1", **settings)


def status(center):
    s = center.session("root")
    answer = s.request("node.status")["store"]
    s.close()
    return answer


def live(server):
    return {x.decode() for x in server.command("SMEMBERS", "t:{center}:live")}


def test_acknowledged_is_on_the_replica(replicated):
    start(replicated)
    gateway = replicated.session("gateway")
    for _ in range(20):
        c = replicated.open(gateway)["contact"]
        assert c in live(replicated.redis.replicas[0])


def test_acknowledged_by_the_other_node_is_on_the_replica(replicated):
    start(replicated)
    edge = start(replicated, "n2")
    gateway = replicated.session("gateway", at=edge)
    for _ in range(20):
        c = replicated.open(gateway)["contact"]
        assert c in live(replicated.redis.replicas[0])


def test_what_no_replica_has_the_spool_keeps(replicated):
    start(replicated)
    gateway = replicated.session("gateway")
    before = replicated.open(gateway)["contact"]
    replica = replicated.redis.replicas[0]
    replica.freeze()
    try:
        held = replicated.open(gateway, ref="held")
        assert held["custody"] == "spool"
        why = eventually(lambda: status(replicated)["why"])
        assert "replica" in why.lower()
    finally:
        replica.thaw()

    eventually(lambda: live(replica) == {before, held["contact"]}, 15, 0.3)


def test_master_that_may_write_alone_is_refused(replicated):
    replicated.redis.master.command("CONFIG", "SET", "min-replicas-to-write", "0")
    start(replicated)
    assert "min-replicas-to-write is 0" in eventually(lambda: status(replicated)["why"])
    replicated.redis.master.command("CONFIG", "SET", "min-replicas-to-write", "1")
    eventually(lambda: status(replicated)["state"] == "ready")


def test_replicas_are_counted_before_the_first_contact(center):
    center.redis = Replicated(center.path("redis"), replicas=0).start()
    start(center)
    assert "replicas" in eventually(lambda: status(center)["why"])
    with pytest.raises(RpcError) as e:
        center.open(center.session("gateway"))
    assert e.value.code == 8
