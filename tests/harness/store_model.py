"""What the function library of the store (daemon/store/triaged1.lua) is to do, as plainly as it can
be said: a dictionary of keys. Each method takes the function's own arguments and `now`, the server's
time as the function told it, and gives the answer that is expected; a Refused changes nothing."""

LEASE_MAX_MS = 60000
REFS_AN_ENTRY = 50
OUTPUTS_AN_ENTRY = 500


class Refused(Exception):
    """The beginning of the error."""


class Model:
    def __init__(self):
        self.strings, self.hashes, self.sets, self.scores, self.streams = {}, {}, {}, {}, {}

    # ---- keys; Redis has none that is empty

    def hash(self, key):
        return self.hashes.setdefault(key, {})

    def set(self, key):
        return self.sets.setdefault(key, set())

    def score(self, key):
        return self.scores.setdefault(key, {})

    def stream(self, key):
        return self.streams.setdefault(key, [])

    def remove(self, key):
        for kind in (self.strings, self.hashes, self.streams):
            kind.pop(key, None)

    def record(self, key):
        return self.strings.get(key, self.hashes.get(key, {}).get("r"))

    # ---- who leads

    def usable(self, schema, known):
        state = self.hashes.get("state", {})
        if "schema" in state and int(state["schema"]) > int(schema):
            raise Refused("SCHEMA")
        if "instance" in state and known not in ("", state["instance"]):
            raise Refused("FOREIGN")
        return "schema" in state, state.get("instance", "")

    def lease(self, now):
        """Node, incarnation, epoch, end."""
        lead = self.hashes.get("lead", {})
        end = min(int(lead.get("until_ms", 0)), now + int(lead.get("term_ms", 0)))
        return lead.get("node"), lead.get("incarnation"), int(lead.get("epoch", 0)), end

    def take(self, node, incarnation, epoch, term, now):
        self.hash("lead").update(node=node, incarnation=incarnation, epoch=str(epoch),
                                 until_ms=str(now + term), term_ms=str(term))

    def lead(self, now, node, incarnation, term, held, seen, schema, compete, before, known, fresh,
             acknowledged, anew):
        there, instance = self.usable(schema, known)
        whose, which, epoch, end = self.lease(now)
        mine = (whose, which) == (node, incarnation) and epoch > 0
        state = self.hashes.get("state", {})
        mark = instance or known or fresh
        if mine and epoch == held and end > 0 and not anew:
            self.take(node, incarnation, epoch, term, now)
            batch = int(state.get("batch", 0)) if state.get("epoch") == str(held) else 0
            return [epoch, 1, node, term, now, batch, instance]
        if held > epoch or (anew and mine and held == epoch):
            self.hash("state").update(schema=schema, instance=mark, epoch=str(held),
                                      batch=str(acknowledged))
            self.take(node, incarnation, held, term, now)
            return [held, 1, node, term, now, -2 if there else -1, mark]
        if not there and known and not anew:
            return [0, 0, "", 0, now, -1, ""]
        free = held == 0 and (end <= now or mine or (whose == node and before and which == before))
        if free and not compete:
            if mine:
                self.hash("lead").update(until_ms="0", node="")
            return [epoch, 0, "", 0, now, 0, instance]
        if free:
            epoch = max(epoch, seen) + 1
            self.hash("state").update(schema=schema, instance=mark)
            self.take(node, incarnation, epoch, term, now)
            return [epoch, 1, node, term, now, 0, mark]
        if end < int(self.hashes.get("lead", {}).get("until_ms", 0)):
            self.hash("lead")["until_ms"] = str(end)
        return [epoch, 0, whose or "" if end > now else "", max(end - now, 0), now, 0, instance]

    def give_up(self, node, incarnation, epoch):
        lead = self.hashes.get("lead", {})
        if [lead.get(x) for x in ("node", "incarnation", "epoch")] != [node, incarnation, str(epoch)]:
            return 0
        lead.update(until_ms="0", node="")
        return 1

    def leads(self, epoch):
        return self.hashes.get("lead", {}).get("epoch") == str(epoch)

    # ---- keys that seal

    def put_keys(self, words):
        keys, new = self.hashes.get("keys", {}), list(zip(*[iter(words)] * 4))
        if len(words) % 4:
            raise Refused("MALFORMED")
        for name, check, _, _ in new:
            if keys.get(name, check) != check:
                raise Refused("CONFLICT")
        for name, check, holder, wrapped in new:
            self.hash("keys").update({name: check, name + ":" + holder: wrapped})
        return len(new)

    # ---- nodes

    def node(self, now, node, incarnation, term, only_last, schema, known):
        """only_last: everything in front of the last output was read."""
        _, instance = self.usable(schema, known)
        nodes, member = self.score("nodes"), node + " " + incarnation
        registered = int(member in nodes)
        nodes[member] = now + term
        for other, end in nodes.items():
            nodes[other] = min(end, now + LEASE_MAX_MS)
        if only_last:
            self.streams["out:" + node] = self.stream("out:" + node)[-1:]
        ended = sorted((end, m) for m, end in nodes.items() if end <= now)
        return [now, registered, [m for _, m in ended][:32], instance]

    def leave(self, node, incarnation):
        return int(self.score("nodes").pop(node + " " + incarnation, None) is not None)

    # ---- commits

    def check_commit(self, epoch, batch):
        """True: it was applied before."""
        led = self.hashes.get("lead", {}).get("epoch")
        if led != str(epoch):
            raise Refused("BEHIND" if int(led or 0) < epoch else "FENCED")
        state = self.hashes.get("state", {})
        done = int(state.get("batch", 0)) if state.get("epoch") == str(epoch) else 0
        if batch > done + 1:
            raise Refused("BATCH")
        return batch <= done

    def commit(self, now, epoch, batch, position, counters, sections):
        """sections: by name, lists of items."""
        for key, _ in sections.get("put", ()):
            if key in self.strings:
                raise Refused("WRONGTYPE")
        for key, record in sections.get("put", ()):
            self.hash(key)["r"] = record
        for key, record in sections.get("set", ()):
            self.hashes.pop(key, None)
            self.strings[key] = record
        for key, in sections.get("del", ()):
            self.remove(key)
        for name, index in (("r", "responders"), ("d", "dispatches"), ("t", "teams")):
            self.set(index).update(x for x, in sections.get(name + "_add", ()))
            self.set(index).difference_update(x for x, in sections.get(name + "_del", ()))
        self.score("persons").update((x, now) for x, in sections.get("p_add", ()))
        self.forget("persons", sections.get("p_del", ()))
        self.set("live").update(x for x, in sections.get("live", ()))
        self.forget("ended", sections.get("live", ()))
        self.set("live").difference_update(x for x, in sections.get("ended", ()))
        self.score("ended").update((x, now) for x, in sections.get("ended", ()))
        self.score("q").update((x, float(at)) for at, x in sections.get("wait", ()))
        self.forget("q", sections.get("unwait", ()))
        self.forget("nodes", sections.get("gone", ()))
        self.streams_of(sections)
        self.hash("state").update(epoch=str(epoch), batch=str(batch))
        self.hash("state").update({k: v for k, v in (("position", position),
                                                     ("counters", counters)) if v})

    def forget(self, key, items):
        for x, in items:
            self.score(key).pop(x, None)

    def streams_of(self, sections):
        refs = sections.get("ref", ())
        for identity, ref, answer in refs:
            self.hash("i:" + identity)[ref] = answer
        for i in range(0, len(refs), REFS_AN_ENTRY):
            self.stream("refs").append([w for r in refs[i:i + REFS_AN_ENTRY] for w in r[:2]])
        for at, command, decision in sections.get("log", ()):
            self.stream("log").append(["at", at, "c", command, "d", decision])
        self.stream("log").extend(["e", x] for x, in sections.get("entries", ()))
        self.stream("answers").extend(["a", x] for x, in sections.get("answers", ()))
        for contact, text in sections.get("message", ()):
            self.stream("m:" + contact).append(["b", text])
        last, entry = None, None
        for node, output in sections.get("out", ()):
            if node != last or len(entry) == 2 * OUTPUTS_AN_ENTRY:
                last, entry = node, []
                self.stream("out:" + node).append(entry)
            entry += ["b", output]

    # ---- retention: all that has an age is older than it is kept

    def trim(self, refs, ledger, ended, persons):
        if refs:
            for entry in self.streams.pop("refs", ()):
                for identity, ref in zip(entry[::2], entry[1::2]):
                    self.hash("i:" + identity).pop(ref, None)
            self.streams.pop("answers", None)
        if ledger:
            self.streams.pop("log", None)
        if ended:
            for contact in self.scores.pop("ended", {}):
                self.remove("c:" + contact)
                self.remove("m:" + contact)
        if persons:
            for person in self.scores.pop("persons", {}):
                self.remove("p:" + person)
