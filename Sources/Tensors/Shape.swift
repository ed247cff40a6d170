/// The extents of a tensor, outermost first; rank 0 is a scalar.
package struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  package let dimensions: [Int]
  /// The product of the dimensions.
  package let elementCount: Int

  /// The greatest number of dimensions that Hewn accepts.
  package static let maximumRank = 8
  /// The greatest number of elements that Hewn accepts in one tensor: 2^40.
  package static let maximumElementCount = 1 << 40

  /// Checks dimensions that come from outside.
  ///
  /// - Throws: `unsupported` for a negative dimension, a rank above ``maximumRank``, or more than
  ///   ``maximumElementCount`` elements.
  package init(checking dimensions: [Int]) throws(HewnError) {
    guard dimensions.count <= Self.maximumRank else {
      throw HewnError(
        .unsupported, "rank \(dimensions.count) is above the limit of \(Self.maximumRank)")
    }
    var product = 1
    var isEmpty = false
    for dimension in dimensions {
      guard dimension >= 0 else {
        throw HewnError(.unsupported, "negative dimension in \(dimensions)")
      }
      if dimension == 0 {
        isEmpty = true
        continue
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      guard !overflow, next <= Self.maximumElementCount else {
        throw HewnError(.unsupported, "shape \(dimensions) has more than 2^40 elements")
      }
      product = next
    }
    self.dimensions = dimensions
    self.elementCount = isEmpty ? 0 : product
  }

  /// A shape of our own making; traps where `init(checking:)` would throw.
  package init(_ dimensions: [Int]) {
    guard let shape = try? Shape(checking: dimensions) else {
      preconditionFailure("invalid shape \(dimensions)")
    }
    self = shape
  }

  package init(arrayLiteral elements: Int...) { self.init(elements) }

  package var rank: Int { dimensions.count }
  package subscript(axis: Int) -> Int { dimensions[axis] }
  package var description: String { dimensions.map(String.init).joined(separator: "×") }

  /// Row-major strides in elements.
  package var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * Swift.max(1, dimensions[axis + 1])
    }
    return strides
  }

  /// `axis` counted from the front, negative values from the back.
  ///
  /// - Throws: `invalidFile` when the axis lies outside `-rank..<rank`.
  package func normalized(axis: Int) throws(HewnError) -> Int {
    guard axis >= -rank, axis < rank else {
      throw HewnError(.invalidFile, "axis \(axis) does not exist in shape \(self) of rank \(rank)")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// The shape that `lhs` and `rhs` broadcast to by NumPy's rules.
  ///
  /// - Throws: `invalidFile` when two dimensions differ and neither is 1.
  package static func broadcast(_ lhs: Shape, _ rhs: Shape) throws(HewnError) -> Shape {
    let rank = Swift.max(lhs.rank, rhs.rank)
    var dimensions = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let l = axis - (rank - lhs.rank)
      let r = axis - (rank - rhs.rank)
      let a = l < 0 ? 1 : lhs[l]
      let b = r < 0 ? 1 : rhs[r]
      guard a == b || a == 1 || b == 1 else {
        throw HewnError(.invalidFile, "shapes \(lhs) and \(rhs) do not broadcast")
      }
      dimensions[axis] = a == 1 ? b : a
    }
    return try Shape(checking: dimensions)
  }
}

/// The element type and shape of a tensor.
package struct TensorType: Hashable, Sendable, Codable, CustomStringConvertible {
  package var element: ElementType
  package var shape: Shape

  package init(_ element: ElementType, _ shape: Shape) {
    self.element = element
    self.shape = shape
  }

  /// The bytes that the elements take.
  package var byteCount: Int { shape.elementCount * element.byteCount }
  package var description: String { "\(element.rawValue)[\(shape)]" }
}

/// A shape is coded as the array of its dimensions and checked when it is read.
extension Shape: Codable {
  package init(from decoder: any Decoder) throws {
    try self.init(checking: decoder.singleValueContainer().decode([Int].self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(dimensions)
  }
}
