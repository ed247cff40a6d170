import ArgumentParser

/// Tests and measures GPU kernels on the machine at hand.
@main struct GPUCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gpu-check",
    abstract: "Tests and measures Hewn's GPU kernels.",
    subcommands: [
      WritePTX.self, EmulatorSpeed.self, Mix.self, Costs.self, Test.self, Golden.self, Bench.self,
      Layers.self,
    ])
}
