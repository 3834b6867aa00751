"""What a run showed: a table by window, and the verdicts.

Memory and descriptors are judged in the last life of the process, its first third left out as warm-up.
"""

from statistics import median

MIB = 1024 * 1024
P99_FACTOR_MAX = 1.5
# Differences this short are the machine's mood, and so is everything in windows this short.
P99_SECONDS_FREE = 0.002
P99_WINDOW_SECONDS_MIN = 60
MEMORY_FACTOR_MAX = 1.10
MEMORY_BYTES_FREE = 16 * MIB
DESCRIPTORS_FREE = 32


def quantile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def of_window(tally, window):
    return [seconds for at, _, seconds in tally.times if at == window]


def table(tally, server, windows):
    rows = [f"{'window':>8} {'requests':>9} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8} {'RSS MiB':>8} {'private':>8} "
            f"{'descriptors':>11} {'sync ms':>8} {'life':>5}"]
    for window in range(windows):
        times = of_window(tally, window)
        begin = tally.began + window * tally.window_seconds
        samples = [s for s in server.samples if begin <= s.time < begin + tally.window_seconds]
        if not times or not samples:
            continue
        rows.append(f"{window + 1:8} {len(times):9} {quantile(times, 0.5) * 1e3:8.2f} {quantile(times, 0.99) * 1e3:8.2f} "
                    f"{max(times) * 1e3:8.1f} {max(s.rss for s in samples) / MIB:8.1f} "
                    f"{max(s.anonymous for s in samples) / MIB:8.1f} {max(s.descriptors for s in samples):11} "
                    f"{sync_milliseconds(samples):8.2f} {samples[-1].life:5}")
    operations = sorted({what for _, what, _ in tally.times})
    for what in operations:
        times = [seconds for _, name, seconds in tally.times if name == what]
        rows.append(f"{what:>20} {len(times):8}  p50 {quantile(times, 0.5) * 1e3:.2f} ms  "
                    f"p99 {quantile(times, 0.99) * 1e3:.2f} ms")
    rows.append(f"{tally.acknowledged} writes acknowledged, {tally.broken} requests broken off by restarts, "
                f"{tally.refused_searches} searches refused while the index was opened")
    return "\n".join(rows)


def sync_milliseconds(samples):
    """The mean of the syncs between these samples."""
    pairs = [(a, b) for a, b in zip(samples, samples[1:]) if a.life == b.life]
    syncs = sum(b.syncs - a.syncs for a, b in pairs)
    return sum(b.sync_seconds - a.sync_seconds for a, b in pairs) / max(1, syncs) * 1e3


class Judge:
    """Collects verdicts."""

    def __init__(self, tally, server):
        self.tally, self.server, self.verdicts = tally, server, []

    def check(self, what, good, measured):
        """`good` is None where a run of this length can't tell."""
        self.verdicts.append((good, what, measured))

    def load(self, windows):
        unexpected = self.tally.unexpected
        self.check("every answer is as expected", not unexpected, f"{len(unexpected)} others {unexpected[:3]}")
        self.judge_times(windows)
        end = self.tally.began + windows * self.tally.window_seconds
        samples = [sample for sample in self.server.samples if sample.time < end]
        last = [sample for sample in samples if sample.life == samples[-1].life]
        settled = last[len(last) // 3:]
        quarter = max(1, len(settled) // 4)
        self.judge_memory(settled[:quarter], settled[-quarter:])
        self.judge_descriptors(settled[:quarter], settled[-quarter:])

    def judge_times(self, windows):
        first, last = (quantile(of_window(self.tally, window), 0.99) for window in (0, windows - 1))
        good = 0 < last <= max(first * P99_FACTOR_MAX, first + P99_SECONDS_FREE)
        measured = f"{first * 1e3:.2f} ms, then {last * 1e3:.2f} ms"
        if self.tally.window_seconds < P99_WINDOW_SECONDS_MIN:
            good, measured = None, f"{measured}; windows of {self.tally.window_seconds:.0f} s are too short to tell"
        self.check("the last window's p99 is within 1.5 times the first's", good, measured)

    def judge_memory(self, early, late):
        before, after = (median(sample.anonymous for sample in part) for part in (early, late))
        self.check("memory is flat after warm-up", after <= before * MEMORY_FACTOR_MAX + MEMORY_BYTES_FREE,
                   f"{before / MIB:.1f} MiB private, then {after / MIB:.1f} MiB")

    def judge_descriptors(self, early, late):
        before, after = (max(sample.descriptors for sample in part) for part in (early, late))
        self.check("descriptors do not leak", after <= before + DESCRIPTORS_FREE, f"{before}, then {after}")

    def report(self):
        """Prints the verdicts; whether one failed."""
        names = {True: "ok", False: "FAILED", None: "open"}
        for good, what, measured in self.verdicts:
            print(f"{names[good]:>6}  {what}: {measured}")
        return any(good is False for good, _, _ in self.verdicts)
