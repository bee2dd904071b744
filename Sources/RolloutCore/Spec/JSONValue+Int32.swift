import Primitives

extension JSONValue {
  /// The number held to 32 bits, as the API declares its counts and seconds: arithmetic on it cannot overflow.
  var int32: Int? { int.map { min(max($0, Int(Int32.min)), Int(Int32.max)) } }
}
