// Functions of registers of 32 lanes by instructions that not every processor has. Swift has no way to
// compile one function for more than the module's processor.

#if defined(__x86_64__)
#include <stdbool.h>

/** Whether this processor has AVX2 and fused multiply-adds. */
static inline bool has_fused_lanes(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/** a · b + c of 32 f32, rounded once; a NaN is 0x7fffffff. */
static inline __attribute__((target("avx2,fma"))) void fused_multiply_add_lanes(
    void *_Nonnull result, const void *_Nonnull a, const void *_Nonnull b, const void *_Nonnull c) {
  typedef float floats __attribute__((ext_vector_type(8)));
  typedef int words __attribute__((ext_vector_type(8)));
  for (int group = 0; group < 4; ++group) {
    floats sum = __builtin_elementwise_fma(
        ((const floats *)a)[group], ((const floats *)b)[group], ((const floats *)c)[group]);
    words is_nan = sum != sum;
    ((words *)result)[group] = ((words)sum | is_nan) ^ (is_nan << 31);
  }
}
#endif
