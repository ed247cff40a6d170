extension DefaultStringInterpolation {
  /// A number with a fixed count of decimals.
  package mutating func appendInterpolation(_ value: Double, places: Int) {
    appendLiteral(Numbers.fixed(value, places: places))
  }

  /// An integer with its digits in groups of three.
  package mutating func appendInterpolation(grouped value: Int) {
    appendLiteral(Numbers.grouped(value))
  }
}

/// Numbers as people read them.
package enum Numbers {
  /// `1.50`; never a negative zero.
  package static func fixed(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    let unit = (0..<places).reduce(1.0) { unit, _ in unit * 10 }
    let scaled = (abs(value) * unit).rounded()
    // Beyond this, a double has no decimals left.
    guard scaled < 0x1p53 else { return "\(value)" }
    var digits = String(Int(scaled))
    if digits.count <= places {
      digits = String(repeating: "0", count: places + 1 - digits.count) + digits
    }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + digits }
    return "\(sign)\(digits.dropLast(places)).\(digits.suffix(places))"
  }

  /// Three significant digits: `0.00123`, `1.23`, `123`; `1.23e-07` for the very small and large.
  package static func significant(_ value: Double) -> String {
    let magnitude = abs(value)
    switch magnitude {
    case 0: return "0"
    case 1e-3..<0.01: return fixed(value, places: 5)
    case 0.01..<0.1: return fixed(value, places: 4)
    case 0.1..<1: return fixed(value, places: 3)
    case 1..<10: return fixed(value, places: 2)
    case 10..<100: return fixed(value, places: 1)
    case 100..<1e6: return fixed(value, places: 0)
    default: return scientific(value)
    }
  }

  /// `1.23e-07`.
  package static func scientific(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    var mantissa = abs(value)
    var exponent = 0
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    if mantissa >= 9.995 {
      mantissa /= 10
      exponent += 1
    }
    let digits = String(abs(exponent))
    return (value < 0 ? "-" : "") + fixed(mantissa, places: 2) + "e" + (exponent < 0 ? "-" : "+")
      + (digits.count < 2 ? "0" : "") + digits
  }

  /// `1,234,567`.
  package static func grouped(_ value: Int) -> String {
    var result = ""
    for (index, digit) in String(value.magnitude).reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return (value < 0 ? "-" : "") + String(result.reversed())
  }

  /// `12.3 %` of a whole; `-` of nothing.
  package static func percent(_ part: Int, of whole: Int) -> String {
    whole == 0 ? "-" : percent(Double(part) / Double(whole))
  }

  /// `12.3 %`.
  package static func percent(_ fraction: Double) -> String {
    fixed(fraction * 100, places: 1) + " %"
  }

  /// `512 B`, `1.5 kB`, `2.3 MB`; powers of 1,000.
  package static func bytes(_ count: Int) -> String {
    var value = Double(count)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 { return fixed(value, places: unit == "B" ? 0 : 1) + " " + unit }
      value /= 1000
    }
    return fixed(value, places: 1) + " TB"
  }

  /// `1×3×32×32`; `scalar` for no extents.
  package static func shape(_ shape: [Int]) -> String {
    shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×")
  }
}
