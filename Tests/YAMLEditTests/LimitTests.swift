import Glibc
import Primitives
import Testing
import YAMLEdit

@Suite("Size and memory")
struct LimitTests {
  @Test("a text of 1 MB is parsed and edited in one place")
  func megabyte() throws {
    var text = "apiVersion: v1\nkind: Thing\nmetadata:\n  name: größe\nitems:\n"
    var count = 0
    while text.utf8.count < 1_000_000 {
      text +=
        "- name: item-\(count) # é\n  image: \"shop:\(count)\"\n  ports: [80, {name: http, port: 8080}]\n"
      count += 1
    }
    let bytes = Array(text.utf8)
    let clock = ContinuousClock()
    var parsed: [YAMLDocument] = []
    let parsing = try clock.measure { parsed = try YAML.parse(bytes) }
    #expect(parsed.first?.json["items"]?.array?.count == count)
    var result: [UInt8] = []
    let editing = try clock.measure {
      result = try YAMLEditor.apply(
        [.set(["items", .index(count - 2), "image"], "shop:new")],
        to: DocumentSelector(apiVersion: "v1", kind: "Thing", name: "größe"),
        in: bytes
      )
    }
    print("1 MB: parsed in \(parsing), edited and proved in \(editing)")
    let expected = text.split(separator: "\"shop:\(count - 2)\"").joined(separator: "\"shop:new\"")
    #expect(String(decoding: result, as: UTF8.self) == expected)
  }

  @Test("10,000 parsers, half of them failing, leave the memory flat", .enabled(if: !isSanitized))
  func parsers() async {
    // In a process of its own: other tests allocate at the same time in this one.
    await #expect(processExitsWith: .success) {
      let good = FixtureCase.all.first { $0.name == "rollout" }?.before ?? []
      let bad = good + Array("\n---\na: [*x, {b: &y 'c".utf8)
      parse(good, bad, times: 500)
      let before = residentKilobytes()
      parse(good, bad, times: 10_000)
      let growth = residentKilobytes() - before
      print("10,000 parsers: resident memory grew by \(growth) kB")
      precondition(!good.isEmpty && growth < 1024)
    }
  }
}

/// AddressSanitizer keeps freed memory on purpose, so there is nothing to measure under it.
private let isSanitized = dlsym(nil, "__asan_init") != nil

private func parse(_ good: [UInt8], _ bad: [UInt8], times: Int) {
  for round in 0..<times {
    do {
      _ = try YAML.parse(round % 2 == 0 ? good : bad)
    } catch {
      continue
    }
  }
}

/// Resident memory of this process in kB, by /proc.
private func residentKilobytes() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var buffer = [CChar](repeating: 0, count: 256)
  guard fgets(&buffer, Int32(buffer.count), file) != nil else { return 0 }
  let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  let fields = text.split(separator: " ")
  return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4 : 0
}
