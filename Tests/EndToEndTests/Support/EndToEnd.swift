import Testing

/// All tests that drive the built binary, one after the other: some measure time and processor use.
@Suite(.serialized, .tags(.endToEnd), .enabled(if: Binary.exists, .init(rawValue: Binary.missing)))
enum EndToEnd {}

extension Tag {
  /// Drives the built binary and real peers.
  @Tag static var endToEnd: Self
}
