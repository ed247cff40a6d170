internal import Graphs
internal import Tensors

extension NodeContext {
  /// Planes for a spatial result and for the operands that have its rows and columns; everything
  /// else is small or rare and lies row-major.
  func broadcastLayouts() -> LayoutDemands {
    let result = outputs[0].shape
    let lanes = broadcastLanes
    let demands: [LayoutDemands.Input] = inputs.indices.map { index in
      guard let shape = shape(ofInput: index), result.isSpatial, shape.rank == result.rank,
        shape.dimensions[2...] == result.dimensions[2...]
      else { return .plain }
      return planesOrPlain(input: index, pitch: .sharedWithOutput, lanes: lanes)
    }
    return LayoutDemands(inputs: demands, outputs: [planesOrPlain(output: 0, lanes: lanes)])
  }

  /// Whether the first axis of every computed operand is that of the result, so that an image meets itself
  /// alone.
  var broadcastsWithinImages: Bool {
    inputs.indices.allSatisfy {
      constant(ofInput: $0) != nil || shape(ofInput: $0)?.rank == outputs[0].shape.rank
    }
  }

  /// Images in a cell: several where every operand is a tensor of the result's shape, or a constant
  /// that is the same for all images and pixels.
  private var broadcastLanes: Int {
    let result = outputs[0].shape
    let isAlike = inputs.indices.allSatisfy { index in
      guard let shape = shape(ofInput: index) else { return true }
      guard constant(ofInput: index) != nil else { return shape == result }
      let extents = Array(repeating: 1, count: result.rank - shape.rank) + shape.dimensions
      return extents.indices.allSatisfy { $0 == 1 || extents[$0] == 1 }
    }
    return isAlike && result.rank > 2 ? lanes : 1
  }

  /// The step of y = activation(a ∘ b) for inputs 0 and 1.
  func broadcastStep(
    _ function: BinaryFunction, _ inputs: [Located?], output: Located, activation: Activation
  ) throws(HewnError) -> any Step {
    let sources = [try source(ofInput: 0, inputs), try source(ofInput: 1, inputs)]
    let shapes = [0, 1].map { shape(ofInput: $0) ?? [] }
    if case .planes = output.buffer.layout {
      let target = GridTarget(output)
      let operands = zip(sources, shapes).map { source, shape in
        BroadcastSource(source.aligned(shape, rank: output.shape.rank), to: target.grid)
      }
      return BinaryStep(
        function, operands[0], operands[1], output: target, activation: activation)
    }
    let walk = BroadcastWalk(shapes, to: output.shape)
    let target = GridTarget(offset: output.placement.offset, grid: walk.grid)
    return BinaryStep(
      function, try walk.source(0, sources[0].floats), try walk.source(1, sources[1].floats),
      output: target, activation: activation)
  }
}

extension GridSource {
  /// The same tensor with axes of extent 1 in front, up to `rank`; planes have that rank already.
  fileprivate func aligned(_ shape: Shape, rank: Int) -> GridSource {
    guard grid.planes == nil else { return self }
    let lead = [Int](repeating: 1, count: rank - shape.rank)
    return GridSource(floats: floats, grid: PlaneGrid(rowMajor: Shape(lead + shape.dimensions)))
  }
}

/// How row-major operands are read while a row-major result is written from front to back.
///
/// Axes that all operands walk alike are merged; of what is left the last three are channels, rows
/// and columns, and the others together images.
struct BroadcastWalk {
  private var extents: [Int] = []
  /// For each operand, floats to the next index of each axis.
  private var strides: [[Int]]

  /// - Precondition: every operand broadcasts to `result`.
  init(_ operands: [Shape], to result: Shape) {
    let all = operands.map { shape in
      let lead = result.rank - shape.rank
      return (0..<result.rank).map { axis in
        axis < lead || shape[axis - lead] == 1 ? 0 : shape.strides[axis - lead]
      }
    }
    strides = operands.map { _ in [] }
    for axis in 0..<result.rank where result[axis] != 1 {
      let last = extents.count - 1
      let merges =
        last >= 0
        && all.indices.allSatisfy {
          strides[$0][last] == all[$0][axis] * result[axis]
        }
      if merges {
        extents[last] *= result[axis]
        for operand in all.indices { strides[operand][last] = all[operand][axis] }
      } else {
        extents.append(result[axis])
        for operand in all.indices { strides[operand].append(all[operand][axis]) }
      }
    }
    while extents.count < 4 {
      extents.insert(1, at: 0)
      for operand in all.indices { strides[operand].insert(0, at: 0) }
    }
  }

  private var outerCount: Int { extents.count - 3 }

  /// The result.
  var grid: PlaneGrid {
    PlaneGrid(
      images: extents[..<outerCount].reduce(1, *), channels: extents[outerCount],
      height: extents[outerCount + 1], width: extents[outerCount + 2])
  }

  /// An operand.
  func source(_ operand: Int, _ floats: FloatSource) throws(HewnError) -> BroadcastSource {
    let strides = strides[operand]
    var offsets: AlignedArray<Int>?
    if outerCount > 1 {
      offsets = try AlignedArray(
        flatOffsets(extents: extents[..<outerCount], strides: strides[..<outerCount]))
    }
    return BroadcastSource(
      floats: floats, imageStride: strides[0], channelStride: strides[outerCount],
      pitch: strides[outerCount + 1],
      isSplat: strides[outerCount + 2] == 0 && extents[outerCount + 2] > 1, imageOffsets: offsets)
  }
}

/// Σ index · stride for every index in row-major order.
func flatOffsets(extents: ArraySlice<Int>, strides: ArraySlice<Int>) -> [Int] {
  var offsets = [0]
  for (extent, stride) in zip(extents, strides) {
    offsets = offsets.flatMap { base in (0..<extent).map { base + $0 * stride } }
  }
  return offsets
}
