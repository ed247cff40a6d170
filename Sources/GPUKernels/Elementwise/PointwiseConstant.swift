/// A number that an expression holds. Numbers are equal where their bits are, as 1 / +0 is not 1 / −0; NaN
/// is one number.
package struct PointwiseConstant: Hashable, Sendable {
  private let bitPattern: UInt32

  package init(_ value: Float) {
    bitPattern = (value.isNaN ? Float.nan : value).bitPattern
  }

  package var value: Float { Float(bitPattern: bitPattern) }
}

extension PointwiseConstant: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  package init(floatLiteral value: Float) { self.init(value) }
  package init(integerLiteral value: Float) { self.init(value) }
}

extension PointwiseConstant: CustomStringConvertible {
  package var description: String { value.description }
}
