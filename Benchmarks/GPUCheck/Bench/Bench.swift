import ArgumentParser
import GPUDevices
import KernelIR

/// Measures the GPU's ceilings, and kernels against them.
package struct Bench: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure what the GPU can do at most, and how near the kernels come.",
    discussion: """
      Times are medians between events, with random numbers in buffers that rotate over more than the
      second-level cache. Bytes are those that must be read and written, each once. Every output is checked
      before it is measured. The emulator counts instructions of small sizes instead.
      """)

  @OptionGroup var options: DeviceOptions

  @Option(help: "Only kernels whose family, name or shape contains this text; may be repeated.")
  var filter: [String] = []

  @Option(help: "Write the figures to a file, as JSON, and anew after each kernel.")
  var json: String?

  package init() {}

  package func run() throws {
    let command =
      (["gpu-check bench --device \(options.device.rawValue)"]
      + filter.map { "--filter \($0)" }).joined(separator: " ")
    try options.run(BenchWork(filter: filter, json: json, command: command))
  }
}

/// What was measured.
struct BenchResults: Encodable {
  var ceilings: [CeilingFigure] = []
  var kernels: [KernelFigure] = []
}

extension Bench {
  /// What is wrong with the kernels on a device.
  package static func faults(on device: some GPUDevice) throws -> [String] {
    let results = try Measuring(filter: []).results(on: device) { _, _ in }
    return results.faults
  }
}

extension BenchResults {
  fileprivate var faults: [String] {
    ceilings.compactMap { figure in figure.fault.map { "\(figure.kernel): \($0)" } }
      + kernels.compactMap { figure in figure.fault.map { "\(figure.kernel): \($0)" } }
  }
}

private struct BenchWork: DeviceWork {
  let filter: [String]
  let json: String?
  let command: String

  func run<Device: GPUDevice>(on device: Device, _ record: DeviceRecord) throws {
    say("\(record.name), \(record.driver ?? "no driver")")
    let results = try Measuring(filter: filter).results(on: device) { line, results in
      say(line)
      guard let json else { return }
      try Record(command: command, device: record, results: results).write(to: json)
    }
    guard !results.faults.isEmpty else { return }
    say("\(results.faults.count) kernels are wrong")
    throw ExitCode(1)
  }
}

private struct Measuring {
  let filter: [String]

  /// Measures ceilings and kernels.
  ///
  /// - Parameter report: called with a line about each figure, and all figures so far.
  func results<Device: GPUDevice>(
    on device: Device, _ report: (String, BenchResults) throws -> Void
  ) throws -> BenchResults {
    let pool = RandomPool(seed: 1)
    var results = BenchResults()
    // The emulator has no time for sizes of networks.
    let isFull = !device.detectsMemoryFaults
    let ceilings = Ceilings(device: device, pool: pool, isFull: isFull)
    try ceilings.measure { figure in
      results.ceilings.append(figure)
      try report(figure.text, results)
    }
    for workload in try Workloads(device: device, isFull: isFull).all() where lets(workload) {
      var figure = KernelFigure(workload)
      do {
        try figure.measure(workload, on: device, pool, results.ceilings)
      } catch {
        figure.fault = "\(error)"
      }
      results.kernels.append(figure)
      try report(figure.text, results)
      // After a fault of a kernel, every call of the driver fails in this process.
      if figure.fault != nil { try device.synchronize() }
    }
    return results
  }

  private func lets<Device: GPUDevice>(_ workload: Workload<Device>) -> Bool {
    let text = "\(workload.family) \(workload.kernel) \(workload.shape)"
    return filter.isEmpty || filter.contains { text.contains($0) }
  }
}
