"""Turns: one engine runs for a while, and what else the machine did meanwhile is recorded."""

import dataclasses
import functools
import os
import pathlib
import statistics
import time

# What a turn may lose to others: cores taken by other processes or by the host, and the share of
# time that its own threads waited for a core.
FOREIGN_CORES = 0.10
STOLEN_CORES = 0.03
WAIT_SHARE = 0.03
# Other processes that use less cannot be why threads waited.
NOISE_CORES = 0.03
LEAST_ROUNDS = 3


class Failed(Exception):
    """An engine does not run."""


@dataclasses.dataclass(frozen=True)
class Sample:
    """Seconds: the time, CPU time of all processes, and CPU time that the host kept."""

    time: float
    busy: float
    stolen: float

    @staticmethod
    def take():
        fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        user, nice, system, _, _, irq, softirq, steal = (
            int(field) / os.sysconf("SC_CLK_TCK") for field in fields
        )
        return Sample(time.monotonic(), user + nice + system + irq + softirq, steal)


@dataclasses.dataclass(frozen=True)
class Turn:
    """The median time of a run, and seconds of the whole turn.

    `own` is the engine's CPU time and `wait` the time that its threads waited for a core.
    """

    ms: float
    elapsed: float
    own: float
    wait: float
    busy: float
    stolen: float

    @staticmethod
    def between(before, after, ms, own, wait):
        return Turn(
            ms, after.time - before.time, own, wait, after.busy - before.busy,
            after.stolen - before.stolen,
        )  # fmt: skip

    @property
    def foreign_cores(self):
        return max(0.0, self.busy - self.own) / self.elapsed

    @property
    def stolen_cores(self):
        return self.stolen / self.elapsed

    @property
    def wait_share(self):
        return self.wait / self.elapsed

    @property
    def is_clean(self):
        waited = self.wait_share > WAIT_SHARE and self.foreign_cores > NOISE_CORES
        return not (
            waited or self.foreign_cores > FOREIGN_CORES or self.stolen_cores > STOLEN_CORES
        )

    @property
    def disturbance(self):
        return self.foreign_cores + self.stolen_cores + self.wait_share


@dataclasses.dataclass(frozen=True)
class Settings:
    """Rounds, seconds of a turn and of the pause after it, repetitions of a disturbed turn.

    After `budget` seconds no turn is repeated; rounds end early, but not before three, when the
    next would go past it.
    """

    rounds: int = 5
    seconds: float = 0.3
    pause: float = 0.1
    repeats: int = 3
    budget: float = 20


def wait_until_quiet(seconds=1.0, step=0.1):
    """Waits for others to rest, no longer than some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = Sample.take()
        time.sleep(step)
        after = Sample.take()
        if (after.busy - before.busy) / (after.time - before.time) <= FOREIGN_CORES:
            return


def cleanest(take, repeats, rest):
    """Takes a turn, again while others disturb it, and returns the least disturbed."""
    turns = [take()]
    while not turns[-1].is_clean and len(turns) <= repeats:
        rest()
        turns.append(take())
    return turns[-1] if turns[-1].is_clean else min(turns, key=lambda turn: turn.disturbance)


def interleave(contenders, settings, rest=wait_until_quiet, clock=time.monotonic):
    """Gives all contenders turns, round by round; returns turns by name, and why some failed."""
    turns = {name: [] for name in contenders}
    failed = {}
    start = clock()
    for done in range(settings.rounds):
        if done >= LEAST_ROUNDS and (clock() - start) * (done + 1) / done > settings.budget:
            break
        for name in rotated([name for name in contenders if name not in failed], done):
            take = functools.partial(contenders[name].turn, settings.seconds)
            try:
                repeats = settings.repeats if clock() - start < settings.budget else 0
                turns[name].append(cleanest(take, repeats, rest))
            except Failed as reason:
                failed[name] = str(reason)
                del turns[name]
            time.sleep(settings.pause)
    return turns, failed


def rotated(names, steps):
    """The same cycle from another start, so that none always follows the same pause."""
    start = steps % max(1, len(names))
    return names[start:] + names[:start]


def summary(turns):
    """The median of clean turns, or of all where fewer than two are clean."""
    clean = [turn.ms for turn in turns if turn.is_clean]
    counted = clean if len(clean) >= 2 else [turn.ms for turn in turns]
    return {
        "ms": significant(statistics.median(counted)),
        "turns_ms": [significant(turn.ms) for turn in turns],
        "clean": len(clean),
    }


def significant(value, digits=4):
    """A number without digits that mean nothing."""
    return float(f"{value:.{digits}g}")
