"""The store's functions on a real Redis beside harness/store_model.py: random calls, sound and not,
and the whole data set compared again and again. TRIAGED_STORE_ITEMS: how much the commits carry in
all."""

import os
import random
import socket
import time

import pytest

from devkit import store
from harness.center import ROOT
from harness.store_model import Model, Refused

ITEMS = int(os.environ.get("TRIAGED_STORE_ITEMS", "50000"))
COMPARE_EVERY = 100
PREFIX = "t:{model}:"
SECTIONS = {"put": 1, "del": 2, "r_add": 3, "r_del": 4, "d_add": 5, "d_del": 6, "p_add": 7,
            "p_del": 8, "live": 9, "ended": 10, "wait": 11, "unwait": 12, "ref": 13, "log": 14,
            "message": 15, "out": 16, "gone": 17, "set": 18, "entries": 19, "answers": 20,
            "t_add": 21, "t_del": 22}
IDS = ["x%d" % i for i in range(12)]
NODES = ["n1", "n2", "n3"]
READ = {"string": ("GET",), "hash": ("HGETALL",), "set": ("SMEMBERS",),
        "zset": ("ZRANGE", 0, -1, "WITHSCORES"), "stream": ("XRANGE", "-", "+")}


class Wire:
    def __init__(self, redis):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(redis.socket)
        self.file = self.socket.makefile("rb")

    def call(self, *words):
        return self.calls([words])[0]

    def calls(self, commands):
        self.socket.sendall(b"".join(store.encode(words) for words in commands))
        return [text(store.decode(self.file)) for _ in commands]

    def function(self, name, *args):
        return self.call("FCALL", "t1_" + name, 1, PREFIX, *args)

    def close(self):
        self.file.close()
        self.socket.close()


def text(answer):
    if isinstance(answer, list):
        return [text(x) for x in answer]
    return answer.decode() if isinstance(answer, bytes) else answer


class Run:
    """One random run. `me`: what a caller that leads, or believes it does, knows."""

    def __init__(self, wire, rng):
        self.wire, self.rng, self.model = wire, rng, Model()
        self.epoch, self.batch, self.seen, self.items, self.refused = 0, 0, 0, 0, 0
        self.inbox = []
        self.name = ("n1", "a")

    def expect(self, result, what):
        """The answer of what() on the model, given that of Redis; an error on both sides."""
        try:
            wanted = what()
        except Refused as e:
            assert isinstance(result, RuntimeError) and str(result).startswith(str(e)), (result, e)
            self.refused += 1
            return
        assert result == wanted

    def function(self, name, *args):
        try:
            return self.wire.function(name, *args)
        except RuntimeError as e:
            return e

    # ---- calls

    def lead(self):
        r = self.rng
        node, incarnation = self.name = (r.choice(NODES), r.choice("ab"))
        state = self.model.hashes.get("state", {})
        held = r.choice([0, 0, 0, self.epoch, self.epoch, self.epoch + (r.random() < 0.1)])
        args = dict(term=r.choice([1, 50, 5000]), held=held,
                    seen=r.choice([0, self.seen]), schema=r.choice("1222"),
                    compete=r.random() < 0.9, before=r.choice(["", "a", "b"]),
                    known=r.choice(["", state.get("instance", ""), "another"]),
                    fresh="set%d" % r.randrange(3), acknowledged=self.batch,
                    anew=r.random() < 0.1)
        result = self.function("lead", node, incarnation, args["term"], held, args["seen"],
                               args["schema"], int(args["compete"]), args["before"], args["known"],
                               args["fresh"], args["acknowledged"], int(args["anew"]))
        now = result[4] if isinstance(result, list) else 0
        self.expect(result, lambda: self.model.lead(now, node, incarnation, **args))
        if isinstance(result, list) and result[1] == 1:
            self.epoch = result[0]
            self.batch = max(result[5], 0) if result[5] >= 0 else args["acknowledged"]
        self.seen = max(self.seen, self.epoch)

    def give_up(self):
        r = self.rng
        name = r.choice([self.name, (r.choice(NODES), r.choice("ab"))])
        args = (*name, self.epoch - (r.random() < 0.3))
        assert self.function("yield", *args) == self.model.give_up(*args)

    def clock_goes_back(self):
        """A lease and a node that end long after any term."""
        end = int(self.wire.call("TIME")[0]) * 1000 + 10 ** 7
        if "lead" in self.model.hashes:
            self.wire.call("HSET", PREFIX + "lead", "until_ms", end)
            self.model.hash("lead")["until_ms"] = str(end)
        self.wire.call("ZADD", PREFIX + "nodes", end, "n1 a")
        self.model.score("nodes")["n1 a"] = end

    def keys(self):
        r = self.rng
        names = [("k%d" % r.randrange(2), "check%d" % (r.random() < 0.1), r.choice("ab"),
                  "wrapped%d" % r.randrange(100)) for _ in range(r.randrange(1, 3))]
        words = [w for n in names for w in n][:r.choice([-1] + [99] * 9)]
        self.expect(self.function("keys_put", *words), lambda: self.model.put_keys(words))
        flat = self.function("keys_get")
        assert dict(zip(flat[::2], flat[1::2])) == self.model.hashes.get("keys", {})

    def node(self):
        r = self.rng
        node, incarnation, term = r.choice(NODES), r.choice("ab"), r.choice([1, 5000, 90000])
        last = self.wire.call("XREVRANGE", PREFIX + "out:" + node, "+", "-", "COUNT", 1)
        read = last[0][0] if last and r.random() < 0.5 else ""
        schema, known = r.choice("1222"), r.choice(["", "", "another"])
        result = self.function("node", node, incarnation, term, read, schema, known,
                               int(r.random() < 0.3), self.inbox[-1] if self.inbox else "")
        if isinstance(result, list):
            assert result.pop(2) == (last[0][0] if last else "0-0")
        now = result[0] if isinstance(result, list) else 0
        self.expect(result, lambda: self.model.node(now, node, incarnation, term, read != "",
                                                    schema, known))

    def leave(self):
        node, incarnation = self.rng.choice(NODES), self.rng.choice("ab")
        assert self.function("leave", node, incarnation) == self.model.leave(node, incarnation)

    def append(self):
        self.inbox.append(self.wire.call("XADD", PREFIX + "in", "*", "b", "command"))
        self.model.stream("in").append(["b", "command"])

    def item(self, section):
        r, x = self.rng, self.rng.choice(IDS)
        return {"put": lambda: (r.choice("crdtp") + ":" + x, "old%d" % r.randrange(1000)),
                "set": lambda: (r.choice("crdtp") + ":" + x, "new%d" % r.randrange(1000)),
                "del": lambda: (r.choice("crdtp") + ":" + x,),
                "wait": lambda: (str(r.randrange(2 ** 53)), x),
                "ref": lambda: ("gw%d" % r.randrange(2), "ref%d" % r.randrange(20), "answer" + x),
                "log": lambda: (str(r.randrange(2 ** 40)), "command", "decision" + x),
                "message": lambda: (x, "text%d" % r.randrange(1000)),
                "out": lambda: (r.choice(NODES), "output%d" % r.randrange(1000)),
                "gone": lambda: (r.choice(NODES) + " " + r.choice("ab"),)}.get(
                    section, lambda: (x,))()

    def commit(self):
        r, sections = self.rng, {}
        for section in SECTIONS:
            # PUT is what daemons of schema 1 write; on a record of schema 2 it is refused.
            if r.random() < (0.02 if section == "put" else 0.4):
                n = 2000 if section in ("out", "ref", "ended") and r.random() < 0.005 else \
                    r.randrange(1, 5)
                sections[section] = [self.item(section) for _ in range(n)]
        if "out" in sections:
            sections["out"].sort(key=lambda o: o[0])
        epoch = self.epoch + r.choice([0] * 12 + [1, -1])
        batch = max(self.batch + r.choice([1] * 12 + [0, 2]), 1)
        position = r.choice(["", self.inbox[-1] if self.inbox else ""])
        counters = r.choice(["", "counters%d" % r.randrange(100)])
        words = sorted_sections(sections)
        broken = r.random() < 0.02
        if broken:
            words += r.choice([["7"], ["99", "1", "x"], ["1", "1", "c:x"]])
        result = self.function("commit", epoch, batch, position, counters, *words)

        def wanted():
            if self.model.check_commit(epoch, batch):
                return result
            if broken:
                raise Refused("MALFORMED")
            self.model.commit(result, epoch, batch, position, counters, sections)
            self.batch = batch
            self.items += sum(len(x) for x in sections.values())
            return result
        self.expect(result, wanted)

    def trim(self):
        keep = {k: self.rng.random() < 0.5 for k in ("refs", "ledger", "ended", "persons")}
        epoch = self.epoch
        if not self.model.leads(epoch):
            assert str(self.function("trim", epoch, 1, 1, 1, 1, 100)).startswith("FENCED")
            return
        time.sleep(0.003)
        while self.function("trim", epoch, *[int(x) for x in keep.values()], 100):
            pass
        self.model.trim(**keep)
        position = self.model.hashes.get("state", {}).get("position")
        if position in self.inbox:
            self.inbox = self.inbox[self.inbox.index(position):]
            self.model.streams["in"] = self.model.stream("in")[-len(self.inbox):]

    def wipe(self):
        self.wire.call("FLUSHALL")
        self.model, self.inbox = Model(), []

    # ---- all of it

    def compare(self):
        wire, found = self.wire, Model()
        keys = wire.call("KEYS", PREFIX + "*")
        kinds = wire.calls([("TYPE", key) for key in keys])
        values = wire.calls([(READ[kind][0], key, *READ[kind][1:])
                             for key, kind in zip(keys, kinds)])
        for key, kind, value in zip(keys, kinds, values):
            name = key[len(PREFIX):]
            if kind == "string":
                found.strings[name] = value
            elif kind == "hash":
                found.hashes[name] = dict(zip(value[::2], value[1::2]))
            elif kind == "set":
                found.sets[name] = set(value)
            elif kind == "zset":
                found.scores[name] = {m: float(s) for m, s in zip(value[::2], value[1::2])}
            else:
                found.streams[name] = [fields for _, fields in value]
        for kind in vars(found):
            there, wanted = ({k: v for k, v in vars(m)[kind].items() if v}
                             for m in (found, self.model))
            assert there == wanted, kind

    def load(self, kind):
        items, cursor = [], "0"
        while True:
            cursor, page = self.wire.function("load", self.epoch, kind, cursor)
            items += page
            if cursor == "0":
                return items

    def load_all(self):
        if not self.model.leads(self.epoch):
            assert str(self.function("load", self.epoch, "s", "0")).startswith("FENCED")
            return
        m, state = self.model, self.model.hashes.get("state", {})
        assert self.load("s") == [state.get("position"), state.get("counters")]
        for kind, ids in (("c", m.set("live")), ("r", m.set("responders")),
                          ("d", m.set("dispatches")), ("t", m.set("teams")),
                          ("p", m.score("persons"))):
            flat = self.load(kind)
            assert dict(zip(flat[::2], flat[1::2])) == {x: m.record(kind + ":" + x) for x in ids}
        flat = self.load("i")
        wanted = [(e[i], e[i + 1]) for e in m.stream("refs") for i in range(0, len(e), 2)]
        assert list(zip(flat[::3], flat[1::3])) == wanted
        assert flat[2::3] == [m.hash("i:" + i).get(ref) for i, ref in wanted]
        assert self.load("a") == [e[1] for e in m.stream("answers")]

    def run(self, items):
        calls = [(self.commit, 300), (self.lead, 12), (self.give_up, 6), (self.node, 20),
                 (self.leave, 3), (self.append, 20), (self.trim, 4), (self.load_all, 2),
                 (self.wipe, 0.3), (self.clock_goes_back, 2), (self.keys, 3)]
        kinds, weights = zip(*calls)
        compared = 0
        while self.items < items:
            self.rng.choices(kinds, weights)[0]()
            if not self.model.leads(self.epoch):
                self.lead()
            if self.items >= compared + COMPARE_EVERY:
                self.compare()
                compared = self.items


def sorted_sections(sections):
    words = []
    for name in sorted(sections, key=SECTIONS.get):
        words += [SECTIONS[name], len(sections[name])]
        words += [x for item in sections[name] for x in item]
    return words


@pytest.fixture(name="wire")
def _wire(tmp_path):
    redis = store.Redis(str(tmp_path / "redis")).start()
    redis.command("CONFIG", "SET", "appendfsync", "no")  # what is on disk is tested elsewhere
    wire = Wire(redis)
    with open(os.path.join(ROOT, "daemon", "store", "triaged1.lua"), encoding="utf-8") as f:
        wire.call("FUNCTION", "LOAD", f.read())
    yield wire
    wire.close()
    redis.stop()


def test_functions_do_what_the_model_does(wire):
    seed = int(os.environ.get("SEED", random.randrange(2 ** 32)))
    print("SEED=%d" % seed)
    run = Run(wire, random.Random(seed))
    run.run(ITEMS)
    run.load_all()
    print("%d items, %d calls refused" % (run.items, run.refused))
    assert run.refused > ITEMS / 1000
