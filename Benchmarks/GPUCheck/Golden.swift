import ArgumentParser
import GPUCatalogue
import GPUDevices

/// Records what a GPU computes of every instruction.
struct Golden: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "golden",
    abstract: "Write what the GPU computes of every instruction with random operands.",
    discussion: """
      The file is committed as Tests/GoldenVectors/<target>.json, where the tests compare the emulator with
      it. What the emulator wrote is for trying the command out.
      """)

  @Argument(help: "The file to write.")
  var file: String

  @OptionGroup var options: DeviceOptions

  func run() throws { try options.run(Recording(file: file)) }

  private struct Recording: DeviceWork {
    let file: String

    func run<Device: GPUDevice>(on device: Device, _ record: DeviceRecord) throws {
      let vectors = try GoldenVectors(recordedOn: device, driver: record.driver ?? "none")
      try vectors.write(to: file)
      let comparison = try vectors.compare { try $0.emulatedOutputs(of: $0.kernel.program) }
      say(
        "\(file): \(record.name), \(comparison.agreed.count) instructions as the emulator has them")
      for difference in comparison.differences { say("the emulator differs: \(difference)") }
      for name in comparison.missing { say("not on this device: \(name)") }
    }
  }
}
