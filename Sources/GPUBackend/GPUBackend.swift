/// Runs models on a GPU, or on the emulator of one.
