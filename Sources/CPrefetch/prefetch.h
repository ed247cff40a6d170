#pragma once

/// Asks for the cache line of an address before it is read; any address may be given.
///
/// Weights stream through kernels once, each used for a few multiply-adds only. What the processor
/// asks for ahead by itself is too little where they come from memory.
static inline __attribute__((always_inline)) void hewn_prefetch(const void *address) {
  __builtin_prefetch(address);
}
