/// Permits for what may be in flight at once, in all and per host; the rest waits, first come first served, but a
/// host that is full does not hold up another.
struct AdmissionLane<Element> {
  private struct Host {
    var inFlight = 0
    var waiting: [(number: Int, element: Element)] = []
    var head = 0

    var first: Int? { head < waiting.count ? waiting[head].number : nil }

    mutating func popFirst() -> Element {
      let element = waiting[head].element
      head += 1
      if head > 64, head * 2 > waiting.count {
        waiting.removeFirst(head)
        head = 0
      }
      return element
    }
  }

  private let limit: Int
  private let limitPerHost: Int
  private var hosts: [String: Host] = [:]
  private var arrivals = 0
  private(set) var inFlight = 0

  init(limit: Int, limitPerHost: Int) {
    self.limit = max(1, limit)
    self.limitPerHost = max(1, limitPerHost)
  }

  /// Puts the element at the end of its host's line.
  mutating func enqueue(_ element: Element, host: String) {
    arrivals += 1
    hosts[host, default: Host()].waiting.append((arrivals, element))
  }

  /// Takes a permit for the element that has waited longest among the hosts with room; nil when all must wait.
  ///
  /// Elements that nobody wants any more are dropped on the way.
  mutating func admit(wanted: (Element) -> Bool) -> Element? {
    while inFlight < limit {
      let ready = hosts.filter { $0.value.inFlight < limitPerHost && $0.value.first != nil }
      guard let name = ready.min(by: { ($0.value.first ?? 0) < ($1.value.first ?? 0) })?.key,
        var host = hosts.removeValue(forKey: name)
      else { return nil }
      let element = host.popFirst()
      let isWanted = wanted(element)
      if isWanted {
        host.inFlight += 1
        inFlight += 1
      }
      if host.inFlight > 0 || host.first != nil { hosts[name] = host }
      if isWanted { return element }
    }
    return nil
  }

  /// Gives a permit back.
  mutating func release(host name: String) {
    guard var host = hosts.removeValue(forKey: name) else { return }
    host.inFlight -= 1
    inFlight -= 1
    if host.inFlight > 0 || host.first != nil { hosts[name] = host }
  }

  /// Everything that waits, in no particular order.
  var waiting: [Element] { hosts.values.flatMap { $0.waiting[$0.head...].map(\.element) } }
}
