"""A network that can be parted: each party in a network namespace of its own, a router between
them that swallows what passes between two who are cut off from each other. Nobody is told: what
was on its way is sent again by TCP, and arrives when the two are healed.

    with Network(["daemon", "r0", "r1"]) as net:
        subprocess.Popen([*net.at("r0").prefix, "redis-server", …])   # at net.at("r0").address
        net.cut("daemon", "r0"); net.heal("daemon", "r0"); net.heal_all()

Needs root, or user namespaces for everybody; `impossible()` says why neither is there. A namespace
lives as long as its keeper, which ends with this process: nothing is left behind."""

import collections
import functools
import os
import subprocess

# `prefix`: the words before a command that make it run there.
Party = collections.namedtuple("Party", "name address prefix")

UNSHARE = ["unshare", "--net"] + (["--user", "--map-root-user"] if os.geteuid() else [])


class Keeper:
    """A namespace; made inside another one, if that is given."""

    def __init__(self, inside=None):
        how = ["unshare", "--net"] if inside else UNSHARE
        self.process = subprocess.Popen(
            [*(inside.prefix if inside else []), *how, "sh", "-c", "echo made; exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "made\n":
            why = self.process.communicate()[1].strip()
            raise OSError("no network namespace: " + why)

    @property
    def prefix(self):
        user = ["--user", "--preserve-credentials"] if os.geteuid() else []
        return ["nsenter", "--target", str(self.process.pid), "--net", *user]

    def run(self, *words):
        done = subprocess.run([*self.prefix, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise OSError("%s: %s" % (" ".join(words), done.stderr.strip()))

    def end(self):
        self.process.kill()
        self.process.communicate()


class Network:
    def __init__(self, names):
        self.keepers, self.parties, self.cuts = [], {}, set()
        try:
            self.router = self._keep()
            self.router.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
            for i, name in enumerate(names):
                self._join(name, "10.0.%d." % i)
        except OSError:
            self.close()
            raise

    def _keep(self, inside=None):
        self.keepers.append(Keeper(inside))
        return self.keepers[-1]

    def _join(self, name, net):
        keeper = self._keep(self.router)
        self.router.run("ip", "link", "add", "name", name, "type", "veth", "peer", "name", "eth0",
                        "netns", str(keeper.process.pid))
        self.router.run("ip", "address", "add", net + "1/24", "dev", name)
        self.router.run("ip", "link", "set", "dev", name, "up")
        keeper.run("ip", "address", "add", net + "2/24", "dev", "eth0")
        keeper.run("ip", "link", "set", "lo", "up")
        keeper.run("ip", "link", "set", "eth0", "up")
        keeper.run("ip", "route", "add", "default", "via", net + "1")
        self.parties[name] = Party(name, net + "2", keeper.prefix)

    def at(self, name):
        return self.parties[name]

    def _rules(self, verb, a, b):
        for x, y in ((a, b), (b, a)):
            self.router.run("ip", "rule", verb, "from", self.at(x).address,
                            "to", self.at(y).address, "blackhole")

    def cut(self, a, b):
        pair = frozenset((a, b))
        if pair not in self.cuts:
            self._rules("add", a, b)
            self.cuts.add(pair)

    def heal(self, a, b):
        pair = frozenset((a, b))
        if pair in self.cuts:
            self._rules("del", a, b)
            self.cuts.remove(pair)

    def cut_off(self, name, others=None):
        for other in others or [x for x in self.parties if x != name]:
            self.cut(name, other)

    def heal_all(self):
        for a, b in list(self.cuts):
            self.heal(a, b)

    def close(self):
        for k in reversed(self.keepers):
            k.end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@functools.lru_cache(None)
def impossible():
    """Why this machine has no such network, or None."""
    try:
        with Network(["a", "b"]) as net:
            net.cut("a", "b")
    except OSError as e:
        return str(e)
    return None
