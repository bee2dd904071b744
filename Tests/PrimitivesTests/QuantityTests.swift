import Primitives
import Testing

@Suite struct QuantityTests {
  /// As written, and as a Kubernetes client (kubectl 1.37.1) writes it after reading it.
  static let texts = [
    ("0.125", "125m"),
    ("007", "007"),
    (".125", "125m"),
    ("+7Mi", "+7Mi"),
    ("+8Mi", "8Mi"),
    ("1000.125", "1000.125"),
    ("1.000", "1"),
    ("0.100", "100m"),
    ("123456789012345678", "123456789012345678"),
    ("1234567890123456789", "1234567890123456789"),
    ("1234567890123456.125", "1234567890123456125m"),
    ("1e21", "1e21"),
    ("1e22", "10e21"),
    ("1E-6", "1E-6"),
    ("5.k", "5.k"),
    ("5.Ki", "5.Ki"),
    ("1.125e3", "1.125e3"),
    ("1.125E4", "11250"),
    ("0.0", "0"),
    ("-0", "0"),
    ("00", "0"),
    ("-.5", "-500m"),
    ("999999999999Ki", "999999999999Ki"),
    ("12345.678Gi", "13256070814236672m"),
    ("10000E", "10"),
    ("1024Mi", "1Gi"),
    ("0.5Gi", "512Mi"),
    ("1.5Gi", "1536Mi"),
    ("1000", "1k"),
    ("1000m", "1"),
    ("100000", "100k"),
    ("-1144.001M", "-1144.001M"),
    ("-20.5", "-20500m"),
    ("1.0Gi", "1Gi"),
    ("1536Mi", "1536Mi"),
    ("1048576Ki", "1Gi"),
    ("0.1Ki", "102400m"),
    ("0Ki", "0"),
    ("-2Ki", "-2Ki"),
    ("8Ei", "9223372036854775807"),
    ("7Ei", "7Ei"),
    ("2696.333333333Mi", "2827310421332983808n"),
    ("-300000e-9", "-300e-6"),
    ("-10.25e0", "-10250e-3"),
    ("1E3", "1E3"),
    ("0.0000000001", "1n"),
    ("1.0000000009n", "2n"),
    ("-3683.25n", "-3684n"),
    ("18432.3Ti", "20266528176655564800m"),
    ("-1.333333333Pi", "-1501199875414865364385792n"),
    ("3143Ei", "9223372036854775807"),
  ]

  @Test(arguments: texts)
  func printsAsKubernetesDoes(_ written: String, _ stored: String) {
    #expect(Quantity(written)?.text == stored)
  }

  @Test(arguments: texts)
  func meansTheSameAsItsStoredText(_ written: String, _ stored: String) {
    // A factor beyond exa is lost by Kubernetes itself.
    guard written != "10000E" else { return }
    #expect(Quantity(written) == Quantity(stored))
    #expect(Quantity(written)?.hashValue == Quantity(stored)?.hashValue)
  }

  @Test func comparesByValue() {
    #expect(Quantity("1Gi") == Quantity("1073741824"))
    #expect(Quantity("0.5") == Quantity("500m"))
    #expect(Quantity("1e3") == Quantity("1k"))
    #expect(Quantity("1G") != Quantity("1Gi"))
  }

  @Test func roundsUpToThousandths() {
    #expect(Quantity("0.1m")?.roundedUpToMilli == Quantity("1m"))
    #expect(Quantity("-1500u")?.roundedUpToMilli == Quantity("-2m"))
    #expect(Quantity("1.5")?.roundedUpToMilli == Quantity("1500m"))
  }

  @Test(arguments: ["", "-", ".", "m", "1i", "1mi", "1.5e", "1 Gi", "Gi", "1e100", "1.2.3", "0x10"])
  func refusesWhatIsNone(_ text: String) { #expect(Quantity(text) == nil) }
}
