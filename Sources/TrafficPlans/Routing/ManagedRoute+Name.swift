extension ManagedRoute {
  /// Whether a rule carries one of the names, with a number where it stands for a further rule of that route.
  static func isNamed(_ name: String?, among names: [String]) -> Bool {
    guard let name else { return false }
    return names.contains {
      name == $0 || name.hasPrefix($0 + "-") && Int(name.dropFirst($0.count + 1)) != nil
    }
  }
}
