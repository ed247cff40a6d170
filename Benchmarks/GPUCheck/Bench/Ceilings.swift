import Emulator
import GPUDevices
import KernelIR
import Tensors

/// What a device can do of one thing.
struct CeilingFigure: Encodable {
  var kind: CeilingKind
  var kernel: String
  /// Bytes or operations; absent where the device has no clock.
  var perSecond: Double?
  var measurement: BenchMeasurement?
  /// What is wrong with the kernel; then there is no ceiling of this kind.
  var fault: String?

  var text: String {
    guard let measurement else { return "ceiling \(kind.rawValue) WRONG: \(fault ?? "")" }
    let unit = kind == .memory || kind == .shared ? "GB/s" : "TFLOP/s"
    let scale = kind == .memory || kind == .shared ? 1e-9 : 1e-12
    let rate = perSecond.map { ", \(BenchMeasurement.number($0 * scale)) \(unit)" } ?? ""
    return "ceiling \(kind.rawValue): \(measurement.text)\(rate)"
  }
}

/// Measures the ceilings of a device.
struct Ceilings<Device: GPUDevice> {
  let device: Device
  let pool: RandomPool
  /// Whether it is worth to run long.
  let isFull: Bool

  /// A kernel that is wrong has no figure, and does not keep others from theirs.
  func measure(_ report: (CeilingFigure) throws -> Void) throws {
    try warmUp()
    func take(_ kind: CeilingKind, _ kernel: String, _ measure: () throws -> CeilingFigure) throws {
      var figure = CeilingFigure(kind: kind, kernel: kernel)
      do { figure = try measure() } catch { figure.fault = "\(error)" }
      try report(figure)
      if figure.fault != nil { try device.synchronize() }
    }
    try take(.memory, CopyKernel.name, memory)
    for ceiling in try CeilingKernel.all()
    where ceiling.kernel.target.runs(onComputeCapability: device.properties.computeCapability) {
      try take(ceiling.kind, ceiling.kernel.name) { try figure(ceiling) }
    }
  }

  /// Until clocks are what they are under load.
  private func warmUp() throws {
    guard isFull, let scalar = try CeilingKernel.all().first(where: { $0.kind == .scalar }) else {
      return
    }
    let start = ContinuousClock().now
    let run = try prepare(scalar, turns: 100_000, blockCount: blockCount(scalar))
    while ContinuousClock().now - start < .milliseconds(500) {
      try run.launch()
      try device.synchronize()
    }
  }

  private func blockCount(_ ceiling: CeilingKernel) -> Int {
    device.properties.multiprocessorCount * ceiling.blocksPerMultiprocessor
  }

  private func figure(_ ceiling: CeilingKernel) throws -> CeilingFigure {
    try check(ceiling)
    let turns = isFull ? 10_000 : 10
    let blockCount = blockCount(ceiling)
    let run = try prepare(ceiling, turns: turns, blockCount: blockCount)
    let measurement = try BenchMeasurement({ _ in try run.launch() }, setCount: 1, on: device)
    let work = Double(ceiling.workPerTurn) * Double(turns) * Double(blockCount)
    return CeilingFigure(
      kind: ceiling.kind, kernel: ceiling.kernel.name,
      perSecond: measurement.seconds.map { work / $0.median }, measurement: measurement)
  }

  /// The input's words, random numbers of the type that the kernel multiplies.
  private func words(_ ceiling: CeilingKernel) -> [UInt32] {
    switch ceiling.kind {
    case .warpF16, .warpgroupF16, .shared, .memory:
      let halves = pool.halves(2 * ceiling.inputWordCount, from: 0)
      return (0..<ceiling.inputWordCount).map {
        UInt32(halves[2 * $0]) | UInt32(halves[2 * $0 + 1]) << 16
      }
    case .warpTF32, .scalar:
      return pool.floats(ceiling.inputWordCount, from: 0).map(\.bitPattern)
    }
  }

  private func prepare(
    _ ceiling: CeilingKernel, turns: Int, blockCount: Int
  ) throws -> (launch: () throws -> Void, output: Device.Buffer) {
    let kernel = try device.load(ceiling.kernel)
    let input = try device.buffer(of: words(ceiling))
    let output = try device.allocate(byteCount: 4 * blockCount * ceiling.kernel.threadCount)
    try device.fill(output, with: 0xff)
    let arguments = CeilingKernel.Arguments(
      turns: turns, input: input.address, output: output.address)
    return (
      {
        // The closure keeps the input.
        _ = input
        try device.launch(kernel, grid: Grid(blockCount), arguments: arguments)
      }, output
    )
  }

  /// A few turns give what the emulator says.
  private func check(_ ceiling: CeilingKernel) throws {
    let turns = 5
    let run = try prepare(ceiling, turns: turns, blockCount: 1)
    try run.launch()
    let got = try device.values(of: run.output, as: Float.self)
    let memory = GlobalMemory()
    let output = try memory.allocate(byteCount: 4 * got.count)
    let arguments = CeilingKernel.Arguments(
      turns: turns, input: try memory.allocate(words(ceiling)), output: output)
    _ = try Emulator.run(
      EmulatedProgram(ceiling.kernel.program),
      Launch(sharedByteCount: ceiling.kernel.sharedByteCount, struct: arguments), memory: memory)
    let want = try memory.read(Float.self, count: got.count, from: output)
    // Tensor cores add in an order of their own: sums of all products of a thread.
    let isExact = ceiling.kind == .scalar || ceiling.kind == .shared
    let bound = isExact ? 0 : Float(ceiling.workPerTurn * turns / got.count) * 0x1p-18
    for (thread, (got, want)) in zip(got, want).enumerated() {
      guard (got - want).magnitude <= bound else {
        throw HewnError(
          .failedCheck,
          "\(ceiling.kernel.name) gives \(got) in thread \(thread), and the emulator \(want)")
      }
    }
  }

  private func memory() throws -> CeilingFigure {
    let kernel = try device.load(CopyKernel.kernel())
    // Twice the cache at least, so that a copy leaves nothing of its input there.
    let least = isFull ? max(256 << 20, 4 * device.properties.l2ByteCount) : 1 << 16
    let blockCount = least / CopyKernel.blockByteCount
    let byteCount = blockCount * CopyKernel.blockByteCount
    let halves = pool.halves(byteCount / 2, from: 0)
    let buffers = try (0..<2).map { _ in
      (input: try device.buffer(of: halves), output: try device.allocate(byteCount: byteCount))
    }
    try device.fill(buffers[0].output, with: 0xff)
    let launch = { (set: Int) in
      try device.launch(
        kernel, grid: Grid(blockCount),
        arguments: CopyKernel.Arguments(
          input: buffers[set].input.address, output: buffers[set].output.address))
    }
    try launch(0)
    guard try device.values(of: buffers[0].output, as: UInt16.self) == halves else {
      throw HewnError(.failedCheck, "\(CopyKernel.name) does not copy")
    }
    let measurement = try BenchMeasurement(launch, setCount: 2, on: device)
    return CeilingFigure(
      kind: .memory, kernel: CopyKernel.name,
      perSecond: measurement.seconds.map { Double(2 * byteCount) / $0.median },
      measurement: measurement)
  }
}
