import ArgumentParser
import GPUDevices
import KernelIR

/// Measures the GPU's ceilings, and kernels against them.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
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

  func run() throws {
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

private struct BenchWork: DeviceWork {
  let filter: [String]
  let json: String?
  let command: String

  func run<Device: GPUDevice>(on device: Device, _ record: DeviceRecord) throws {
    say("\(record.name), \(record.driver ?? "no driver")")
    let pool = RandomPool(seed: 1)
    var results = BenchResults()
    func write() throws {
      guard let json else { return }
      try Record(command: command, device: record, results: results).write(to: json)
    }
    let isFull = !device.detectsMemoryFaults
    let ceilings = Ceilings(device: device, pool: pool, isFull: isFull)
    results.ceilings = try ceilings.figures { say($0.text) }
    try write()
    var faultCount = results.ceilings.count { $0.fault != nil }
    for workload in try Workloads(device: device, isFull: isFull).all()
    where filter.isEmpty
      || filter.contains(where: {
        "\(workload.family) \(workload.kernel) \(workload.shape)".contains($0)
      })
    {
      var figure = KernelFigure(workload)
      do {
        try figure.measure(workload, on: device, pool, results.ceilings)
      } catch {
        figure.fault = "\(error)"
      }
      say(figure.text)
      results.kernels.append(figure)
      try write()
      guard figure.fault != nil else { continue }
      faultCount += 1
      // After a fault of a kernel, every call of the driver fails in this process.
      try device.synchronize()
    }
    if faultCount > 0 {
      say("\(faultCount) kernels are wrong")
      throw ExitCode(1)
    }
  }
}
