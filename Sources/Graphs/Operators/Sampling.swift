package import Tensors

/// Reads an image at given positions. Inputs: X [N, C, spatial…], grid [N, output spatial…, axes]:
/// positions in −1…1, the last spatial axis first.
package struct GridSample: Operator, Hashable {
  package enum Mode: String, Hashable, Sendable, Codable { case nearest, linear, cubic }
  /// What stands beyond the border.
  package enum Padding: String, Hashable, Sendable, Codable { case zeros, border, reflection }
  package var mode: Mode
  package var padding: Padding
  /// Whether ±1 are the centres of the border's pixels, otherwise their outer edges.
  package var alignsCorners: Bool
  package var name: String { "GridSample" }

  package init(
    mode: Mode = .linear, padding: Padding = .zeros, alignsCorners: Bool = false
  ) {
    self.mode = mode
    self.padding = padding
    self.alignsCorners = alignsCorners
  }
}

/// The positions that affine maps give the pixels of an image, for `GridSample`. Inputs: theta
/// [N, axes, axes + 1], size (int64 constant: N, C and two or three spatial extents).
package struct AffineGrid: Operator, Hashable {
  /// As in ``GridSample``.
  package var alignsCorners: Bool
  package var name: String { "AffineGrid" }
  package init(alignsCorners: Bool = false) { self.alignsCorners = alignsCorners }
}

extension GridSample {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "X", "grid")
    let x = try mode == .nearest ? inputs.required(0).type : inputs.number(0).type
    let grid = try inputs.float(1).shape
    let axes = x.shape.rank - 2
    guard axes >= 1, grid.rank == axes + 2, grid[0] == x.shape[0], grid[axes + 1] == axes else {
      throw HewnError(
        .invalidFile,
        "grid has shape \(grid), expected \(x.shape.rank) axes for X of shape \(x.shape), the last of"
          + " extent \(max(axes, 0))")
    }
    let output = try Shape(
      checking: [x.shape[0], x.shape[1]] + grid.dimensions[1...axes])
    guard output.elementCount == 0 || x.shape.elementCount > 0 else {
      throw HewnError(.invalidFile, "X of shape \(x.shape) has no pixels to read")
    }
    return [TensorType(x.element, output)]
  }

  /// Two operations for each neighbour: 1 (nearest: none), 2 or 4 along each axis.
  package func operationCount(inputs: [TensorType?], outputs: [TensorType]) -> OperationCount {
    let axes = outputs[0].shape.rank - 2
    let neighbours =
      switch mode {
      case .nearest: 0
      case .linear: 1 << axes
      case .cubic: 1 << (2 * axes)
      }
    return OperationCount(
      flops: OperationCount.product(2 * neighbours, outputs[0].shape.elementCount),
      moving: inputs, outputs)
  }
}

extension AffineGrid {
  package func outputTypes(for inputs: [Operand?]) throws(HewnError) -> [TensorType] {
    let inputs = try OperandList(inputs, "theta", "size")
    let theta = try inputs.float(0).type
    let size = try inputs.integers(1)
    guard size.count == 4 || size.count == 5 else {
      throw HewnError(.invalidFile, "size is \(size), expected N, C and two or three extents")
    }
    let axes = size.count - 2
    guard theta.shape.dimensions == [size[0], axes, axes + 1] else {
      throw HewnError(
        .invalidFile, "theta has shape \(theta.shape), expected \(size[0])×\(axes)×\(axes + 1)")
    }
    return [TensorType(theta.element, try Shape(checking: [size[0]] + size[2...] + [axes]))]
  }
}
