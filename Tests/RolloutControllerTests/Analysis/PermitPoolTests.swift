import Primitives
import Testing

@testable import RolloutController

/// An immediate task has come to where it waits when the call returns.
@Suite("A pool of permits", .timeLimit(.minutes(1)))
struct PermitPoolTests {
  @Test("gives what is given back to the one who has waited longest")
  func firstComeFirstServed() async throws {
    let pool = PermitPool(1)
    let order = Locked<[Int]>([])
    try await pool.take()
    let waiters = (0..<3).map { number in
      Task.immediate {
        try await pool.take()
        order.withLock { $0.append(number) }
      }
    }
    #expect(order.withLock { $0 } == [])
    for (number, waiter) in waiters.enumerated() {
      pool.giveBack()
      try await waiter.value
      #expect(order.withLock { $0 } == Array(0...number))
    }
  }

  @Test("loses no permit by one who is cancelled in the line")
  func cancelledInLine() async throws {
    let pool = PermitPool(1)
    try await pool.take()
    let cancelled = Task.immediate { try await pool.take() }
    let next = Task.immediate { try await pool.take() }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    pool.giveBack()
    try await next.value
    pool.giveBack()
    try await pool.take()
  }

  @Test("gives none to one who is cancelled before")
  func cancelledBefore() async throws {
    let pool = PermitPool(1)
    let isRefused = await withTaskGroup(of: Bool.self) { group in
      group.cancelAll()
      group.addTask {
        do throws(CancellationError) { try await pool.take() } catch { return true }
        return false
      }
      return await group.next()
    }
    #expect(isRefused == true)
    try await pool.take()
  }
}
