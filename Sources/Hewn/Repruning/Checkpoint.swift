internal import CPUBackend
internal import Covers
internal import Graphs
internal import PlanFiles
internal import Repruning
internal import Tensors

/// A folder with what was found of each layer, from which a run that was stopped goes on.
struct Checkpoint {
  /// Another one wherever the same input gives other findings, or files hold them in another way.
  private static let revision = 4

  private let folder: String
  /// Sums up all that the findings depend on.
  private let key: String

  /// Makes the folder where there is none.
  ///
  /// - Throws: `io`; what the images throw.
  init(
    _ folder: String, _ network: NetworkToReprune, _ options: RepruneOptions,
    images: RepruneImages?
  ) throws {
    self.folder = folder
    try CacheFolder.make(folder)
    var sum = CRC32.checksum(network.calibrationGraph.description)
    for value in network.calibrationGraph.values {
      if let constant = value.constant {
        sum = constant.withUnsafeBytes { CRC32.checksum($0, after: sum) }
      }
    }
    let costs = CRC32.checksum(
      network.layers.map { "\($0.name) \($0.costs)" }.joined(separator: "\n"))
    var parts = [
      Release.version, "prices \(Self.revision)", "network \(sum)", "costs \(costs)",
      "seed \(options.seed)", "sums \(InstructionSet.best.rawValue)",
      options.compensation.rawValue, options.importance?.rawValue ?? "",
    ]
    if let loss = options.loss { parts.append("loss \(loss.rawValue)") }
    if let images {
      var sum: UInt32 = 0
      for image in 0..<images.count {
        let tensor = try passingOn { try images.tensor([image]) }
        sum = tensor.withUnsafeBytes { CRC32.checksum($0, after: sum) }
      }
      parts.append("\(images.count) images \(sum)")
    }
    key = parts.joined(separator: ", ")
  }

  /// What was found of a layer; `nil` where nothing was, or of another run.
  ///
  /// - Throws: `io`, `invalidFile`.
  func read(
    _ index: Int, groups: [FilterWeights]
  ) throws(Tensors.HewnError) -> FrontierFile? {
    try FrontierFile(contentsOf: path(index), key: key, groups: groups)
  }

  /// - Throws: `io`.
  func write(_ file: FrontierFile, _ index: Int) throws(Tensors.HewnError) {
    try file.write(to: path(index), key: key)
  }

  /// Files of runs with other keys have other names.
  private func path(_ index: Int) -> String {
    "\(folder)/\(String(CRC32.checksum(key), radix: 16))-layer-\(index).safetensors"
  }
}
