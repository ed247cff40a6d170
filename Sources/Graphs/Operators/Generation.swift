package import Tensors

/// The extents of the input as int64. Inputs: X.
package struct ShapeOf: Operator, Hashable {
  package var start: Int
  package var end: Int?
  package var name: String { "Shape" }

  package init(start: Int = 0, end: Int? = nil) {
    self.start = start
    self.end = end
  }
}

/// A tensor of one repeated element. Inputs: shape (int64 constant).
package struct ConstantOfShape: Operator, Sendable {
  /// One element of any type and shape [1].
  package var value: Tensor
  package var name: String { "ConstantOfShape" }
  package init(value: Tensor = Tensor([1], [Float(0)])) { self.value = value }
}

/// The number of elements as an int64 scalar. Inputs: X.
package struct SizeOf: Operator, Hashable {
  package var name: String { "Size" }
  package init() {}
}

/// start + i · delta up to limit, which is left out. Inputs: start, limit, delta, constant scalars of
/// one type.
package struct RangeOf: Operator, Hashable {
  package var name: String { "Range" }
  package init() {}
}

/// Ones on a diagonal, zeros elsewhere. Inputs: X, a matrix whose shape the result has.
package struct EyeLike: Operator, Hashable {
  /// `nil` means the input's.
  package var element: ElementType?
  /// How far the diagonal lies above the main one.
  package var diagonal: Int
  package var name: String { "EyeLike" }

  package init(element: ElementType? = nil, diagonal: Int = 0) {
    self.element = element
    self.diagonal = diagonal
  }
}

/// Marks indices along a new axis. Inputs: indices (numbers; negative from the end, outside marks
/// nothing), depth (constant scalar; the new axis' extent), values [off, on].
package struct OneHot: Operator, Hashable {
  package var axis: Int
  package var name: String { "OneHot" }
  package init(axis: Int = -1) { self.axis = axis }
}

/// The indices of the elements that are not zero, one column each, as int64[rank, count]. Inputs: X
/// (constant, as it decides the count).
package struct NonZero: Operator, Hashable {
  package var name: String { "NonZero" }
  package init() {}
}

/// The different elements, or slices along an axis. Inputs: X (constant, as it decides the count).
/// Outputs: these, where each occurs first, which of them each element or slice is, how often each
/// occurs.
package struct Unique: Operator, Hashable {
  /// `nil` means elements.
  package var axis: Int?
  /// Ascending, otherwise by first occurrence.
  package var isSorted: Bool
  package var name: String { "Unique" }

  package init(axis: Int? = nil, isSorted: Bool = true) {
    self.axis = axis
    self.isSorted = isSorted
  }
}
