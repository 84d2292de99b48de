"""One running daemon: its configuration file, its process, its address."""

import glob
import json
import os
import signal
import subprocess
import time

from . import conf


# bash: dash knows descriptors of one digit only.
PASS_LISTENER = ("bash", "-c", 'exec 3<&"$0"; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"')


class NodeFailed(Exception):
    pass


class Node:
    """Starts `program -c FILE` with settings (dotted names) in its own data directory."""

    def __init__(self, program, data_dir, settings, environment=None):
        self.program, self.data_dir = program, data_dir
        self.settings = dict(settings)
        self.environment = environment
        self.process = None
        self.address = self.https = None
        os.makedirs(data_dir, mode=0o700, exist_ok=True)
        self.config = os.path.join(data_dir, "triaged.conf")
        self.log = os.path.join(data_dir, "triaged.log")
        self.settings.setdefault("data_dir", data_dir)
        self.settings.setdefault("listen.line", "127.0.0.1:0")
        self.write()

    def write(self, **changes):
        """Change settings (double underscore for a dot) and write the file."""
        for name, value in changes.items():
            name = name.replace("__", ".")
            if value is None:
                self.settings.pop(name, None)
            else:
                self.settings[name] = value
        conf.write(self.config, self.settings)

    @property
    def listen_file(self):
        return os.path.join(self.data_dir, "listen.json")

    def run(self, *arguments, timeout=30):
        """The program in the foreground: -t, --dump-config, …"""
        return subprocess.run([self.program, *arguments], capture_output=True, text=True,
                              timeout=timeout, env=self.environment)

    def start(self, timeout=30.0, prefix=(), listener=None):
        """`listener`: a socket that listens already, given to it as systemd does it."""
        inherited = ()
        if listener:
            inherited = (listener.fileno(),)
            prefix = [*PASS_LISTENER, str(listener.fileno()), *prefix]
        if os.path.exists(self.listen_file):
            os.unlink(self.listen_file)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*prefix, self.program, "-c", self.config],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment, start_new_session=True,
                                            pass_fds=inherited)
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise NodeFailed("daemon ended with %d:\n%s" % (self.process.returncode,
                                                                self.log_text()[-4000:]))
            listen = self._listen()
            if listen and listen.get("pid") == self.process.pid:
                self.address, self.https = listen["line"], listen.get("https")
                return self
            time.sleep(0.02)
        self.kill()
        raise NodeFailed("not ready within %.0f s:\n%s" % (timeout, self.log_text()[-4000:]))

    def _listen(self):
        try:
            with open(self.listen_file, encoding="utf-8") as f:
                return json.load(f)
        except (OSError, ValueError):
            return None

    def other_pid(self):
        """The pid of a live daemon that somebody else started here, or None."""
        listen = self._listen()
        if not listen or (self.process and listen["pid"] == self.process.pid):
            return None
        try:
            with open("/proc/%d/comm" % listen["pid"], encoding="ascii") as f:
                return listen["pid"] if f.read().strip() == "triaged" else None
        except OSError:
            return None

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        os.kill(self.process.pid, number)

    def stop(self, timeout=15.0):
        """Orderly; returns the exit status, NodeFailed when it takes too long."""
        if self.process is None:
            return None
        if self.running():
            self.signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise NodeFailed("did not stop within %.0f s:\n%s" % (
                timeout, self.log_text()[-4000:])) from None

    def kill(self):
        if self.running():
            self.signal(signal.SIGKILL)
            self.process.wait()

    def log_text(self):
        try:
            with open(self.log, encoding="utf-8", errors="replace") as f:
                return f.read()
        except OSError:
            return ""


def rule_files(root):
    conf_dir = os.path.join(os.path.abspath(root), "conf")
    return sorted(glob.glob(os.path.join(conf_dir, "lexicon", "*.conf")) +
                  glob.glob(os.path.join(conf_dir, "rules", "*.conf")))


def settings(root, server_tls, clients, directory, center="center"):
    """What a node of a development center needs to run; the clients file is written here."""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    file = os.path.join(directory, "clients.conf")
    conf.write(file, {"clients": [{"center": center, **c} for c in clients]})
    return {"node": "n1", "center": center, "data_dir": directory,
            "listen.line": "127.0.0.1:0", "tls.certificate": server_tls.cert,
            "tls.key": server_tls.key, "tls.client_ca": server_tls.ca,
            "rules": rule_files(root), "clients": file, "demo": True}
