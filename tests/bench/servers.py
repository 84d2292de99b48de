"""The servers a benchmark round needs: the daemon with its managed store, and its peers."""

import json
import os
import shutil
import socket
import subprocess
import time

from devkit import line, node, pki, store
from devkit.ports import free_port

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FRONTENDS = RESPONDERS = 50
CAPACITY = 64
# Sessions here do the work of hundreds, and idle ones are opened slowly on a busy machine.
SETTINGS = {"store.mode": "managed", "limits.requests_per_s": 0, "deadlines.idle_ms": 600000,
            "log.level": "warning"}
STORE_CORE, DAEMON_CORE, PEER_CORE, CLIENT_CORE = "0", "1", "0", "1"


def pinned(core):
    return ["taskset", "-c", core]


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
        return [int(x) for x in f.read().split()]


def name_of(pid):
    with open("/proc/%d/comm" % pid, encoding="ascii") as f:
        return f.read().strip()


def cpu_s(pid):
    """User and system time of a process so far."""
    with open("/proc/%d/stat" % pid, encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Peer:
    """One other program's server, ended by its own pid."""

    def __init__(self, argv, port, core=PEER_CORE):
        self.process = subprocess.Popen(pinned(core) + argv, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.port, self.pid = port, self.process.pid
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("%s does not answer" % argv[0])

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Bench:
    def __init__(self, build, work, rules=None):
        self.build, self.work, self.rules = build, work, rules
        self.node = None
        self.runs = 0

    def __enter__(self):
        self.authority = pki.Authority(self.path("certs"))
        self.server_tls = self.authority.server()
        for i in range(FRONTENDS):
            self.authority.issue("fe%d" % i)
        for i in range(RESPONDERS):
            self.authority.issue("r%d" % i)
        return self

    def __exit__(self, *_):
        self.stop_daemon()

    def path(self, *names):
        return os.path.join(self.work, *names)

    def program(self, name):
        return os.path.join(self.build, name)

    # ---- the daemon

    def start_daemon(self, **more):
        """A fresh center; its store on one core and itself on the other. Setting names: __ for a
        dot."""
        self.stop_daemon()
        self.runs += 1
        directory = self.path("data%d" % self.runs)
        settings = node.settings(ROOT, self.server_tls, [
            {"name": "fe%d" % i, "cert": "fe%d" % i, "roles": ["frontend"]}
            for i in range(FRONTENDS)] + [
            {"name": "r%d" % i, "cert": "r%d" % i, "roles": ["responder"], "langs": ["en"],
             "skills": ["general"], "capacity": CAPACITY}
            for i in range(RESPONDERS)], directory)
        settings.update(SETTINGS)
        settings.update({k.replace("__", "."): v for k, v in more.items()})
        settings["rules"] = self.rule_files()
        self.node = node.Node(self.program("triaged"), directory, settings)
        self.node.start(prefix=pinned(DAEMON_CORE))
        for pid in self.store_pids():
            subprocess.run(["taskset", "-a", "-cp", STORE_CORE, str(pid)], check=True,
                           capture_output=True)

    def rule_files(self):
        return [os.path.abspath(f) for f in self.rules or node.rule_files(ROOT)]

    def store_pids(self):
        return [p for p in children(self.node.pid) if name_of(p).startswith("redis")]

    def stop_daemon(self):
        if self.node:
            self.node.stop()
            shutil.rmtree(self.node.data_dir, ignore_errors=True)
            self.node = None

    @property
    def tls(self):
        return self.server_tls

    def session(self, name, role):
        s = line.Session(self.node.address, self.authority.issue(name))
        s.hello(role)
        return s

    def port(self):
        return int(self.node.address.rsplit(":", 1)[1])

    # ---- peers

    def beanstalkd(self):
        directory = self.path("beans")
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        port = free_port()
        return Peer(["beanstalkd", "-l", "127.0.0.1", "-p", str(port), "-b", directory, "-f", "0"],
                    port)

    def nginx(self):
        port = free_port()
        conf = self.path("nginx.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(NGINX % {"work": self.work, "port": port, "cert": self.server_tls.cert,
                             "key": self.server_tls.key, "ca": self.server_tls.ca})
        return Peer(["nginx", "-c", conf, "-e", self.path("nginx.err")], port)

    def redis(self):
        directory = self.path("floor")
        shutil.rmtree(directory, ignore_errors=True)
        return store.Redis(directory).start(prefix=pinned(STORE_CORE))

    # ---- clients

    def run(self, name, *arguments, core=None, timeout=120, check=True):
        argv = (pinned(core) if core else []) + [self.program(name), *arguments]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=timeout, check=False)
        if check and done.returncode:
            raise RuntimeError("%s failed (%d): %s%s" % (" ".join(argv), done.returncode,
                                                         done.stderr, done.stdout))
        return json.loads(done.stdout)

    def load_arguments(self, mode, port, **options):
        return [mode, "port=%d" % port, "ca=" + self.server_tls.ca, "certs=" + self.path("certs"),
                *("%s=%s" % item for item in options.items())]

    def load(self, mode, port, core=None, check=True, **options):
        return self.run("loadgen", *self.load_arguments(mode, port, **options), core=core,
                        check=check)

    def contacts(self, **options):
        return self.load("contacts", self.port(), frontends=FRONTENDS, responders=RESPONDERS,
                         capacity=CAPACITY, **options)


NGINX = """
daemon off; master_process off; worker_processes 1; pid %(work)s/nginx.pid;
error_log %(work)s/nginx.err crit;
events { worker_connections 12000; }
http {
  access_log off; keepalive_timeout 600; keepalive_requests 1000000;
  client_body_temp_path %(work)s/nb; proxy_temp_path %(work)s/np; fastcgi_temp_path %(work)s/nf;
  uwsgi_temp_path %(work)s/nu; scgi_temp_path %(work)s/ns;
  server {
    listen 127.0.0.1:%(port)d ssl backlog=4096;
    ssl_certificate %(cert)s; ssl_certificate_key %(key)s;
    ssl_client_certificate %(ca)s; ssl_verify_client on; ssl_protocols TLSv1.3;
    location / { return 200 "ok"; }
  }
}
"""
