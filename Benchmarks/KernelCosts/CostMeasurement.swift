import CPUBackend
import CPUKernels
import Foundation

/// Times the kernels of one instruction set.
struct CostMeasurement {
  let set: InstructionSet
  let kernels: KernelSet
  let inputs: Workspace<Float>
  let weights: Workspace<Float>
  let accumulators: Workspace<Float>
  private let offsets: Workspace<Int32>

  /// Inputs that stay in L1 beside weights and accumulators: 20 KiB.
  private static let inputFloats = 5 << 10
  private static let rounds = 40

  init(_ set: InstructionSet) throws {
    self.set = set
    kernels = try set.kernelSet()
    inputs = Workspace(count: 1 << 20, fill: 1)
    weights = Workspace(count: 1 << 22, fill: 1e-3)
    accumulators = Workspace(count: 1 << 16, fill: 0)
    offsets = Workspace(count: 1 << 14, fill: 0)
    var generator = SystemRandomNumberGenerator()
    for index in 0..<offsets.count {
      offsets.start[index] =
        Int32.random(in: 0..<Int32(Self.inputFloats / 16), using: &generator) * 16
    }
  }

  func table() -> CPUCostTable {
    var tap: [[Double]] = []
    var block: [[Double]] = []
    for (rows, row) in kernels.accumulate.enumerated() {
      guard !row.isEmpty else {
        tap.append([])
        block.append([])
        continue
      }
      var taps = [0.0]
      var blocks = [0.0]
      for vectors in 1..<row.count {
        let (perTap, perBlock) = blockCosts(rows: rows, vectors: vectors)
        taps.append(perTap)
        blocks.append(perBlock)
      }
      tap.append(taps)
      block.append(blocks)
    }
    return CPUCostTable(
      isa: set.rawValue, machine: machineName(), tap: tap, block: block, finish: finishCost(),
      part: partCost(), panel: panelCost(), gatheredLeaf: gatheredLeafCost(),
      winograd: WinogradMeasurement(kernels).costs(), matrix: matrixCosts())
  }

  /// Time of one tap, from the slope between few and many taps, and of one block, from the rest. The
  /// blocks' accumulators pass through 256 KiB, as those of a layer do.
  private func blockCosts(rows: Int, vectors: Int) -> (tap: Double, block: Double) {
    guard let kernel = kernels.accumulate[rows][vectors] else { return (0, 0) }
    let stride = vectors * kernels.lanes
    let groups = accumulators.count / (rows * stride)
    func time(taps: Int, blocks: Int) -> () -> Void {
      let records = (0..<blocks).map {
        BlockStream.Block(firstRow: Int32($0 % groups * rows), tapCount: Int32(taps))
      }
      return {
        records.withUnsafeBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          kernel(
            inputs.start,
            BlockStream(
              blocks: base, blockCount: blocks, offsets: offsets.start, sharesOffsets: false,
              weights: weights.start, start: nil), accumulators.start, stride)
        }
      }
    }
    let (many, few, taps) = (64, 8, 1024)
    let times = Self.interleaved([
      time(taps: many, blocks: taps / many), time(taps: few, blocks: taps / few),
    ])
    // Both have as many taps, in blocks of many or of few.
    let block = max(0, (times[1] - times[0]) / Double(taps / few - taps / many))
    return (max(0, times[0] - block * Double(taps / many)) / Double(taps), block)
  }

  private func finishCost() -> Double {
    let (rows, vectors) = (16, 12)
    let strides = (0..<rows).map { $0 * vectors * kernels.lanes }
    let body = {
      strides.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        kernels.finish(
          Finish(
            output: inputs.start, outputRows: base, residual: nil, residualRows: base, mask: nil,
            lower: 0, upper: .infinity), 0..<rows, vectors, accumulators.start,
          vectors * kernels.lanes)
      }
    }
    return Self.interleaved([body])[0] / Double(rows * vectors)
  }

  private func partCost() -> Double {
    let pool = ThreadPool(threadCount: 2)
    return Self.interleaved([{ pool.run(partCount: 2) { _, _ in } }])[0]
  }

  /// Least nanoseconds of each body over rounds in turn; every turn repeats its body. The least,
  /// because what disturbs such short loops only adds.
  static func interleaved(_ bodies: [() -> Void], repeats: Int = 64) -> [Double] {
    var samples = bodies.map { _ in [Double]() }
    for round in 0..<Self.rounds + 2 {
      for (index, body) in bodies.enumerated() {
        let clock = ContinuousClock()
        let elapsed = clock.measure { for _ in 0..<repeats { body() } }
        let (seconds, attoseconds) = elapsed.components
        let nanoseconds = Double(seconds) * 1e9 + Double(attoseconds) * 1e-9
        if round >= 2 { samples[index].append(nanoseconds / Double(repeats)) }
      }
    }
    return samples.map { $0.min() ?? 0 }
  }

  private func machineName() -> String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    func field(_ key: String) -> String? {
      text.split(separator: "\n").first { $0.hasPrefix(key) }?
        .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    }
    guard let model = field("model name") else { return "unknown" }
    return "\(model), family \(field("cpu family") ?? "?") model \(field("model\t") ?? "?")"
  }
}

/// Memory at a fixed, aligned address for the length of a measurement.
final class Workspace<Element: BitwiseCopyable> {
  let start: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int, fill: Element) {
    self.count = count
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: (count + 64) * MemoryLayout<Element>.stride, alignment: 4096)
    start = bytes.bindMemory(to: Element.self, capacity: count + 64)
    start.initialize(repeating: fill, count: count + 64)
  }

  deinit { start.deallocate() }
}
