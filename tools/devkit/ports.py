"""Ports for servers that tests and the demo start."""

import random
import socket


def free_port():
    """A port of the loopback address nobody has. It lies below those the kernel gives to outgoing
    connections (net.ipv4.ip_local_port_range, from 32768), so none of these takes it meanwhile;
    so does the port 10000 above, which a node of a Redis Cluster needs too."""
    while True:
        port = random.randrange(10000, 22000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
