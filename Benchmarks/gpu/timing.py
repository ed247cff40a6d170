"""How the scripts of this folder time what torch does."""

import statistics
import time

# How long something is measured, and how often at least and at most.
SECONDS, LEAST, MOST = 0.06, 15, 300
# Of all sets of tensors together, in sizes of the second-level cache.
CACHES = 4


def spread(times):
    times = sorted(times)
    return {"median": statistics.median(times), "least": times[0], "greatest": times[-1]}


def set_count(byte_count, cache):
    """Sets of so many bytes that together are more than the cache."""
    return min(max(1, -(-CACHES * cache // max(byte_count, 1))), 64)


def cache_size(torch, device):
    """Of the second level, in bytes; of a CPU a little, as nothing is concluded from its times."""
    if device == "cpu":
        return 1 << 16
    return getattr(torch.cuda.get_device_properties(0), "L2_cache_size", 64 << 20)


def seconds(torch, steps, device, graph=False):
    """The times of steps that are done in turn, each on its own tensors, in ascending order.

    What is shorter than Python takes to launch it, and with `graph` all, is captured in a CUDA
    graph.
    """
    if device == "cpu":
        return cpu_seconds(steps)
    measure(torch, steps, 3)
    estimate = max(statistics.median(measure(torch, steps, 5)), 1e-7)
    if graph or estimate < 40e-6:
        return graph_seconds(torch, steps, estimate)
    count = min(max(int(SECONDS / estimate), LEAST), MOST)
    return sorted(measure(torch, steps, count))


def measure(torch, steps, count):
    events = [torch.cuda.Event(enable_timing=True) for _ in range(count + 1)]
    events[0].record()
    for turn in range(count):
        steps[turn % len(steps)]()
        events[turn + 1].record()
    torch.cuda.synchronize()
    return [a.elapsed_time(b) * 1e-3 for a, b in zip(events, events[1:])]


def graph_seconds(torch, steps, estimate):
    """The times of a step in a graph of several: 32, or what a tenth of the time takes."""
    count = max(len(steps), min(32, max(1, int(SECONDS / 10 / estimate))))
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for turn in range(3):
            steps[turn % len(steps)]()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for turn in range(count):
            steps[turn % len(steps)]()
    repeats = min(max(int(SECONDS / estimate / count), LEAST), 30)
    return sorted(
        time / count for time in measure(torch, [graph.replay], repeats + 1)[1:]
    )


def cpu_seconds(steps, count=3):
    def once(step):
        start = time.perf_counter()
        step()
        return time.perf_counter() - start

    steps[0]()
    return sorted(once(steps[turn % len(steps)]) for turn in range(count))
