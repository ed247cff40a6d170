import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors

/// Checks and measures planned layers on a device.
struct LayerBench<Device: GPUDevice> {
  let device: Device
  let pool: RandomPool
  private var kernels: [String: Device.LoadedKernel] = [:]
  /// Those of the last layer: its patterns follow each other.
  private var tensors: Tensors?

  init(device: Device, pool: RandomPool) {
    self.device = device
    self.pool = pool
  }

  /// Inputs and outputs, in so many sets that all together are four times the second-level cache.
  private struct Tensors {
    var problem: BlockProblem
    var element: KernelElement
    var sets: [(input: Device.Buffer, output: Device.Buffer)]
  }

  /// Where an input begins in the pool.
  private static var inputStart: Int { 7919 }

  /// Notes what is wrong with a layer's output, or how long it takes.
  mutating func measure(_ planned: PlannedLayer, _ figure: inout LayerFigure) throws {
    let tensors = try tensors(planned.problem, planned.element)
    for set in tensors.sets { try device.fill(set.output, with: 0xff) }
    let launch: (Int) throws -> Void
    switch planned.plan {
    case .blocks(let plan):
      let (layer, kernel) = (plan.layer, BlockKernel(plan.layer))
      launch = try launches(
        kernel, BlockFinishKernel(layer), tensors, layer
      ) { kernel.arguments($0, input: $1, output: $2) }
    case .leaves(let plan):
      let layer = try plan.packed()
      let (kernel, tiling) = (LeafKernel(layer), layer.tiling)
      let finish = BlockFinishKernel(
        layer.problem, .f32, positionCount: layer.rows.count, splitCount: tiling.splitCount)
      launch = try launches(
        kernel, finish, tensors, layer
      ) { kernel.arguments(layer, $0, input: $1, output: $2) }
    }
    try launch(0)
    let output = tensors.sets[0].output
    figure.fault = try LayerOracle(planned, pool, inputStart: Self.inputStart)
      .fault(of: output, on: device)
    guard figure.fault == nil else { return }
    figure.cold = try BenchMeasurement(launch, setCount: tensors.sets.count, on: device)
    if tensors.sets.count > 1 {
      figure.warm = try BenchMeasurement(launch, setCount: 1, on: device)
    }
  }

  private mutating func tensors(
    _ problem: BlockProblem, _ element: KernelElement
  ) throws -> Tensors {
    if let tensors, tensors.problem == problem, tensors.element == element { return tensors }
    tensors = nil
    let inputCount = 8 * problem.imageGroups * problem.input.groupStride
    let outputCount = 8 * problem.imageGroups * problem.output.groupStride
    let byteCount = (inputCount + outputCount) * element.byteCount
    let cacheByteCount = 4 * device.properties.l2ByteCount
    let setCount = min(max(1, (cacheByteCount + byteCount - 1) / byteCount), 64)
    let made = Tensors(
      problem: problem, element: element,
      sets: try (0..<(device.detectsMemoryFaults ? 2 : setCount)).map { _ in
        (
          try input(inputCount, element),
          try device.allocate(byteCount: outputCount * element.byteCount)
        )
      })
    tensors = made
    return made
  }

  private func input(_ count: Int, _ element: KernelElement) throws -> Device.Buffer {
    switch element {
    case .f32: try device.buffer(of: pool.floats(count, from: Self.inputStart))
    case .f16: try device.buffer(of: pool.halves(count, from: Self.inputStart))
    case .bf16:
      try device.buffer(of: pool.floats(count, from: Self.inputStart).map(Half.brainBits))
    }
  }

  /// Launches a kernel on a set of tensors, and where its blocks share chunks `finish` behind it.
  private mutating func launches<K: ProblemKernel>(
    _ kernel: K, _ finish: BlockFinishKernel, _ tensors: Tensors, _ layer: some PackedConvolution,
    arguments: @escaping LayerLaunch<Device, K>.ArgumentsOfSet
  ) throws -> (_ set: Int) throws -> Void {
    // In the order of `BlockTables`.
    let words = [layer.work, layer.chunks, layer.channels, layer.packets, layer.rows]
    let buffers = try words.map { try device.buffer(of: $0) } + [device.buffer(of: layer.bias)]
    let isSplit = finish.splitCount > 1
    let launch = LayerLaunch<Device, K>(
      device: device, kernel: try load(kernel), grid: kernel.grid, buffers: buffers,
      sums: isSplit
        ? try device.allocate(
          byteCount: finish.problem.sumsByteCount(splits: finish.splitCount)) : nil,
      finish: finish, finishKernel: isSplit ? try load(finish) : nil, arguments: arguments)
    return { set in
      try launch(tensors.sets[set].input.address, tensors.sets[set].output.address)
    }
  }

  private mutating func load(_ kernel: some ProblemKernel) throws -> Device.LoadedKernel {
    if let loaded = kernels[kernel.name] { return loaded }
    let loaded = try device.load(kernel.build())
    kernels[kernel.name] = loaded
    return loaded
  }
}

/// The launches that a layer consists of, with what they need.
private struct LayerLaunch<Device: GPUDevice, Kernel: ProblemKernel> {
  typealias ArgumentsOfSet = (
    _ tables: BlockTables, _ input: UInt64, _ output: UInt64
  ) -> Kernel.Arguments

  var device: Device
  var kernel: Device.LoadedKernel
  var grid: Grid
  /// The tables, in the order of ``BlockTables``.
  var buffers: [Device.Buffer]
  /// Where blocks share chunks.
  var sums: Device.Buffer?
  var finish: BlockFinishKernel
  var finishKernel: Device.LoadedKernel?
  var arguments: ArgumentsOfSet

  private var tables: BlockTables {
    BlockTables(
      work: buffers[0].address, chunks: buffers[1].address, channels: buffers[2].address,
      packets: buffers[3].address, rows: buffers[4].address, bias: buffers[5].address)
  }

  func callAsFunction(_ input: UInt64, _ output: UInt64) throws {
    try device.launch(
      kernel, grid: grid, arguments: arguments(tables, input, sums?.address ?? output))
    guard let sums, let finishKernel else { return }
    try device.launch(
      finishKernel, grid: finish.grid,
      arguments: finish.arguments(tables, sums: sums.address, output: output))
  }
}
