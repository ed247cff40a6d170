internal import Covers
internal import GPUKernels
package import Graphs
package import Tensors

/// A matrix product with constant weights is a convolution of single pixels.
extension Gemm: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    if transposesA { return "a transposed input" }
    if let obstacle = node.weightObstacle { return obstacle }
    guard let shape = node.shape(ofInput: 2) else { return nil }
    let isRow = shape.elementCount == 1 || shape.elementCount == node.outputs[0].shape[1]
    return isRow && shape.dimensions.last ?? 1 == shape.elementCount
      ? nil : "C of shape \(shape), which is no row"
  }

  package func writesChannels(of node: GPUNode) -> Bool { BlockActivation(activation) != nil }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let output = try lowering.output(0)
    let work = try work(
      node, input: try lowering.channels(ofInput: 0), output: output, residual: nil)
    return try lowering.convolve([work], output: output, activation: activation)
  }
}

extension Gemm: GPUCoveredOperator {
  func work(
    _ node: GPUNode, input: GPUTensor, output: GPUTensor, residual: GPUTensor?
  ) throws(HewnError) -> BlockWork {
    let matrix = try FilterMatrix(
      try node.constantWeights(), transposed: transposesB, scale: alpha)
    var bias = [Float](repeating: 0, count: matrix.rows)
    if let constant = node.constant(ofInput: 2) {
      let values = constant.floats()
      for row in bias.indices { bias[row] = beta * (values.count == 1 ? values[0] : values[row]) }
    }
    var work = BlockWork(input: input, output: output, activation: activation)
    work.branches = [.product(FilterWeights(matrix: matrix, bias: bias))]
    return work
  }
}

/// A product of every row of the images' matrices with one constant matrix: rows are pixels, and the elements
/// of a row, which follow each other, are channels.
extension MatMul: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    if node.constant(ofInput: 0) != nil { return "a constant on the left" }
    guard let weights = node.constant(ofInput: 1) else {
      return "two operands computed at run time"
    }
    guard weights.shape.rank == 2, (node.shape(ofInput: 0)?.rank ?? 0) >= 2 else {
      return "operands of \(node.shape(ofInput: 0) ?? []) and \(weights.shape)"
    }
    return nil
  }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let (input, output) = (try lowering.input(0), try lowering.output(0))
    let work = try work(node, input: input, output: output, residual: nil)
    return try lowering.convolve([work], output: output, activation: .identity)
  }
}

extension MatMul: GPUCoveredOperator {
  func work(
    _ node: GPUNode, input: GPUTensor, output: GPUTensor, residual: GPUTensor?
  ) throws(HewnError) -> BlockWork {
    let matrix = try FilterMatrix(try node.constantWeights(), transposed: false, scale: 1)
    let rows = input.vectorCount / matrix.taps
    var work = BlockWork(
      input: input.reshaped(to: [input.shape[0], matrix.taps, rows]),
      output: output.reshaped(to: [output.shape[0], matrix.rows, rows]), activation: .identity)
    work.input = LanesGeometry(rowMajorPixels: rows, channels: matrix.taps)
    work.output = LanesGeometry(rowMajorPixels: rows, channels: matrix.rows)
    let bias = [Float](repeating: 0, count: matrix.rows)
    work.branches = [.product(FilterWeights(matrix: matrix, bias: bias))]
    return work
  }
}

extension LanesGeometry {
  /// Pixels of which each has its channels in a run.
  fileprivate init(rowMajorPixels count: Int, channels: Int) {
    self.init(channels: channels, height: 1, width: count)
    channelStride = 1
    rowStride = channels * count
    pixelStride = channels
  }
}
