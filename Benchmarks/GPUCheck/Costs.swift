import ArgumentParser
import GPUCatalogue
import GPUDevices
import GPUKernels

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Counts what kernels of convolutions on blocks execute, on the emulator: the table by which they are chosen.
struct Costs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "costs",
    abstract: "Count what convolutions on blocks execute for their parts, on the emulator.")

  @Option(help: "Write the table to a file, as JSON.")
  var json: String?

  @Option(help: "Write the table to a file, as the Swift source of the built-in one.")
  var swift: String?

  func run() throws {
    let table = try BlockCostTable.counted()
    for entry in table.entries { say(entry.text) }
    if let swift { try table.swiftSource.write(toFile: swift, atomically: true, encoding: .utf8) }
    if let json {
      try Record(command: "gpu-check costs", device: DeviceRecord(EmulatorDevice()), results: table)
        .write(to: json)
    }
  }
}

extension BlockCostTable.Entry {
  /// What a step of 8 pixels takes.
  fileprivate var text: String {
    let pixels = 8
    let passes = activations(pixels) + weights(pixels) + offsets
    return "\(key.precision) \(key.form) \(key.height) rows, \(pixels) pixels:"
      + " \(step(pixels).text(digits: 1)) instructions and \(passes.text(digits: 1)) wavefronts a step,"
      + " \(segment.text(digits: 1)) instructions a segment, \(chunk.text(digits: 1)) a chunk,"
      + " \(block(pixels).text(digits: 1)) a block"
  }
}
