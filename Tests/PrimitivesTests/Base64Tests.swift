import Primitives
import Testing

@Suite struct Base64Tests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"), ("\u{FFFD}~é", "77+9fsOp"),
  ])
  func encodesAndDecodesTheVectorsOfTheStandard(text: String, encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(text.utf8))
  }

  @Test func decodesEveryByteThatItEncodes() {
    for length in 0..<7 {
      let bytes = (0..<256).flatMap { value in
        (0..<length).map { UInt8(truncatingIfNeeded: value &+ $0 * 37) }
      }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }
  }

  @Test func skipsLineBreaksAndBlanks() {
    #expect(Base64.decode("Zm9v\r\n YmFy\n") == Array("foobar".utf8))
    #expect(Base64.decode("Zm9v\r\nYmFy\n", skippingBlanks: false) == Array("foobar".utf8))
    #expect(Base64.decode("Zm9v YmFy", skippingBlanks: false) == nil)
  }

  @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "====", "Zg==Zg==", "Zm=v", "Zm9v!", "Zm9v-_==", "é"])
  func refusesWhatIsNoBase64(text: String) {
    #expect(Base64.decode(text) == nil)
  }
}
