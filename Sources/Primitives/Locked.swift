#if TSAN
  import Glibc
#else
  import Synchronization
#endif

/// A value behind a lock, for small synchronous critical sections; never held across an `await`.
///
/// ThreadSanitizer reports false races on `Mutex` (it does not see futexes), so a build with `TSAN` defined puts the
/// same interface on a pthread mutex.
package final class Locked<Value>: Sendable {
  #if TSAN
    // The pthread mutex below guards every access to the value.
    private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private nonisolated(unsafe) var value: Value

    package init(_ value: sending Value) {
      mutex = .allocate(capacity: 1)
      mutex.initialize(to: pthread_mutex_t())
      pthread_mutex_init(mutex, nil)
      self.value = value
    }

    deinit {
      pthread_mutex_destroy(mutex)
      mutex.deallocate()
    }

    /// Runs the body with exclusive access to the value.
    package func withLock<Result, E: Error>(
      _ body: (inout sending Value) throws(E) -> sending Result
    ) throws(E) -> sending Result {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      return try body(&value)
    }
  #else
    private let mutex: Mutex<Value>

    package init(_ value: sending Value) { mutex = Mutex(value) }

    /// Runs the body with exclusive access to the value.
    package func withLock<Result, E: Error>(
      _ body: (inout sending Value) throws(E) -> sending Result
    ) throws(E) -> sending Result {
      try mutex.withLock(body)
    }
  #endif
}
