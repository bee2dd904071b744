#include <malloc.h>

// Swift's module of glibc leaves <malloc.h> out.

/// Lets all threads allocate from so many arenas; 1 when glibc took the number. Counts for arenas made later.
static inline int serin_malloc_limit_arenas(int count) { return mallopt(M_ARENA_MAX, count); }
