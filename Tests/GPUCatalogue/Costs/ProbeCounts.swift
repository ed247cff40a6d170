import Emulator
import GPUDevices
import GPUKernels
import KernelIR
import Tensors

/// What the kernel of a probe executed.
struct ProbeCounts {
  /// Warp instructions, and those of them that copy.
  private(set) var instructions = 0.0
  private(set) var copying = 0.0
  /// Copies of 512 bytes of planes and of packets.
  private(set) var planeCopies = 0.0
  private(set) var packetCopies = 0.0
  /// Wavefronts without bank conflicts, those of copies aside.
  private(set) var wavefronts = 0.0
  private(set) var activations = 0.0
  private(set) var weights = 0.0
  private(set) var offsets = 0.0
  /// Multiply-adds of tensor cores.
  private(set) var products = 0.0
  private(set) var warpCount = 1.0

  /// Runs the kernel on the emulator.
  init(_ probe: BlockProbe) throws {
    let layer = try probe.packed()
    let device = CheckedDevice(
      EmulatorDevice(target: .sm90a, options: EmulatorOptions(detectors: [], threadCount: 1)))
    let (problem, element) = (layer.problem, layer.tiling.precision.element)
    func elementCount(_ geometry: LanesGeometry) -> Int {
      8 * geometry.channels * geometry.height * geometry.width
    }
    let input = try device.buffer(
      [Float](repeating: 1, count: elementCount(problem.input)), as: element)
    let output = try device.output(element, count: elementCount(problem.output))
    try device.convolve(layer, device.upload(layer), input: input, output: output, residual: nil)
    guard let report = device.device.lastReport else {
      throw HewnError(.internal, "the emulator has no report")
    }
    let kernel = try BlockKernel(layer).build()
    warpCount = Double(kernel.threadCount / 32)
    var copyCount = 0
    // What the emulator ran was read from the program's text, and is the same.
    for (instruction, counters) in zip(kernel.program.instructions, report.instructions) {
      let isCopying = instruction.origin?.file.hasSuffix("BlockCopies.swift") ?? false
      let executions = Double(counters.executions)
      instructions += executions
      if isCopying { copying += executions }
      if case .asyncCopy = instruction.operation {
        // Planes come first.
        if copyCount == 0 { planeCopies += executions } else { packetCopies += executions }
        copyCount += 1
      }
      count(instruction.operation, counters)
    }
  }

  private mutating func count(_ operation: Operation, _ counters: LaunchReport.Counters) {
    let passes = Double(counters.idealSharedWavefronts)
    let executions = Double(counters.executions)
    switch operation {
    case .asyncCopy: return
    case .loadMatrix: activations += passes
    case .load(let access) where access.space == .shared:
      switch (access.type, access.count) {
      case (.f32, _): activations += passes
      case (_, 1): offsets += passes
      default: weights += passes
      }
    case .multiplyMatrices(let shape): products += executions * Double(16 * 8 * shape.k)
    case .multiplyWarpgroup(let shape):
      // Its four warps execute it together.
      products += executions / 4 * Double(64 * shape.n * shape.k)
      // B, which the emulator does not count.
      let passes = executions / 4 * Double(shape.n * shape.k * shape.type.byteCount) / 128
      weights += passes
      wavefronts += passes
    default: break
    }
    wavefronts += passes
  }

  static func - (left: ProbeCounts, right: ProbeCounts) -> ProbeCounts {
    var result = left
    for path in Self.all { result[keyPath: path] -= right[keyPath: path] }
    return result
  }

  /// The mean of several.
  static func / (left: ProbeCounts, count: Double) -> ProbeCounts {
    var result = left
    for path in Self.all { result[keyPath: path] /= count }
    return result
  }

  private static var all: [WritableKeyPath<ProbeCounts, Double>] {
    [
      \.instructions, \.copying, \.planeCopies, \.packetCopies, \.wavefronts, \.activations,
      \.weights, \.offsets, \.products,
    ]
  }
}
