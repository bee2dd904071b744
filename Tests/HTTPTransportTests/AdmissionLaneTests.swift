import Primitives
import Testing

@testable import HTTPTransport

@Suite struct AdmissionLaneTests {
  @Test func `admits in the order of arrival up to the limit`() {
    var lane = AdmissionLane<Int>(limit: 2, limitPerHost: 2)
    for number in 1...4 { lane.enqueue(number, host: "a") }
    #expect(lane.admit { _ in true } == 1)
    #expect(lane.admit { _ in true } == 2)
    #expect(lane.admit { _ in true } == nil)
    lane.release(host: "a")
    #expect(lane.admit { _ in true } == 3)
    #expect(lane.waiting == [4])
  }

  @Test func `a full host does not hold up another`() {
    var lane = AdmissionLane<String>(limit: 3, limitPerHost: 1)
    for name in ["a1", "a2", "b1", "a3", "b2"] { lane.enqueue(name, host: String(name.prefix(1))) }
    #expect(lane.admit { _ in true } == "a1")
    #expect(lane.admit { _ in true } == "b1")
    #expect(lane.admit { _ in true } == nil)
    lane.release(host: "b")
    #expect(lane.admit { _ in true } == "b2")
  }

  @Test func `what nobody wants any more takes no permit`() {
    var lane = AdmissionLane<Int>(limit: 1, limitPerHost: 1)
    for number in 1...5 { lane.enqueue(number, host: "a") }
    #expect(lane.admit { $0 > 3 } == 4)
    #expect(lane.inFlight == 1)
  }

  @Test func `random histories never exceed a limit, lose nothing and keep the order per host`() {
    for seed in 0..<200 {
      var random = SeededRandom(seed: UInt64(seed))
      let (limit, perHost) = (Int.random(in: 1...5, using: &random), Int.random(in: 1...3, using: &random))
      var lane = AdmissionLane<(host: String, number: Int)>(limit: limit, limitPerHost: perHost)
      var inFlight: [String] = []
      var last: [String: Int] = [:]
      var (sent, seen) = (0, 0)
      for step in 0..<400 {
        if step < 300, Bool.random(using: &random) {
          let host = String("abc".randomElement(using: &random) ?? "a")
          lane.enqueue((host, step), host: host)
          sent += 1
        } else if let index = inFlight.indices.randomElement(using: &random) {
          lane.release(host: inFlight.remove(at: index))
        }
        while let (host, number) = lane.admit(wanted: { _ in true }) {
          #expect(last[host, default: -1] < number)
          last[host] = number
          inFlight.append(host)
          seen += 1
        }
        #expect(inFlight.count <= limit && lane.inFlight == inFlight.count)
        #expect("abc".allSatisfy { host in inFlight.count { $0 == String(host) } <= perHost })
      }
      #expect(seen + lane.waiting.count == sent)
    }
  }
}
