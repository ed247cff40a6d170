package import Tensors

/// Padding with every axis resolved; a negative entry crops.
///
/// Crops come first: what reflects, repeats or wraps is the cropped tensor.
package struct PadGeometry: Hashable, Sendable {
  /// Elements added before each axis, of every axis of the input.
  package var begin: [Int]
  /// Elements added after each axis.
  package var end: [Int]
  package var outputExtents: [Int]
}

extension Pad {
  /// Resolves the padding for inputs data, pads, value and axes.
  ///
  /// - Throws: `invalidFile` where pads and data disagree, `unsupported` for pads or axes that are
  ///   not constant.
  package func geometry(for inputs: [Operand?]) throws(HewnError) -> PadGeometry {
    let inputs = try OperandList(inputs, "data", "pads", "constant_value", "axes")
    let shape = try inputs.required(0).shape
    let pads = try inputs.integers(1)
    let axes =
      if let given = try inputs.optionalIntegers(3) {
        try shape.normalized(axes: given)
      } else {
        Array(0..<shape.rank)
      }
    guard pads.count == 2 * axes.count else {
      throw HewnError(
        .invalidFile,
        "pads has \(pads.count) entries, expected \(2 * axes.count) for data of shape \(shape)")
    }
    var geometry = PadGeometry(
      begin: [Int](repeating: 0, count: shape.rank), end: [Int](repeating: 0, count: shape.rank),
      outputExtents: shape.dimensions)
    for (index, axis) in axes.enumerated() {
      let (begin, end) = (pads[index], pads[axes.count + index])
      geometry.begin[axis] = begin
      geometry.end[axis] = end
      geometry.outputExtents[axis] = try outputExtent(
        of: shape[axis], begin: begin, end: end, axis: axis)
    }
    return geometry
  }

  private func outputExtent(
    of extent: Int, begin: Int, end: Int, axis: Int
  ) throws(HewnError) -> Int {
    let limit = Shape.maximumElementCount
    guard (-limit...limit).contains(begin), (-limit...limit).contains(end) else {
      throw HewnError(.unsupported, "pads \(begin) and \(end) of axis \(axis) are beyond 2^40")
    }
    let kept = extent + min(begin, 0) + min(end, 0)
    guard kept >= 0 else {
      throw HewnError(
        .invalidFile, "pads \(begin) and \(end) crop more than extent \(extent) of axis \(axis)")
    }
    let most =
      switch mode {
      case .constant: limit
      case .reflect: max(0, kept - 1)
      case .edge, .wrap: kept == 0 ? 0 : limit
      }
    guard begin <= most, end <= most else {
      throw HewnError(
        .invalidFile,
        "pads \(begin) and \(end) of axis \(axis) are too large for mode \(mode.rawValue) and"
          + " extent \(kept)")
    }
    return kept + max(begin, 0) + max(end, 0)
  }

  /// The element of 0..<extent that stands at a position, which may lie outside; `nil` for the
  /// padding value.
  package func source(of position: Int, extent: Int) -> Int? {
    if position >= 0 && position < extent { return position }
    switch mode {
    case .constant: return nil
    case .edge: return position < 0 ? 0 : extent - 1
    case .reflect: return position < 0 ? -position : 2 * (extent - 1) - position
    case .wrap:
      let rest = position % extent
      return rest < 0 ? rest + extent : rest
    }
  }
}
