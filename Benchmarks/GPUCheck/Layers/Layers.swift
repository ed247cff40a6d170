import ArgumentParser
import GPUBackend
import GPUCatalogue
import GPUDevices
import GPUKernels
import Runtime

/// Plans the convolutions of known networks, and measures them.
package struct Layers: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "layers",
    abstract: "Plan the convolutions of known networks, dense and pruned, and measure them.",
    discussion: """
      Without a device nothing runs: layers are planned and packed for a GPU, and times are predictions. With \
      one, every output is checked before it is measured: cold, with tensors that rotate over more than the \
      second-level cache, and warm, with the same tensors each time. The emulator runs shrunken layers.
      """)

  @Option(help: "What runs the kernels: the first GPU, or the emulator; else nothing does.")
  var device: DeviceKind?

  @Option(
    help: ArgumentHelp(
      "Plan for the GPU whose name contains this, without a device; may be repeated.",
      valueName: "name"))
  var gpu = ["H200"]

  @Option(help: "Images.")
  var batch = 32

  @Option(help: "Precisions, separated by commas: f32, tf32, f16, bf16.")
  var precision = "f16"

  @Option(help: "Only layers whose names contain this text; may be repeated.")
  var filter: [String] = []

  @Option(help: "Begin no further layer after so many seconds.")
  var seconds: Double = .infinity

  @Option(help: "Write the figures to a file, as JSON, and anew after each layer.")
  var json: String?

  package init() {}

  package func validate() throws {
    _ = try (figures(), precisions())
    if batch < 1 { throw ValidationError("a batch of \(batch) images") }
  }

  package func run() throws {
    let work = LayersWork(
      precisions: try precisions(), batch: batch, filter: filter, seconds: seconds, json: json,
      command: command)
    switch device {
    case nil: try work.predict(for: figures())
    case let device?:
      var options = DeviceOptions()
      options.device = device
      try options.run(work)
    }
  }

  private func figures() throws -> [GPUFigures] {
    try gpu.map { name in
      let text = name.lowercased()
      if let figures = GPUFigures.all.first(where: { $0.name.lowercased().contains(text) }) {
        return figures
      }
      let names = GPUFigures.all.map(\.name).joined(separator: ", ")
      throw ValidationError("no GPU is called \(name); known are \(names)")
    }
  }

  private func precisions() throws -> [Precision] {
    try precision.split(separator: ",").map { word in
      guard let precision = Precision(rawValue: String(word)) else {
        throw ValidationError("\(word) is no precision: f32, tf32, f16 and bf16 are")
      }
      return precision
    }
  }

  private var command: String {
    (["gpu-check layers"]
      + (device.map { ["--device \($0.rawValue)"] } ?? gpu.map { "--gpu \($0)" })
      + ["--batch \(batch) --precision \(precision)"] + filter.map { "--filter \($0)" })
      .joined(separator: " ")
  }

  /// What is wrong with the layers on a device that is not a GPU.
  package static func faults(on device: some GPUDevice, filter: [String]) throws -> [String] {
    let work = LayersWork(
      precisions: Precision.allCases, batch: 16, filter: filter, seconds: .infinity,
      json: nil, command: "")
    return try work.figures(on: device).compactMap { figure in
      figure.fault.map { "\(figure.name): \($0)" }
    }
  }
}
