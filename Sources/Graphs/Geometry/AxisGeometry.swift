package import Tensors

/// A row-major tensor seen as [outer, extent, inner] around one axis, or around a run of axes.
package struct AxisGeometry: Hashable, Sendable {
  package var outer: Int
  package var extent: Int
  package var inner: Int

  /// - Precondition: `axes` lies inside the shape.
  package init(_ shape: Shape, axes: Range<Int>) {
    outer = shape.dimensions[..<axes.lowerBound].reduce(1, *)
    extent = shape.dimensions[axes].reduce(1, *)
    inner = shape.dimensions[axes.upperBound...].reduce(1, *)
  }

  /// - Precondition: `axis` is an axis of the shape, counted from the front.
  package init(_ shape: Shape, axis: Int) { self.init(shape, axes: axis..<axis + 1) }
}

extension Softmax {
  /// What is normalized together: `extent` elements for each of outer · inner.
  ///
  /// - Throws: `invalidFile` for an axis that does not exist.
  package func geometry(input: Shape) throws(HewnError) -> AxisGeometry {
    let axis = try input.normalized(axis: axis)
    return AxisGeometry(input, axes: axis..<(flattens ? input.rank : axis + 1))
  }
}

extension Shape {
  /// Every axis counted from the front.
  ///
  /// - Throws: `invalidFile` for an axis outside the shape or named twice.
  package func normalized(axes: [Int]) throws(HewnError) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      let axis = try normalized(axis: axis)
      guard !result.contains(axis) else {
        throw HewnError(.invalidFile, "axis \(axis) is named twice in \(axes)")
      }
      result.append(axis)
    }
    return result
  }
}
