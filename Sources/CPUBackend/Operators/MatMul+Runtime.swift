internal import Graphs
internal import Tensors

extension MatMul {
  /// The step of a product whose operands are both computed at run time, or of any that has no
  /// faster one.
  ///
  /// Matrices are the last two axes; a vector is a row on the left and a column on the right.
  func runtimeStep(
    for node: NodeContext, inputs: [Located?], output: Located
  ) throws(HewnError) -> any Step {
    let a = (node.shape(ofInput: 0) ?? []).dimensions
    let b = (node.shape(ofInput: 1) ?? []).dimensions
    let left = a.count == 1 ? [1, a[0]] : a
    let right = b.count == 1 ? [b[0], 1] : b
    let (rows, depth) = (left[left.count - 2], left[left.count - 1])
    let columns = right[right.count - 1]
    let batches = [Shape(left.dropLast(2)), Shape(right.dropLast(2))]
    let batch = try Shape.broadcast(batches[0], batches[1])
    let starts = zip(batches, [rows * depth, depth * columns]).map { shape, size in
      let lead = batch.rank - shape.rank
      let strides = (0..<batch.rank).map { axis in
        axis < lead || shape[axis - lead] == 1 ? 0 : shape.strides[axis - lead] * size
      }
      return flatOffsets(extents: batch.dimensions[...], strides: strides[...])
    }
    return try MatMulStep(
      rows: rows, depth: depth, columns: columns, a: try node.source(ofInput: 0, inputs).floats,
      aStarts: starts[0], b: try node.source(ofInput: 1, inputs).floats, bStarts: starts[1],
      target: output.placement.offset)
  }
}
