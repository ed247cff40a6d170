internal import GPUKernels
package import Graphs
package import Tensors

extension Transpose: MovingOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    order(node).first == 0 ? nil : "it moves the axis of images"
  }

  private func order(_ node: GPUNode) -> [Int] {
    permutation.isEmpty ? Array((0..<node.outputs[0].shape.rank).reversed()) : permutation
  }

  package func moves(
    _ node: GPUNode, from source: ImageStrides, to target: ImageStrides
  ) throws(HewnError) -> ImageMove {
    let order = order(node)
    return ImageMove(
      axes: (1..<target.shape.rank).map { axis in
        MoveAxis(
          extent: target.shape[axis], inputStride: source.strides[order[axis]],
          outputStride: target.strides[axis])
      })
  }
}

extension Slice: MovingOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    guard let first = try? geometry(for: node.inputs).axes.first else { return nil }
    return first.start == 0 && first.step == 1 ? nil : "it reorders images"
  }

  package func moves(
    _ node: GPUNode, from source: ImageStrides, to target: ImageStrides
  ) throws(HewnError) -> ImageMove {
    let ranges = try geometry(for: node.inputs).axes
    return ImageMove(
      axes: ranges.enumerated().dropFirst().map { axis, range in
        MoveAxis(
          extent: range.count, inputStride: range.step * source.strides[axis],
          outputStride: target.strides[axis])
      },
      inputStart: zip(ranges, source.strides).dropFirst().reduce(0) { $0 + $1.0.start * $1.1 })
  }

  /// Channels are where they are.
  package func lower(_ node: GPUNode, in lowering: GPULowering) throws(HewnError) -> GPUDecision? {
    let input = try lowering.channels(ofInput: 0)
    let ranges = try geometry(for: node.inputs).axes
    if ranges.count > 1, ranges[1].step == 1,
      zip(ranges, input.shape.dimensions).dropFirst(2).allSatisfy({ range, extent in
        range.start == 0 && range.step == 1 && range.count == extent
      })
    {
      let channels = ranges[1].start..<ranges[1].start + ranges[1].count
      try lowering.setOutput(0, to: input.channels(channels))
      return nil
    }
    let output = try lowering.output(0)
    let move = try moves(node, from: ImageStrides(input.shape), to: ImageStrides(output.shape))
    try lowering.move(move, from: input, to: output)
    return nil
  }
}

extension Expand: MovingOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    node.shape(ofInput: 0)?.rank == node.outputs[0].shape.rank ? nil : "it adds an axis of images"
  }

  package func moves(
    _ node: GPUNode, from source: ImageStrides, to target: ImageStrides
  ) throws(HewnError) -> ImageMove {
    ImageMove(
      axes: (1..<target.shape.rank).map { axis in
        MoveAxis(
          extent: target.shape[axis],
          inputStride: source.shape[axis] == 1 ? 0 : source.strides[axis],
          outputStride: target.strides[axis])
      })
  }
}

extension DepthToSpace: MovingOperator {
  package func moves(
    _ node: GPUNode, from source: ImageStrides, to target: ImageStrides
  ) throws(HewnError) -> ImageMove {
    let channels = target.shape[1]
    // Input channels from one output channel, block row and block column to the next.
    let (channel, row, column) =
      switch mode {
      case .depthColumnRow: (1, blockSize * channels, channels)
      case .columnRowDepth: (blockSize * blockSize, blockSize, 1)
      }
    let (s, t) = (source.strides, target.strides)
    return ImageMove(axes: [
      MoveAxis(extent: channels, inputStride: channel * s[1], outputStride: t[1]),
      MoveAxis(extent: source.shape[2], inputStride: s[2], outputStride: blockSize * t[2]),
      MoveAxis(extent: blockSize, inputStride: row * s[1], outputStride: t[2]),
      MoveAxis(extent: source.shape[3], inputStride: s[3], outputStride: blockSize * t[3]),
      MoveAxis(extent: blockSize, inputStride: column * s[1], outputStride: t[3]),
    ])
  }
}

extension SpaceToDepth: MovingOperator {
  /// As `DepthToSpace`, the other way.
  package func moves(
    _ node: GPUNode, from source: ImageStrides, to target: ImageStrides
  ) throws(HewnError) -> ImageMove {
    let channels = source.shape[1]
    let (s, t) = (source.strides, target.strides)
    return ImageMove(axes: [
      MoveAxis(extent: blockSize, inputStride: s[2], outputStride: blockSize * channels * t[1]),
      MoveAxis(extent: blockSize, inputStride: s[3], outputStride: channels * t[1]),
      MoveAxis(extent: channels, inputStride: s[1], outputStride: t[1]),
      MoveAxis(extent: target.shape[2], inputStride: blockSize * s[2], outputStride: t[2]),
      MoveAxis(extent: target.shape[3], inputStride: blockSize * s[3], outputStride: t[3]),
    ])
  }
}

extension Graphs.Tile: MovingOperator {
  package func moves(
    _ node: GPUNode, from source: ImageStrides, to target: ImageStrides
  ) throws(HewnError) -> ImageMove {
    ImageMove(
      axes: (1..<target.shape.rank).map { axis in
        let extent = source.shape[axis]
        return MoveAxis(
          (0..<target.shape[axis]).map { $0 % extent }, inputStride: source.strides[axis],
          outputStride: target.strides[axis])
      })
  }
}

extension CenterCropPad: MovingOperator {
  package func moves(
    _ node: GPUNode, from source: ImageStrides, to target: ImageStrides
  ) throws(HewnError) -> ImageMove {
    ImageMove(
      axes: (1..<target.shape.rank).map { axis in
        MoveAxis(
          Self.sources(extent: source.shape[axis], target: target.shape[axis]),
          inputStride: source.strides[axis], outputStride: target.strides[axis])
      })
  }
}

extension Pad: MovingOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    if mode == .constant, node.shape(ofInput: 2) != nil {
      guard let value = node.constant(ofInput: 2) else { return "a value computed at run time" }
      if value.shape.elementCount != 1 { return "\(value.shape.elementCount) values" }
    }
    guard let geometry = try? geometry(for: node.inputs) else { return nil }
    return geometry.begin[0] == 0 && geometry.end[0] == 0 ? nil : "it adds images"
  }

  package func moves(
    _ node: GPUNode, from source: ImageStrides, to target: ImageStrides
  ) throws(HewnError) -> ImageMove {
    let geometry = try geometry(for: node.inputs)
    let axes = (1..<target.shape.rank).map { axis in
      let (begin, end) = (geometry.begin[axis], geometry.end[axis])
      guard begin != 0 || end != 0 else {
        return MoveAxis(
          extent: target.shape[axis], inputStride: source.strides[axis],
          outputStride: target.strides[axis])
      }
      let cropped = max(-begin, 0)
      let kept = source.shape[axis] - cropped - max(-end, 0)
      let indices = (0..<target.shape[axis]).map { index in
        self.source(of: index - max(begin, 0), extent: kept).map { $0 + cropped }
      }
      return MoveAxis(
        indices, inputStride: source.strides[axis], outputStride: target.strides[axis])
    }
    let fill = mode == .constant ? node.constant(ofInput: 2)?.floats()[0] : nil
    return ImageMove(axes: axes, fill: fill ?? 0)
  }
}

extension Gather: MovingOperator {
  package func gpuObstacle(for node: GPUNode) -> String? {
    guard node.constant(ofInput: 1) != nil else { return "indices computed at run time" }
    return (try? node.shape(ofInput: 0)?.normalized(axis: axis)) == 0 ? "it chooses images" : nil
  }

  package func moves(
    _ node: GPUNode, from source: ImageStrides, to target: ImageStrides
  ) throws(HewnError) -> ImageMove {
    let axis = try source.shape.normalized(axis: axis)
    let indices = try node.constant(ofInput: 1)?.integers() ?? []
    let places = try indices.map { (index) throws(HewnError) in
      try source.shape.normalized(index: index, axis: axis)
    }
    // The output has the axes of the indices in place of the gathered one.
    let indexRank = target.shape.rank - source.shape.rank + 1
    let axes = (1..<source.shape.rank).map { input in
      guard input != axis else {
        return MoveAxis(
          places, inputStride: source.strides[axis],
          outputStride: indexRank > 0 ? target.strides[axis + indexRank - 1] : 1)
      }
      let output = input < axis ? input : input - 1 + indexRank
      return MoveAxis(
        extent: source.shape[input], inputStride: source.strides[input],
        outputStride: target.strides[output])
    }
    return ImageMove(axes: axes)
  }
}
