package import GPUDevices
package import GPUKernels
internal import Tensors

/// Measures what segments of convolutions on blocks cost on a device with a clock.
///
/// Each height of each precision takes five times: of layers whose chunks have few and many steps, and of such
/// with a segment more, few and many steps long, and without it. Differences of these are the time of a step,
/// and that of starting a segment.
package struct BlockMeasurement: Sendable {
  /// What kernels are chosen for, and what they are compared with.
  package var figures: GPUFigures
  /// Blocks that each multiprocessor runs.
  package var blocksEach = 16
  package var chunks = 48
  package var repeatCount = 9
  /// Steps of a segment in a chunk.
  private static let (few, many) = (2, 8)

  package init(figures: GPUFigures) { self.figures = figures }

  /// What can be measured on a GPU of these figures.
  package var keys: [BlockCostTable.Key] {
    BlockCostTable.Key.all.filter {
      BlockProbe($0, steps: Self.few).tiling.hasInstructions(on: figures)
    }
  }

  /// Measures all.
  ///
  /// - Parameter progress: called before each measurement.
  /// - Throws: `unsupported` for a device without a clock; what the device throws.
  package func measure(
    on device: some GPUDevice, progress: (BlockCostTable.Key) -> Void = { _ in }
  ) throws -> [BlockCostTable.Key: BlockCosts.Measured] {
    var result: [BlockCostTable.Key: BlockCosts.Measured] = [:]
    for key in keys {
      progress(key)
      result[key] = try measure(key, on: device)
    }
    return result
  }

  /// Measures one height.
  package func measure(
    _ key: BlockCostTable.Key, on device: some GPUDevice
  ) throws -> BlockCosts.Measured {
    func cycles(_ probe: BlockProbe) throws -> Double {
      try self.cycles(sized(probe), on: device)
    }
    let tiling = sized(BlockProbe(key, steps: Self.few)).tiling
    let steps = Double(Self.many - Self.few)
    let step =
      (try cycles(BlockProbe(key, steps: Self.many)) - cycles(BlockProbe(key, steps: Self.few)))
      / steps
    let none = try cycles(BlockProbe(key, besideOther: 0))
    let few = try cycles(BlockProbe(key, besideOther: Self.few))
    let many = try cycles(BlockProbe(key, besideOther: Self.many))
    let start = few - none - Double(Self.few) * (many - few) / steps
    let predicted = BlockCosts.counted.stepCycles(height: key.height, tiling, on: figures)
    // What is lost in the noise costs nothing.
    return BlockCosts.Measured(
      stepScale: step / predicted, segmentCycles: max(0, start) / Double(tiling.pixelWarps))
  }

  /// A probe that fills the device: 8 warps a block.
  private func sized(_ probe: BlockProbe) -> BlockProbe {
    probe.with {
      $0.pixelWarps = $0.form == .warp ? 8 : 2
      $0.pixelsPerWarp = $0.form == .warp ? 8 : 16
      $0.tiles = blocksEach * figures.multiprocessorCount
      $0.chunks = chunks
    }
  }

  /// Cycles of a multiprocessor for a chunk of a block.
  private func cycles<Device: GPUDevice>(
    _ probe: BlockProbe, on device: Device
  ) throws -> Double {
    let layer = try probe.packed()
    let problem = layer.problem
    let byteCount = layer.tiling.precision.vectorByteCount
    func zeros(_ geometry: LanesGeometry) throws -> Device.Buffer {
      let buffer = try device.allocate(
        byteCount: byteCount * problem.imageGroups * geometry.channels * geometry.height
          * geometry.width)
      try device.fill(buffer, with: 0)
      return buffer
    }
    let (input, output) = (try zeros(problem.input), try zeros(problem.output))
    let tables = [
      try device.buffer(of: layer.work), try device.buffer(of: layer.chunks),
      try device.buffer(of: layer.channels), try device.buffer(of: layer.packets),
      try device.buffer(of: layer.rows), try device.buffer(of: layer.bias),
    ]
    let addresses = tables.map(\.address)
    let kernel = BlockKernel(layer)
    let arguments = kernel.arguments(
      BlockTables(
        work: addresses[0], chunks: addresses[1], channels: addresses[2], packets: addresses[3],
        rows: addresses[4], bias: addresses[5]), input: input.address, output: output.address)
    let loaded = try device.load(kernel.build())
    let measurement = try device.measure(repeatCount: repeatCount) {
      try device.launch(loaded, grid: kernel.grid, arguments: arguments)
    }
    try device.synchronize()
    withExtendedLifetime((input, output, tables)) {}
    guard let seconds = measurement.medianSeconds else {
      throw HewnError(.unsupported, "costs are measured on a device with a clock, as a GPU")
    }
    return seconds * figures.clock / Double(blocksEach * probe.chunks)
  }
}
