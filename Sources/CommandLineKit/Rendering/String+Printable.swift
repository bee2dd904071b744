extension String {
  /// The text on one line of a terminal: what others wrote, such as a commit's message, must not move the cursor.
  var printable: String {
    let isHarmless: (Unicode.Scalar) -> Bool = { scalar in
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: false
      default: true
      }
    }
    guard !unicodeScalars.allSatisfy(isHarmless) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { isHarmless($0) ? $0 : " " }))
  }
}
