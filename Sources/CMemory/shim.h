// Ways to touch memory for which Swift has no words.

typedef float float4 __attribute__((ext_vector_type(4)));
typedef float float8 __attribute__((ext_vector_type(8)));
typedef float float16 __attribute__((ext_vector_type(16)));

#define STORES_AROUND_CACHES(lanes)                                                                \
  /** Stores an aligned vector without reading its lines into the caches. */                       \
  static inline __attribute__((always_inline)) void store_around_caches_##lanes(                   \
      float *to, float##lanes vector) {                                                            \
    __builtin_nontemporal_store(vector, (float##lanes *)to);                                       \
  }
STORES_AROUND_CACHES(4)
STORES_AROUND_CACHES(8)
STORES_AROUND_CACHES(16)

/// Asks for a line that will be read, into all caches.
static inline __attribute__((always_inline)) void prefetch_to_read(const float *line) {
  __builtin_prefetch(line, 0, 3);
}

/// Asks for a line that will be read later, into the second-level cache.
static inline __attribute__((always_inline)) void prefetch_nearby(const float *line) {
  __builtin_prefetch(line, 0, 2);
}

/// Asks for a line that will be written.
static inline __attribute__((always_inline)) void prefetch_to_write(const float *line) {
  __builtin_prefetch(line, 1, 3);
}

/// Orders stores around the caches before all later ones.
static inline void finish_stores_around_caches(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#else
  __sync_synchronize();
#endif
}
