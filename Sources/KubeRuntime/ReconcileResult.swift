/// How the handling of one key ended, which decides when it is handled again.
package enum ReconcileResult: Sendable, Hashable {
  /// Nothing to do until something changes.
  case done
  /// Look again after this time at the latest.
  case again(after: Duration)
  /// It failed and is tried again: after the given time, or else after the key's backoff.
  case failed(retryAfter: Duration?)
}
