// Operations on whole vectors for which Swift has functions of elements alone. What an optimiser does not
// put together again ends in scalar code.

typedef float lanes_of_4 __attribute__((ext_vector_type(4)));
typedef float lanes_of_8 __attribute__((ext_vector_type(8)));
typedef float lanes_of_16 __attribute__((ext_vector_type(16)));

#define MULTIPLY_ADD(lanes)                                                                        \
  /** x · y + z, rounded once. */                                                                  \
  static inline __attribute__((always_inline)) lanes_of_##lanes multiply_add_##lanes(              \
      lanes_of_##lanes x, lanes_of_##lanes y, lanes_of_##lanes z) {                                \
    return __builtin_elementwise_fma(x, y, z);                                                     \
  }
MULTIPLY_ADD(4)
MULTIPLY_ADD(8)
MULTIPLY_ADD(16)

#define SHUFFLE(name, lanes, ...)                                                                  \
  static inline __attribute__((always_inline)) lanes_of_##lanes name##_##lanes(                     \
      lanes_of_##lanes a, lanes_of_##lanes b) {                                                      \
    return __builtin_shufflevector(a, b, __VA_ARGS__);                                             \
  }

SHUFFLE(even_elements, 4, 0, 2, 4, 6)
SHUFFLE(odd_elements, 4, 1, 3, 5, 7)
SHUFFLE(interleave_low, 4, 0, 4, 1, 5)
SHUFFLE(interleave_high, 4, 2, 6, 3, 7)
SHUFFLE(next_elements, 4, 1, 2, 3, 4)

SHUFFLE(even_elements, 8, 0, 2, 4, 6, 8, 10, 12, 14)
SHUFFLE(odd_elements, 8, 1, 3, 5, 7, 9, 11, 13, 15)
SHUFFLE(interleave_low, 8, 0, 8, 1, 9, 2, 10, 3, 11)
SHUFFLE(interleave_high, 8, 4, 12, 5, 13, 6, 14, 7, 15)
SHUFFLE(next_elements, 8, 1, 2, 3, 4, 5, 6, 7, 8)

SHUFFLE(even_elements, 16, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
SHUFFLE(odd_elements, 16, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
SHUFFLE(interleave_low, 16, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
SHUFFLE(interleave_high, 16, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
SHUFFLE(next_elements, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)

SHUFFLE(elements_from_2, 16, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
        12, 13, 14, 15, 16, 17)
SHUFFLE(elements_from_3, 16, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        13, 14, 15, 16, 17, 18)
SHUFFLE(elements_from_4, 16, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
        14, 15, 16, 17, 18, 19)

#ifdef __AVX512F__
typedef int indices_of_16 __attribute__((ext_vector_type(16)));

/** The elements at `indices` of a, 0 to 15, and of b, 16 to 31. */
static inline __attribute__((always_inline)) lanes_of_16 elements_at_16(
    lanes_of_16 a, lanes_of_16 b, indices_of_16 indices) {
  return __builtin_ia32_vpermi2varps512(a, indices, b);
}
#endif
