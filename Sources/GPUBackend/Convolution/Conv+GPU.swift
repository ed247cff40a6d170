internal import Covers
internal import GPUKernels
package import Graphs
package import Tensors

extension Conv: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    if addsResidual, node.constant(ofInput: 3) != nil { return "a constant residual" }
    return node.convolutionObstacle
  }

  package func writesChannels(of node: GPUNode) -> Bool { BlockActivation(activation) != nil }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    if isDepthwise(node) { return try lowerDepthwise(node, in: lowering) }
    let (input, output) = (try lowering.channels(ofInput: 0), try lowering.output(0))
    let residual = addsResidual ? try lowering.channels(ofInput: 3) : nil
    let work = try work(node, input: input, output: output, residual: residual)
    return try lowering.convolve([work], output: output, activation: activation)
  }

  /// Whether every filter reads a single channel, by a window whose columns a kernel can write out.
  func isDepthwise(_ node: GPUNode) -> Bool {
    guard groups > 1, groups == node.shape(ofInput: 0)?[1], let weight = node.shape(ofInput: 1)
    else { return false }
    return weight[1] == 1 && (weight.rank < 4 || weight[2] <= 32)
  }

  func window(_ node: GPUNode) throws(HewnError) -> WindowGeometry {
    guard let input = node.shape(ofInput: 0), let weight = node.shape(ofInput: 1) else {
      throw HewnError(.internal, "a convolution without input or weights")
    }
    return try geometry(input: input, weight: weight).rowsAndColumns
  }

  /// A branch for every few groups: together they have the rows of a segment, and a filter's zeros in the
  /// channels of other groups are what a segment of theirs would be filled up with.
  private func branches(
    _ node: GPUNode, _ window: WindowGeometry, channels: Int
  ) throws(HewnError) -> [BlockWork.Branch] {
    let weights = try node.constantWeights()
    let values = weights.floats()
    let bias = try node.bias(rows: weights.shape[0])
    let filters = weights.shape[0] / groups
    let tapCount = window.kernelElementCount
    let groupsOfBranch = BlockWork.leastRows.dividedRoundingUp(by: filters)
    return try stride(from: 0, to: groups, by: groupsOfBranch).map { (first) throws(HewnError) in
      let branchGroups = first..<min(groups, first + groupsOfBranch)
      let branchChannels = branchGroups.lowerBound * channels..<branchGroups.upperBound * channels
      let rows = branchGroups.lowerBound * filters..<branchGroups.upperBound * filters
      let columns = branchChannels.count * tapCount
      var matrix = [Float](repeating: 0, count: rows.count * columns)
      for (row, filter) in rows.enumerated() {
        let group = filter / filters - branchGroups.lowerBound
        let length = channels * tapCount
        let start = row * columns + group * length
        for index in 0..<length { matrix[start + index] = values[filter * length + index] }
      }
      return BlockWork.Branch(
        taps: branchChannels.flatMap { channel in
          (0..<window.kernel[0]).flatMap { r in
            (0..<window.kernel[1]).map { s in
              BlockTap(
                channel: channel, y: r * window.dilations[0] - window.padBegin[0],
                x: s * window.dilations[1] - window.padBegin[1])
            }
          }
        },
        weights: FilterWeights(
          matrix: try FilterMatrix(rows: rows.count, taps: columns, values: matrix),
          bias: Array(bias[rows])),
        firstRow: rows.lowerBound,
        foreignCount: rows.count * (branchGroups.count - 1) * channels * tapCount)
    }
  }
}

extension Conv: GPUCoveredOperator {
  func coversWeights(of node: GPUNode) -> Bool { !isDepthwise(node) }

  func work(
    _ node: GPUNode, input: GPUTensor, output: GPUTensor, residual: GPUTensor?
  ) throws(HewnError) -> BlockWork {
    let window = try window(node)
    var work = BlockWork(
      input: input, output: output, residual: addsResidual ? residual : nil,
      activation: activation)
    work.stride = Spatial(window.strides[0], window.strides[1])
    work.branches = try branches(node, window, channels: input.shape[1] / groups)
    return work
  }
}

/// One convolution for each phase of the output.
extension ConvTranspose: GPUOperator {
  package func gpuObstacle(for node: GPUNode) -> String? { node.convolutionObstacle }

  package func writesChannels(of node: GPUNode) -> Bool { BlockActivation(activation) != nil }

  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let (input, output) = (try lowering.channels(ofInput: 0), try lowering.output(0))
    guard let shape = node.shape(ofInput: 0), let weight = node.shape(ofInput: 1) else {
      throw HewnError(.internal, "a convolution without input or weights")
    }
    let window = TransposedWindow(try geometry(input: shape, weight: weight))
    let (channels, filters) = (shape[1] / groups, output.shape[1] / groups)
    let values = try node.constantWeights().floats()
    let bias = try node.bias(rows: output.shape[1])
    let whole = output.lanesGeometry
    var works: [BlockWork] = []
    for phase in window.phasesOfOutputs {
      let rows = (whole.height - phase.vertical).dividedRoundingUp(by: window.strides[0])
      let columns = (whole.width - phase.horizontal).dividedRoundingUp(by: window.strides[1])
      var work = BlockWork(input: input, output: output, activation: activation)
      work.output.height = rows
      work.output.width = columns
      work.output.rowStride = whole.rowStride * window.strides[0]
      work.output.pixelStride = window.strides[1]
      work.outputMemory = output.memory.advanced(
        byBytes: (phase.vertical * whole.rowStride + phase.horizontal) * output.vectorByteCount)
      for group in 0..<groups {
        let inputs = group * channels..<(group + 1) * channels
        let outputs = group * filters..<(group + 1) * filters
        var taps = inputs.flatMap { channel in
          phase.taps.map { BlockTap(channel: channel, y: $0.dy, x: $0.dx) }
        }
        let starts = inputs.flatMap { channel in
          phase.taps.map { channel * filters * window.tapCount + $0.index }
        }
        var weights = (0..<filters).flatMap { filter in
          starts.map { values[$0 + filter * window.tapCount] }
        }
        if taps.isEmpty {
          // A phase that no tap reaches, which is the bias: no kernel is without taps, and one above the input
          // reads zeros.
          taps = [BlockTap(channel: inputs.lowerBound, y: -rows, x: 0)]
          weights = [Float](repeating: 0, count: filters)
        }
        work.branches.append(
          BlockWork.Branch(
            taps: taps,
            weights: FilterWeights(
              matrix: try FilterMatrix(rows: filters, taps: taps.count, values: weights),
              bias: Array(bias[outputs])),
            firstRow: outputs.lowerBound))
      }
      works.append(work)
    }
    return try lowering.convolve(works, output: output, activation: activation)
  }
}

extension GPUNode {
  /// Why no kernel computes a convolution with inputs X, W, B.
  var convolutionObstacle: String? {
    if let rank = shape(ofInput: 0)?.rank, rank > 4 { return "\(rank - 2) spatial axes" }
    return weightObstacle
  }

  /// Why no kernel packs the weights and the bias of a node with inputs X, W, B.
  var weightObstacle: String? {
    if constant(ofInput: 0) != nil { return "a constant input" }
    if constant(ofInput: 1) == nil { return "weights computed at run time" }
    if shape(ofInput: 2) != nil, constant(ofInput: 2) == nil {
      return "a bias computed at run time"
    }
    return nil
  }

  /// The weights; a node without them has an obstacle.
  func constantWeights() throws(HewnError) -> Tensor {
    guard let weights = constant(ofInput: 1) else {
      throw HewnError(.internal, "weights computed at run time")
    }
    return weights
  }

  /// The bias input, or zeros.
  func bias(rows: Int) throws(HewnError) -> [Float] {
    guard shape(ofInput: 2) != nil else { return [Float](repeating: 0, count: rows) }
    guard let bias = constant(ofInput: 2) else {
      throw HewnError(.internal, "a bias computed at run time")
    }
    return bias.floats()
  }
}
