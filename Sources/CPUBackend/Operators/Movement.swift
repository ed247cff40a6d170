package import CPUKernels
package import Graphs
package import Tensors

/// An operator that copies elements to other places.
protocol MovingOperator: CPUOperator {
  /// The axes of the output with what they read, and where index 0 of strided axes lies.
  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan
}

/// What a moving operator reads for its output.
struct MovePlan {
  var axes: [MoveAxis]
  /// Floats from the source's first element to where strided axes start.
  var sourceStart = 0
  var filler: Float = 0
}

/// A tensor's strides, whatever its layout.
struct StridedTensor {
  var shape: Shape
  /// Floats to the next index of each axis.
  var strides: [Int]
  /// Floats from the tensor's start to its first element.
  var origin: Int

  init(_ shape: Shape, _ grid: PlaneGrid) {
    self.shape = shape
    if grid.planes == nil {
      strides = shape.strides
    } else {
      let outer = [grid.imageStride, grid.channelStride]
      strides = outer + (shape.rank == 4 ? [grid.pitch, 1] : [1])
    }
    origin = grid.origin
  }
}

extension MovingOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    node.spatialLayouts()
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let input = try node.source(ofInput: 0, inputs)
    let output = GridTarget(outputs[0])
    let source = StridedTensor(node.shape(ofInput: 0) ?? [], input.grid)
    let target = StridedTensor(outputs[0].shape, output.grid)
    guard outputs[0].shape.elementCount > 0 else { return try MoveStep([], targets: []) }
    let plan = try moves(node, from: source, to: target)
    let move = try Move(
      plan.axes, source: input.floats, sourceStart: source.origin + plan.sourceStart,
      targetStart: output.offset + target.origin, filler: plan.filler)
    return try MoveStep([move], targets: [output])
  }
}

extension Transpose: MovingOperator {
  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan {
    let order = permutation.isEmpty ? Array((0..<source.shape.rank).reversed()) : permutation
    return MovePlan(
      axes: target.shape.dimensions.indices.map { axis in
        MoveAxis(
          extent: target.shape[axis], source: .stride(source.strides[order[axis]]),
          targetStride: target.strides[axis])
      })
  }
}

extension Slice: MovingOperator {
  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan {
    let ranges = try geometry(for: node.inputs).axes
    return MovePlan(
      axes: ranges.enumerated().map { axis, range in
        MoveAxis(
          extent: range.count, source: .stride(range.step * source.strides[axis]),
          targetStride: target.strides[axis])
      },
      sourceStart: zip(ranges, source.strides).reduce(0) { $0 + $1.0.start * $1.1 })
  }
}

extension Expand: MovingOperator {
  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan {
    let lead = target.shape.rank - source.shape.rank
    return MovePlan(
      axes: target.shape.dimensions.enumerated().map { axis, extent in
        let isRepeated = axis < lead || source.shape[axis - lead] == 1
        return MoveAxis(
          extent: extent, source: .stride(isRepeated ? 0 : source.strides[axis - lead]),
          targetStride: target.strides[axis])
      })
  }
}

extension DepthToSpace: MovingOperator {
  /// Rows and columns of a block are axes of their own; columns of the input are innermost, because
  /// they are the longest.
  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan {
    let channels = target.shape[1]
    // Input channels from one output channel, block row and block column to the next.
    let (channel, row, column) =
      switch mode {
      case .depthColumnRow: (1, blockSize * channels, channels)
      case .columnRowDepth: (blockSize * blockSize, blockSize, 1)
      }
    let (s, t) = (source.strides, target.strides)
    func axis(_ extent: Int, _ stride: Int, _ targetStride: Int) -> MoveAxis {
      MoveAxis(extent: extent, source: .stride(stride), targetStride: targetStride)
    }
    return MovePlan(axes: [
      axis(target.shape[0], s[0], t[0]), axis(channels, channel * s[1], t[1]),
      axis(source.shape[2], s[2], blockSize * t[2]), axis(blockSize, row * s[1], t[2]),
      axis(blockSize, column * s[1], t[3]), axis(source.shape[3], s[3], blockSize * t[3]),
    ])
  }
}

extension SpaceToDepth: MovingOperator {
  /// As `DepthToSpace`, the other way.
  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan {
    let channels = source.shape[1]
    let (s, t) = (source.strides, target.strides)
    func axis(_ extent: Int, _ stride: Int, _ targetStride: Int) -> MoveAxis {
      MoveAxis(extent: extent, source: .stride(stride), targetStride: targetStride)
    }
    return MovePlan(axes: [
      axis(source.shape[0], s[0], t[0]), axis(blockSize, s[2], blockSize * channels * t[1]),
      axis(blockSize, s[3], channels * t[1]), axis(channels, s[1], t[1]),
      axis(target.shape[2], blockSize * s[2], t[2]), axis(target.shape[3], blockSize * s[3], t[3]),
    ])
  }
}

extension Graphs.Tile: MovingOperator {
  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan {
    MovePlan(
      axes: target.shape.dimensions.indices.map { axis in
        let (extent, stride) = (source.shape[axis], source.strides[axis])
        return MoveAxis(
          extent: target.shape[axis],
          source: extent == target.shape[axis]
            ? .stride(stride) : .offsets((0..<target.shape[axis]).map { $0 % extent * stride }),
          targetStride: target.strides[axis])
      })
  }
}

extension CenterCropPad: MovingOperator {
  func moves(
    _ node: NodeContext, from source: StridedTensor, to target: StridedTensor
  ) throws(HewnError) -> MovePlan {
    MovePlan(
      axes: target.shape.dimensions.indices.map { axis in
        let stride = source.strides[axis]
        let indices = Self.sources(extent: source.shape[axis], target: target.shape[axis])
        return MoveAxis(
          extent: target.shape[axis],
          source: .offsets(indices.map { $0.map { $0 * stride } ?? Move.outside }),
          targetStride: target.strides[axis])
      })
  }
}

extension ConstantOfShape: CPUOperator {
  package func layouts(for node: NodeContext) throws(HewnError) -> LayoutDemands {
    return .plain(node)
  }

  package func makeStep(
    for node: NodeContext, inputs: [Located?], outputs: [Located], kernels: KernelSet
  ) throws(HewnError) -> any Step {
    let axis = MoveAxis(
      extent: outputs[0].shape.elementCount, source: .stride(0), targetStride: 1)
    let move = try Move(
      [axis], source: .constant(try AlignedArray(value.floats())),
      targetStart: outputs[0].placement.offset)
    return try MoveStep([move], targets: [])
  }
}
