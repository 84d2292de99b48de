"""Redis as it is run on several machines, on loopback ports: a master with replicas, Sentinels that
watch them, a Cluster. Each server is its own process, ended only by the handle held here."""

import os
import signal
import socket
import ssl
import subprocess
import time

from devkit import store
from devkit.ports import free_port


class Server:
    """One redis-server on 127.0.0.1, or at the place of a party (harness/parted.py). `settings`:
    names and values as in redis.conf."""

    def __init__(self, directory, sentinel=False, tls=None, party=None, **settings):
        self.directory, self.sentinel, self.tls = directory, sentinel, tls
        self.party = party
        os.makedirs(directory, mode=0o700, exist_ok=True)
        self.host, self.port = party.address if party else "127.0.0.1", free_port()
        self.url = "%s:%s:%d" % ("tls" if tls else "tcp", self.host, self.port)
        self.file = os.path.join(directory, "redis.conf")
        self.process = None
        self.settings = {"bind": self.host, "port": self.port, "dir": directory,
                         "logfile": os.path.join(directory, "log"), "save": '""'}
        if party:  # the test reaches it past the network
            self.settings.update({"unixsocket": os.path.join(directory, "sock"),
                                  "protected-mode": "no"})
        if not sentinel:
            self.settings.update({
                "appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction",
                "auto-aof-rewrite-percentage": 0, "repl-diskless-sync-delay": 0,
                "repl-ping-replica-period": 1})
        if tls:
            self.settings.update({
                "port": 0, "tls-port": self.port, "tls-cert-file": tls.cert,
                "tls-key-file": tls.key, "tls-ca-cert-file": tls.ca, "tls-replication": "yes",
                "tls-auth-clients": "yes"})
        self.settings.update({k.replace("_", "-"): v for k, v in settings.items()})
        self.login = None  # user and password of `command`
        self.lines = []  # what comes behind the settings, word by word

    def write(self):
        with open(self.file, "w", encoding="utf-8") as f:
            for name, value in self.settings.items():
                f.write("%s %s\n" % (name, value))
            f.writelines(line + "\n" for line in self.lines)

    def start(self, timeout=15.0):
        if not os.path.exists(self.file):
            self.write()  # later the server itself keeps it: who is whose replica
        words = [*(self.party.prefix if self.party else []), "redis-server", self.file]
        words += ["--sentinel"] if self.sentinel else []
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError("redis-server ended with %d: %s" % (
                    self.process.returncode, self.log_text()[-2000:]))
            try:
                if self.command("PING", timeout=1) == "PONG":
                    return self
            except (OSError, RuntimeError):
                pass
            time.sleep(0.02)
        raise RuntimeError("redis-server not ready in time")

    def log_text(self):
        try:
            with open(self.settings["logfile"], encoding="utf-8", errors="replace") as f:
                return f.read()
        except OSError:
            return ""

    def connect(self, timeout):
        if self.party:
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(timeout)
            s.connect(self.settings["unixsocket"])
            return s
        s = socket.create_connection((self.host, self.port), timeout)
        if not self.tls:
            return s
        context = ssl.create_default_context(cafile=self.tls.ca)
        context.check_hostname = False
        context.load_cert_chain(self.tls.cert, self.tls.key)
        return context.wrap_socket(s)

    def command(self, *words, timeout=5.0):
        return self.command_as(self.login, *words, timeout=timeout)

    def command_as(self, login, *words, timeout=5.0):
        with self.connect(timeout) as s:
            s.settimeout(timeout)
            with s.makefile("rb") as f:
                if login:
                    s.sendall(store.encode(("AUTH", *login)))
                    store.decode(f)
                s.sendall(store.encode(words))
                return store.decode(f)

    def info(self, section):
        text = self.command("INFO", section).decode()
        return dict(x.split(":", 1) for x in text.splitlines() if ":" in x)

    def info_cluster(self):
        text = self.command("CLUSTER", "INFO").decode()
        return dict(x.split(":", 1) for x in text.split())

    def signal(self, number):
        self.process.send_signal(number)

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    stop = kill


def wait_for(what, seconds, why):
    end = time.monotonic() + seconds
    while True:
        try:
            value = what()
        except (OSError, RuntimeError):
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise RuntimeError("not within %.0f s: %s" % (seconds, why))
        time.sleep(0.05)


class Replicated:
    """A master and its replicas, all synced before it is used. `network`: each is the party of its
    name there, r0, r1, …"""

    def __init__(self, directory, replicas=1, network=None, **settings):
        given = {"min_replicas_to_write": 1, "min_replicas_max_lag": 2}
        given.update(settings)
        self.servers = [Server(os.path.join(directory, name), **given,
                               party=network and network.at(name))
                        for name in self.names(replicas)]

    @staticmethod
    def names(replicas):
        return ["r%d" % i for i in range(replicas + 1)]

    def start(self):
        master = self.servers[0].start()
        for replica in self.servers[1:]:
            replica.settings["replicaof"] = "%s %d" % (master.host, master.port)
            replica.start()
        wait_for(lambda: self.synced(master, len(self.servers) - 1), 15, "replicas synced")
        return self

    @staticmethod
    def synced(master, n):
        told = master.info("replication")
        online = [v for k, v in told.items() if k.startswith("slave") and "state=online" in v]
        return len(online) >= n

    @property
    def master(self):
        return self.servers[0]

    @property
    def url(self):
        return self.master.url

    @property
    def replicas(self):
        return self.servers[1:]

    def stop(self):
        for s in self.servers:
            s.stop()


class Sentinels:
    """A replicated master watched by Sentinels."""

    name = "triaged"

    def __init__(self, directory, replicas=2, sentinels=3, down_after_ms=1000, network=None,
                 **settings):
        self.set = Replicated(directory, replicas, network, **settings)
        self.down_after_ms = down_after_ms
        self.sentinels = [Server(os.path.join(directory, name), sentinel=True,
                                 tls=settings.get("tls"), party=network and network.at(name))
                          for name in self.names(sentinels)]

    @staticmethod
    def names(sentinels):
        return ["s%d" % i for i in range(sentinels)]

    def start(self):
        self.set.start()
        for s in self.sentinels:
            s.lines = ["sentinel monitor %s %s %d %d" % (
                           self.name, self.set.master.host, self.set.master.port,
                           len(self.sentinels) // 2 + 1),
                       "sentinel down-after-milliseconds %s %d" % (self.name, self.down_after_ms),
                       "sentinel failover-timeout %s 5000" % self.name,
                       "sentinel parallel-syncs %s 2" % self.name] + self.more()
            s.start()
        wait_for(self.complete, 15, "Sentinels know each other and the replicas")
        return self

    def more(self):
        return []

    def complete(self):
        def known(s):
            flat = s.command("SENTINEL", "MASTER", self.name)
            m = dict(zip(flat[::2], flat[1::2]))
            return (int(m[b"num-other-sentinels"]) == len(self.sentinels) - 1 and
                    int(m[b"num-slaves"]) == len(self.set.replicas))
        return all(known(s) for s in self.sentinels)

    @property
    def url(self):
        return " ".join(s.url for s in self.sentinels)

    @property
    def servers(self):
        return self.set.servers

    def master(self):
        """The server the Sentinels call the master now."""
        for s in self.sentinels:
            try:
                host, port = s.command("SENTINEL", "get-master-addr-by-name", self.name)
            except (OSError, RuntimeError):
                continue
            return next(x for x in self.servers if x.port == int(port))
        raise RuntimeError("no Sentinel answers")

    def stop(self):
        for s in self.sentinels:
            s.stop()
        self.set.stop()


class Cluster:
    """Masters with all slots between them, each with `replicas` replicas."""

    SLOTS = 16384

    def __init__(self, directory, masters=3, replicas=0, **settings):
        given = {"cluster_enabled": "yes", "cluster_node_timeout": 1500,
                 "cluster_replica_validity_factor": 0}
        given.update(settings)
        self.masters = [Server(os.path.join(directory, "m%d" % i), **given)
                        for i in range(masters)]
        self.replicas = [Server(os.path.join(directory, "m%d-%d" % (i, j)), **given)
                         for i in range(masters) for j in range(replicas)]

    def start(self):
        for s in self.servers:
            s.start()
        n = len(self.masters)
        for i, s in enumerate(self.masters):
            s.command("CLUSTER", "SET-CONFIG-EPOCH", i + 1)
            s.command("CLUSTER", "ADDSLOTSRANGE", self.SLOTS * i // n,
                      self.SLOTS * (i + 1) // n - 1)
        for s in self.servers[1:]:
            s.command("CLUSTER", "MEET", "127.0.0.1", self.servers[0].port)
        wait_for(lambda: all(int(s.info_cluster()["cluster_known_nodes"]) == len(self.servers)
                             for s in self.servers), 15, "nodes met")
        each = len(self.replicas) // n
        for i, s in enumerate(self.replicas):
            wait_for(lambda: s.command("CLUSTER", "REPLICATE", self.id(self.masters[i // each]))
                     == "OK", 10, "replica")
        wait_for(lambda: all(s.info_cluster()["cluster_state"] == "ok" for s in self.servers),
                 15, "cluster state ok")
        wait_for(lambda: all(Replicated.synced(m, each) for m in self.masters), 15, "synced")
        return self

    @staticmethod
    def id(server):
        return server.command("CLUSTER", "MYID").decode()

    @property
    def servers(self):
        return self.masters + self.replicas

    @property
    def url(self):
        return " ".join(s.url for s in self.servers)

    def slot(self, key):
        return self.masters[0].command("CLUSTER", "KEYSLOT", key)

    def owner(self, key):
        """The server that has the key's slot, in its own eyes."""
        slot = self.slot(key)
        for s in self.servers:
            try:
                nodes = s.command("CLUSTER", "NODES").decode()
            except (OSError, RuntimeError):
                continue
            mine = next(x for x in nodes.splitlines() if "myself" in x).split()
            for word in mine[8:]:
                first, _, last = word.partition("-")
                if word[0] != "[" and int(first) <= slot <= int(last or first):
                    return s
        return None

    def move(self, key, to):
        """Reshard the key's slot to that master, key by key as redis-cli does it."""
        slot, source = self.slot(key), self.owner(key)
        to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", self.id(source))
        source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", self.id(to))
        while True:
            keys = source.command("CLUSTER", "GETKEYSINSLOT", slot, 10)
            if not keys:
                break
            source.command("MIGRATE", "127.0.0.1", to.port, "", 0, 5000, "KEYS", *keys)
        for s in [to, source] + [m for m in self.masters if m not in (to, source)]:
            s.command("CLUSTER", "SETSLOT", slot, "NODE", self.id(to))

    def stop(self):
        for s in self.servers:
            s.stop()
