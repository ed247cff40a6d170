/// A constant of the text (ISA, "Constants").
enum Literal: Hashable, Sendable {
  /// `12`, `0x1F`, `017`, `0b11`, each also with a trailing `U` or a minus before it.
  case integer(magnitude: UInt64, isNegative: Bool)
  /// `0f` and the 8 hexadecimal digits of an f32.
  case single(UInt32)
  /// `0d` and 16 hexadecimal digits, or a decimal number with a point or an exponent.
  case double(Double)

  /// Reads the text of a number; `nil` where it is none, or too large.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    switch bytes.prefix(2).last.map({ $0 | 0x20 }) {
    case UInt8(ascii: "f") where bytes.count == 10 && bytes[0] == UInt8(ascii: "0"):
      guard let bits = UInt32(digits: bytes.dropFirst(2), radix: 16) else { return nil }
      self = .single(bits)
    case UInt8(ascii: "d") where bytes.count == 18 && bytes[0] == UInt8(ascii: "0"):
      guard let bits = UInt64(digits: bytes.dropFirst(2), radix: 16) else { return nil }
      self = .double(Double(bitPattern: bits))
    default:
      if let magnitude = Literal.magnitude(bytes) {
        self = .integer(magnitude: magnitude, isNegative: false)
      } else if let value = Literal.decimal(text) {
        self = .double(value)
      } else {
        return nil
      }
    }
  }

  private static func magnitude(_ bytes: [UInt8]) -> UInt64? {
    let digits = bytes.last == UInt8(ascii: "U") ? bytes.dropLast() : bytes[...]
    guard digits.first == UInt8(ascii: "0"), digits.count > 1 else {
      return UInt64(digits: digits, radix: 10)
    }
    return switch digits[1] | 0x20 {
    case UInt8(ascii: "x"): UInt64(digits: digits.dropFirst(2), radix: 16)
    case UInt8(ascii: "b"): UInt64(digits: digits.dropFirst(2), radix: 2)
    default: UInt64(digits: digits.dropFirst(), radix: 8)
    }
  }

  /// Digits with a point or an exponent, of a value that is finite and not too small.
  private static func decimal(_ text: String) -> Double? {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }),
      text.utf8.allSatisfy({ Array("0123456789.eE+-".utf8).contains($0) }),
      let value = Double(text), value.isFinite
    else { return nil }
    let isZero = text.prefix { $0 != "e" && $0 != "E" }.allSatisfy { $0 == "0" || $0 == "." }
    return value == 0 && !isZero ? nil : value
  }

  /// With a minus before it.
  var negated: Literal {
    switch self {
    case .integer(let magnitude, _): .integer(magnitude: magnitude, isNegative: true)
    case .single(let bits): .single(bits ^ 1 << 31)
    case .double(let value): .double(-value)
    }
  }

  /// The two's complement of an integer in so many bits; `nil` where it does not fit, signed or unsigned,
  /// and for floats.
  func bits(_ count: Int) -> UInt64? {
    guard case .integer(let magnitude, let isNegative) = self else { return nil }
    let mask: UInt64 = count >= 64 ? .max : (1 << UInt64(count)) - 1
    if isNegative { return magnitude <= mask / 2 + 1 ? (0 &- magnitude) & mask : nil }
    return magnitude <= mask ? magnitude : nil
  }

  /// An integer's value, where it fits.
  var integer: Int? {
    guard case .integer(let magnitude, let isNegative) = self else { return nil }
    return isNegative ? Int(exactly: -Int128(magnitude)) : Int(exactly: magnitude)
  }

  /// The bits of a float as an f32, rounded to the nearest; `nil` for integers and where it would become
  /// infinite by rounding.
  var singleBits: UInt32? {
    switch self {
    case .integer: return nil
    case .single(let bits): return bits
    case .double(let value):
      let rounded = Float(value)
      return rounded.isInfinite && value.isFinite ? nil : rounded.bitPattern
    }
  }
}

extension FixedWidthInteger {
  /// Digits alone, without signs; `nil` where there are none, others or too many.
  fileprivate init?(digits: ArraySlice<UInt8>, radix: Self) {
    guard !digits.isEmpty else { return nil }
    var value: Self = 0
    for byte in digits {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      guard Self(digit) < radix else { return nil }
      let (product, overflows) = value.multipliedReportingOverflow(by: radix)
      let (sum, carries) = product.addingReportingOverflow(Self(digit))
      guard !overflows, !carries else { return nil }
      value = sum
    }
    self = value
  }
}
