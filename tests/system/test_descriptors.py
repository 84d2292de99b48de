"""No descriptor is left: who is in is served, and who comes waits at the door until there is one."""

import socket

from devkit import line


def test_out_of_descriptors(center):
    n = center.prepare()
    n.start(prefix=["prlimit", "--nofile=90:90"])
    gateway = center.session("gateway")
    host, port = n.address.rsplit(":", 1)
    crowd = [socket.create_connection((host, int(port))) for _ in range(100)]
    while "event=edge.accept" not in n.log_text():
        gateway.request("session.ping")
    assert center.open(gateway)["contact"]
    for s in crowd:
        s.close()
    late = line.Session(n.address, center.authority.issue("webchat"), timeout=20)
    late.hello("frontend")
    assert center.open(late)["contact"]
    log = n.log_text().count("event=edge.accept")
    assert log < 100, "a line every 100 ms at most"
    assert n.running()
