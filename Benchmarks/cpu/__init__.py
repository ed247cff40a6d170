"""The comparison of Hewn with its rivals on CPUs. Benchmarks/cpu/run starts it."""
