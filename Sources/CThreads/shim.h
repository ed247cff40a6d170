// What Swift's modules of the C library leave out.

#ifdef __linux__
#include <pthread.h>

// The library declares these with _GNU_SOURCE alone, with which Swift does not import it. They have
// names of their own here, so that they collide with no declaration of the library.
int linux_getcpu(void) __asm__("sched_getcpu");
int linux_getaffinity(int process, unsigned long byteCount, void *mask)
    __asm__("sched_getaffinity");
int linux_setaffinity(pthread_t thread, unsigned long byteCount, const void *mask)
    __asm__("pthread_setaffinity_np");
#endif

/// Tells the processor that this is a loop that waits.
static inline void spin_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}
