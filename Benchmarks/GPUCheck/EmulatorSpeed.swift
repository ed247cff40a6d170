import ArgumentParser
import Emulator
import GPUDevices
import KernelIR

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Measures how many warp instructions the emulator executes in a second.
struct EmulatorSpeed: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emulator-speed",
    abstract: "Measure the emulator's speed, in million warp instructions a second.")

  @Option(help: "How often each kernel is run in each mode; the median counts.")
  var rounds = 9

  @Option(help: "Write the figures to a file, as JSON.")
  var json: String?

  private static let modes: [(name: String, options: EmulatorOptions)] = [
    ("fast", .fast), ("all_detectors", EmulatorOptions()),
    ("fast_2_threads", EmulatorOptions(detectors: [], countsMemory: false, threadCount: 2)),
  ]

  func run() throws {
    let kernels = try SpeedKernels.all()
    var rates: [String: [String: [Double]]] = [:]
    for _ in 0..<rounds {
      for kernel in kernels {
        for mode in Self.modes {
          rates[kernel.name, default: [:]][mode.name, default: []]
            .append(try rate(of: kernel, mode.options))
        }
      }
    }
    let figures = kernels.map { kernel in
      Figure(
        kernel: kernel.name,
        millionInstructionsPerSecond: rates[kernel.name, default: [:]].mapValues(Spread.init))
    }
    for figure in figures {
      let modes = Self.modes.map { mode in
        let median = figure.millionInstructionsPerSecond[mode.name]?.median ?? 0
        return "\(mode.name) \(median.text(digits: 1))"
      }
      print("\(figure.kernel): \(modes.joined(separator: ", ")) M/s")
    }
    if let json {
      try Record(command: "gpu-check emulator-speed --rounds \(rounds)", results: figures)
        .write(to: json)
    }
  }

  private func rate(of kernel: Kernel, _ options: EmulatorOptions) throws -> Double {
    let program = try EmulatedProgram(kernel.program)
    let memory = GlobalMemory(tracksInitialization: options.detectors != [])
    let output = try memory.allocate(byteCount: SpeedKernels.threadCount * 4)
    let launch = Launch(
      grid: (2, 1, 1), sharedByteCount: kernel.sharedByteCount,
      struct: SpeedKernels.Arguments(turns: 4000, output: output))
    var report: LaunchReport?
    let time = try ContinuousClock().measure {
      report = try Emulator.run(program, launch, memory: memory, options: options)
    }
    return Double(report?.total.executions ?? 0) / time / 1e6
  }

  struct Figure: Encodable {
    var kernel: String
    var millionInstructionsPerSecond: [String: Spread]
  }
}

/// Figures of repeated measurements.
struct Spread: Encodable {
  var median: Double
  var least: Double
  var greatest: Double

  init(_ values: [Double]) {
    let sorted = values.sorted()
    median = sorted.median ?? 0
    least = sorted.first ?? 0
    greatest = sorted.last ?? 0
  }
}

extension Double {
  /// A number by seconds.
  fileprivate static func / (left: Double, right: Duration) -> Double {
    let (seconds, attoseconds) = right.components
    return left / (Double(seconds) + Double(attoseconds) * 1e-18)
  }
}
