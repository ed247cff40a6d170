import ArgumentParser
import Emulator
import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors

/// Counts what kernels of sparse convolutions execute, on the emulator.
struct Mix: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mix",
    abstract: "Count the instructions of sparse convolutions by class, on the emulator.")

  @Option(help: "Only layers whose names contain this.")
  var layer = ""

  @Option(help: "Write the counts to a file, as JSON.")
  var json: String?

  /// One kernel's counts.
  struct Figure: Encodable {
    var layer: String
    var zerosPercent: Int
    /// How the weights are computed with: `direct`, or the cover that a kernel runs.
    var method: String
    var kernel: String
    /// The multiply-adds of filled slots included.
    var multiplyAddsPerUseful: Double
    var per32MultiplyAdds: InstructionMix
  }

  func run() throws {
    var figures: [Figure] = []
    for layer in MixLayer.all where layer.name.contains(self.layer) || self.layer.isEmpty {
      for zeros in MixLayer.zeros {
        for figure in try counts(layer, zeros: zeros) {
          say(figure.text)
          figures.append(figure)
        }
      }
    }
    if let json {
      try Record(
        command: "gpu-check mix", device: DeviceRecord(EmulatorDevice()), results: figures
      ).write(to: json)
    }
  }

  private func counts(_ layer: MixLayer, zeros: Double) throws -> [Figure] {
    let options = EmulatorOptions(detectors: [], threadCount: 2)
    let device = CheckedDevice(EmulatorDevice(target: .sm90a, options: options))
    let test = layer.test(zeros: zeros, covering: .leaves)
    var random = SplitMix64(seed: 61)
    let problem = test.problem
    let count = 8 * test.imageGroups * layer.size * layer.size
    let input = try device.buffer((0..<count * layer.channels).map { _ in random.uniform() })
    let output = try device.allocate(byteCount: 4 * count * layer.filters)
    let tensors = LeafCase.Tensors(input: input, output: output, residual: 0)
    let weights = test.weights().count { $0 != 0 }
    let useful = Double(weights) * Double(count)
    func figure(_ method: String, kernel: String, slots: Int) throws -> Figure {
      guard let report = device.device.lastReport else {
        throw HewnError(.internal, "the emulator has no report of kernel \(kernel)")
      }
      return Figure(
        layer: layer.name, zerosPercent: Int((100 * zeros).rounded()), method: method,
        kernel: kernel, multiplyAddsPerUseful: Double(slots) / Double(weights),
        per32MultiplyAdds: InstructionMix(report, usefulMultiplyAdds: useful))
    }

    try device.convolveDirectly(test, tensors)
    var figures = [try figure("direct", kernel: DirectKernel(problem).name, slots: weights)]
    for covering in [LeafCase.Covering.leaves, .cheapest] {
      let test = layer.test(zeros: zeros, covering: covering)
      let packed = try device.convolve(test, tensors, figures: .h100)
      let slots = try test.branches().reduce(0) {
        let parts = $1.cover.statistics
        return $0 + parts.leafCount + parts.slotCount
      }
      figures.append(
        try figure(
          covering == .leaves ? "leaves" : "segments and leaves", kernel: LeafKernel(packed).name,
          slots: slots))
    }
    let blocks = try layer.blocks(test)
    let halves = try device.buffer(
      (0..<count * layer.channels).map { _ in random.uniform() }, as: .f16)
    let results = try device.output(.f16, count: count * layer.filters)
    try device.convolve(
      blocks, device.upload(blocks), input: halves, output: results, residual: nil)
    figures.append(
      try figure("blocks", kernel: BlockKernel(blocks).name, slots: blocks.multiplyAddCount))
    return figures
  }
}

extension BlockLayer {
  /// Of a pixel of an image, padding included.
  fileprivate var multiplyAddCount: Int { counts.bandSteps * 16 * tiling.precision.stepTaps }
}

extension Mix.Figure {
  fileprivate var text: String {
    let mix = per32MultiplyAdds
    let parts = [
      ("control", mix.controlFlow), ("address", mix.addressArithmetic),
      ("float", mix.floatingPoint), ("tensor", mix.tensor), ("shared", mix.sharedMemory),
      ("global", mix.globalMemory), ("other", mix.other), ("wavefronts", mix.sharedWavefronts),
      ("sectors", mix.globalSectors),
    ]
    return "\(layer) \(zerosPercent) % \(method): "
      + parts.map { "\($0.0) \($0.1.text(digits: 3))" }.joined(separator: ", ")
      + (mix.peakShareBound.map { ", at most \((100 * $0).text(digits: 1)) % of the peak" } ?? "")
  }
}
