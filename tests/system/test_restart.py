"""A node that comes back: at once, under its own lease, and only one on a data directory."""

import time

from devkit import node as devkit_node


def test_killed_node_leads_again_without_waiting_for_its_lease(center):
    n = center.node(store__lease_ms=20000)
    gateway = center.session("gateway")
    c = center.open(gateway, "high")["contact"]
    n.kill()
    begin = time.monotonic()
    n.start()
    ann = center.responder("ann")
    assert ann.note("offer.new", contact=c)
    assert time.monotonic() - begin < 5.0


def test_another_node_of_that_name_has_to_wait(center):
    n = center.node(store__lease_ms=6000)
    center.open(center.session("gateway"))
    n.kill()
    begin = time.monotonic()
    twin = center.prepare("elsewhere", node="n1", store__lease_ms=6000)
    twin.start()
    gateway = center.session("gateway", at=twin)
    while True:
        status = center.session("root", at=twin).request("node.status")
        if status["leading"]:
            break
        assert time.monotonic() - begin < 20
        time.sleep(0.1)
    assert time.monotonic() - begin > 2.5
    assert gateway.request("session.ping")["now"]


def test_one_daemon_a_data_directory(center):
    n = center.node()
    second = devkit_node.Node(n.program, n.data_dir, dict(n.settings))
    done = second.run("-c", second.config)
    assert done.returncode == 1
    assert "another triaged runs" in done.stderr + done.stdout
    assert center.session("root").request("node.status")["node"] == "n1"


def test_a_store_of_its_own_shares_no_address(center):
    """Two centers of one name at one address would each get some of the contacts."""
    n = center.node(store__mode="managed")
    other = center.prepare("elsewhere", node="n2", store__mode="managed", listen__line=n.address)
    done = other.run("-c", other.config)
    assert done.returncode == 1
    assert "cannot listen on %s: Address already in use" % n.address in done.stderr + done.stdout
    assert center.session("root", at=n).request("node.status")["node"] == "n1"


def test_nodes_of_one_store_share_an_address(center):
    n = center.node()
    center.prepare("elsewhere", node="n2", listen__line=n.address).start()
    served = set()
    while len(served) < 2:  # the kernel deals connections out
        s = center.session("root", at=n)
        served.add(s.request("node.status")["node"])
        s.close()
    assert served == {"n1", "n2"}
