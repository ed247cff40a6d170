#pragma once

#include <stddef.h>
#include <stdint.h>

// What a program may call of libFuzzer, which has no header of its own.

/// Runs the fuzzer with the command line's options, on inputs that it mutates from a corpus.
int LLVMFuzzerRunDriver(
    int *argc, char ***argv, int (*run)(const uint8_t *data, size_t size));

/// Mutates bytes in place by the built-in mutators and returns how many there are now.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);
