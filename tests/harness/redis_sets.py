"""Redis as it is run on several machines, on loopback ports: a master with replicas, Sentinels that
watch them, a Cluster. Each server is its own process, ended only by the handle held here."""

import os
import signal
import socket
import subprocess
import time

from devkit import store


def free_port():
    """A port nobody has, whose Cluster bus port (10000 above) exists too."""
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port < 55000:
            return port


class Server:
    """One redis-server on 127.0.0.1. `settings`: names and values as in redis.conf."""

    def __init__(self, directory, sentinel=False, **settings):
        self.directory, self.sentinel = directory, sentinel
        os.makedirs(directory, mode=0o700, exist_ok=True)
        self.port = free_port()
        self.url = "tcp:127.0.0.1:%d" % self.port
        self.file = os.path.join(directory, "redis.conf")
        self.process = None
        self.settings = {"bind": "127.0.0.1", "port": self.port, "dir": directory,
                         "logfile": os.path.join(directory, "log"), "save": '""'}
        if not sentinel:
            self.settings.update({
                "appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction",
                "auto-aof-rewrite-percentage": 0, "repl-diskless-sync-delay": 0,
                "repl-ping-replica-period": 1})
        self.settings.update({k.replace("_", "-"): v for k, v in settings.items()})
        self.lines = []  # what comes behind the settings, word by word

    def write(self):
        with open(self.file, "w", encoding="utf-8") as f:
            for name, value in self.settings.items():
                f.write("%s %s\n" % (name, value))
            f.writelines(line + "\n" for line in self.lines)

    def start(self, timeout=15.0):
        if not os.path.exists(self.file):
            self.write()  # later the server itself keeps it: who is whose replica
        words = ["redis-server", self.file] + (["--sentinel"] if self.sentinel else [])
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
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def command(self, *words, timeout=5.0):
        with self.connect(timeout) as s:
            s.settimeout(timeout)
            s.sendall(store.encode(words))
            with s.makefile("rb") as f:
                return store.decode(f)

    def info(self, section):
        text = self.command("INFO", section).decode()
        return dict(x.split(":", 1) for x in text.splitlines() if ":" in x)

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
    """A master and its replicas, all synced before it is used."""

    def __init__(self, directory, replicas=1, **settings):
        given = {"min_replicas_to_write": 1, "min_replicas_max_lag": 2}
        given.update(settings)
        self.servers = [Server(os.path.join(directory, "r%d" % i), **given)
                        for i in range(replicas + 1)]

    def start(self):
        master = self.servers[0].start()
        for replica in self.servers[1:]:
            replica.settings["replicaof"] = "127.0.0.1 %d" % master.port
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
