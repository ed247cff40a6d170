/// Whether A ∘ B holds for each pair of elements, with NumPy broadcasting; nothing holds of NaN.
/// Inputs: A, B of one element type. Output: bool.
package struct Comparison: Operator, Hashable {
  package enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    case equal = "Equal"
    case greater = "Greater"
    case greaterOrEqual = "GreaterOrEqual"
    case less = "Less"
    case lessOrEqual = "LessOrEqual"
  }
  package var kind: Kind
  package var name: String { kind.rawValue }
  package init(_ kind: Kind) { self.kind = kind }
}

/// A ∘ B with NumPy broadcasting, on truth values or on every bit of integers. Inputs: A, B of one
/// element type; A alone where the kind is `not`.
package struct Logic: Operator, Hashable {
  package enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    case and = "And"
    case not = "Not"
    case or = "Or"
    case xor = "Xor"
  }
  package var kind: Kind
  /// Whether elements are integers, not truth values.
  package var isBitwise: Bool
  package var name: String { (isBitwise ? "Bitwise" : "") + kind.rawValue }

  package init(_ kind: Kind, isBitwise: Bool = false) {
    self.kind = kind
    self.isBitwise = isBitwise
  }
}

/// Shifts the bits of A by B places, with NumPy broadcasting; bits that leave are lost. Inputs: A, B
/// of one unsigned type.
package struct BitShift: Operator, Hashable {
  package enum Direction: String, Hashable, Sendable, Codable {
    case left = "LEFT"
    case right = "RIGHT"
  }
  package var direction: Direction
  package var name: String { "BitShift" }
  package init(_ direction: Direction) { self.direction = direction }
}

/// Which elements are not a number. Inputs: X. Output: bool.
package struct IsNaN: Operator, Hashable {
  package var name: String { "IsNaN" }
  package init() {}
}

/// Which elements are infinite. Inputs: X. Output: bool.
package struct IsInf: Operator, Hashable {
  package var detectsNegative: Bool
  package var detectsPositive: Bool
  package var name: String { "IsInf" }

  package init(detectsNegative: Bool = true, detectsPositive: Bool = true) {
    self.detectsNegative = detectsNegative
    self.detectsPositive = detectsPositive
  }
}

/// X where the condition holds, Y elsewhere, with NumPy broadcasting. Inputs: condition (bool), X, Y
/// of one element type.
package struct Where: Operator, Hashable {
  package var name: String { "Where" }
  package init() {}
}
