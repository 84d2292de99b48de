"""A power cut: what the journal of shim/power.c says was not synced may be gone.

Strict, as POSIX allows it: a file whose directory was not synced since it was made is not there; a
rename or removal whose directory was not synced did not happen; of a file's bytes only those there
when its last sync began are sure. Behind them a random part is kept as written, and what of it was
being written is torn: up to 4096 random bytes."""

import os

TORN_MAX = 4096


class _File:
    def __init__(self, synced):
        self.synced = synced
        self.over = []  # (offset, old bytes) since the last sync, oldest first


class Journal:
    """What of the directory would survive now."""

    def __init__(self, path):
        self.files = {}
        self.pending = []  # changes of names whose directory was not synced since: oldest first
        with open(path, "rb") as f:
            lines = f.read().split(b"\n")
        for line in lines[:-1]:  # the last one is empty, or torn and was not acted upon
            word, *rest = line.decode().split("\t")
            getattr(self, "_" + word)(*rest)

    def _file(self, path):
        return self.files.setdefault(path, _File(0))

    def _exists(self, path, size):
        self.files.setdefault(path, _File(int(size)))

    def _create(self, path):
        self.files[path] = _File(0)
        self.pending.append(("create", path))

    def _sync(self, path, size):
        f = self._file(path)
        f.synced, f.over = int(size), []

    def _syncdir(self, path):
        self.pending = [c for c in self.pending
                        if os.path.dirname(c[2] if c[0] == "rename" else c[1]) != path]

    def _over(self, path, offset, old):
        self._file(path).over.append((int(offset), bytes.fromhex(old)))

    def _rename(self, old, new, kept):
        replaced = self.files.get(new)
        moved = self.files.pop(old, None)
        if moved:
            self.files[new] = moved
        # A rename of a file just made makes its name sure with itself.
        self.pending = [c for c in self.pending if c != ("create", old)]
        self.pending.append(("rename", old, new, kept, replaced))

    def _unlink(self, path, kept):
        made = ("create", path) in self.pending
        self.pending = [c for c in self.pending if c != ("create", path)]
        gone = self.files.pop(path, None)
        if not made:
            self.pending.append(("unlink", path, kept, gone))

    # ---- the cut

    def cut(self, rng, torn=True):
        """Change the directory accordingly; what was done, as text."""
        done = []
        for change in reversed(self.pending):
            done.append(self._undo(change))
        for path, f in sorted(self.files.items()):
            done.append(self._cut_file(path, f, rng, torn))
        return [d for d in done if d]

    def _undo(self, change):
        kind, path = change[0], change[1]
        if kind == "create":
            self.files.pop(path, None)
            if not os.path.exists(path):
                return None
            os.unlink(path)
        elif kind == "rename":
            _, old, new, kept, replaced = change
            if not os.path.exists(new):
                return None
            os.rename(new, old)
            self.files[old] = self.files.pop(new, None) or _File(os.path.getsize(old))
            if kept != "-":
                os.link(kept, new)
                self.files[new] = replaced or _File(os.path.getsize(new))
        elif change[2] != "-" and not os.path.exists(path):
            os.link(change[2], path)
            self.files[path] = change[3] or _File(os.path.getsize(path))
        return "%s of %s undone" % (kind, path)

    @staticmethod
    def _cut_file(path, f, rng, torn):
        if not os.path.isfile(path):
            return None
        size = os.path.getsize(path)
        with open(path, "r+b") as g:
            for offset, old in reversed(f.over):
                if rng.random() < 0.5:
                    g.seek(offset)
                    g.write(old)
            if size > f.synced:
                kept = rng.randint(f.synced, size) if torn else f.synced
                tail = rng.choice((0, rng.randint(1, TORN_MAX))) if torn and kept < size else 0
                g.truncate(kept)
                g.seek(kept)
                g.write(rng.randbytes(min(tail, TORN_MAX)))
                return "%s: %d of %d bytes synced, %d kept, %d torn" % (
                    path, f.synced, size, kept, tail)
        return None


class Power:
    """The environment of programs that may lose their power, and the switch."""

    def __init__(self, build, directory, root, sync_us=0):
        self.root, self.directory = os.path.realpath(root), directory
        self.journal = os.path.join(directory, "journal")
        self.keep = os.path.join(directory, "keep")
        os.makedirs(self.keep, exist_ok=True)
        self.environment = {"LD_PRELOAD": os.path.join(build, "shim_power.so"),
                            "POWER_ROOT": self.root, "POWER_JOURNAL": self.journal,
                            "POWER_KEEP": self.keep, "POWER_SYNC_US": str(sync_us)}

    def cut(self, rng, torn=True):
        """Everything that wrote here is dead. The next life starts with an empty journal."""
        if not os.path.exists(self.journal):
            return []
        done = Journal(self.journal).cut(rng, torn)
        os.unlink(self.journal)
        for name in os.listdir(self.keep):
            os.unlink(os.path.join(self.keep, name))
        return done
