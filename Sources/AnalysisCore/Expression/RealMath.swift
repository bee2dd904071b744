// The C library's mathematics is all that a core may take from outside the standard library: it has no state.
import Glibc

/// `base` to the power of `exponent`, as C and Go have it.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
