package import Tensors

/// A slice with every axis resolved: output index i of an axis reads input index
/// start + i · step.
package struct SliceGeometry: Hashable, Sendable {
  /// The range of one axis.
  package struct Axis: Hashable, Sendable {
    package var start: Int
    /// Not 0; 1 where fewer than two elements are taken.
    package var step: Int
    package var count: Int
  }

  /// One range for each axis of the input.
  package var axes: [Axis]

  /// The extents of the output.
  package var outputExtents: [Int] { axes.map(\.count) }
}

extension Slice {
  /// Resolves the ranges for inputs X, starts, ends, axes and steps.
  ///
  /// - Throws: `invalidFile` for lists that do not fit together or to X, `unsupported` for lists
  ///   that are not constant.
  package func geometry(for inputs: [Operand?]) throws(HewnError) -> SliceGeometry {
    let inputs = try OperandList(inputs, "data", "starts", "ends", "axes", "steps")
    let shape = try inputs.required(0).shape
    let starts = try inputs.integers(1)
    let ends = try inputs.integers(2)
    let axes = try inputs.optionalIntegers(3) ?? Array(starts.indices)
    let steps = try inputs.optionalIntegers(4) ?? [Int](repeating: 1, count: starts.count)
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
      throw HewnError(
        .invalidFile,
        "starts, ends, axes and steps have \(starts.count), \(ends.count), \(axes.count) and"
          + " \(steps.count) entries, expected equally many")
    }
    var ranges = shape.dimensions.map { SliceGeometry.Axis(start: 0, step: 1, count: $0) }
    for (index, axis) in try shape.normalized(axes: axes).enumerated() {
      guard steps[index] != 0 else {
        throw HewnError(.invalidFile, "step 0 along axis \(axis)")
      }
      ranges[axis] = .init(
        start: starts[index], end: ends[index], step: steps[index], extent: shape[axis])
    }
    return SliceGeometry(axes: ranges)
  }
}

extension SliceGeometry.Axis {
  /// Clamps as ONNX does: negative positions count from the back, and what still lies outside moves
  /// to the nearest end.
  init(start: Int, end: Int, step: Int, extent: Int) {
    let from = start < 0 ? start + extent : start
    let to = end < 0 ? end + extent : end
    let first: Int
    let distance: Int
    if step > 0 {
      first = min(max(from, 0), extent)
      distance = min(max(to, 0), extent) - first
    } else {
      first = min(max(from, 0), extent - 1)
      distance = first - min(max(to, -1), extent - 1)
    }
    // The division runs on the negative side, where the magnitude of Int.min exists.
    let count = distance <= 0 ? 0 : (1 - distance) / (step > 0 ? -step : step) + 1
    self.init(start: count == 0 ? 0 : first, step: count > 1 ? step : 1, count: count)
  }
}
