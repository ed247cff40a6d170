package import GPUKernels
package import Tensors

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Measured costs of a GPU in a file, with everything that shaped them.
package struct GPUCostFile: Hashable, Sendable {
  package var gpu: GPUIdentity
  /// When, in UTC as `2026-01-31T12:00:00Z`.
  package var date: String
  package var measured: [BlockCostTable.Key: BlockCosts.Measured]

  static let formatName = "hewn gpu costs"
  /// Grows whenever the meaning of a number changes.
  static let formatVersion = 1
  private static let greatestByteCount = 1 << 20
  /// A step cannot be much faster than what its limits allow, nor as slow as this.
  private static let scales = 0.2...100.0
  private static let startCycles = 0.0...1e6

  package init(
    _ gpu: GPUIdentity, date: String = Self.now,
    measured: [BlockCostTable.Key: BlockCosts.Measured]
  ) {
    self.gpu = gpu
    self.date = date
    self.measured = measured
  }

  /// This second.
  package static var now: String { Date().formatted(.iso8601) }

  /// What convolutions are chosen by.
  package var costs: BlockCosts { BlockCosts(measured: measured) }

  /// Reads a file, and believes nothing of it.
  ///
  /// - Throws: `io` for a file that cannot be read, `invalidFile` for one that holds no costs that a GPU could
  ///   have, `unsupported` for costs of another format or another GPU; each names the file.
  package init(contentsOf path: String, for gpu: GPUIdentity) throws(HewnError) {
    let bytes = try Files.read(path, limit: Self.greatestByteCount)
    do throws(HewnError) {
      try self.init(parsing: bytes, for: gpu)
    } catch {
      throw HewnError(
        error.code, "\(path): \(error.message); measure again with hewn tune --device cuda")
    }
  }

  private init(parsing bytes: [UInt8], for gpu: GPUIdentity) throws(HewnError) {
    let decoder = JSONDecoder()
    let data = Data(bytes)
    guard let head = try? decoder.decode(GPUCostDocument.Head.self, from: data),
      head.format == Self.formatName
    else { throw HewnError(.invalidFile, "it holds no costs of a GPU") }
    guard head.formatVersion == Self.formatVersion else {
      throw HewnError(
        .unsupported,
        "it is of format \(head.formatVersion), this hewn reads \(Self.formatVersion)")
    }
    guard let document = try? decoder.decode(GPUCostDocument.self, from: data) else {
      throw HewnError(.invalidFile, "it is damaged")
    }
    guard document.name == gpu.name, document.driver == gpu.driver else {
      throw HewnError(.unsupported, "its costs are not those of \(gpu)")
    }
    guard document.kernels == gpu.kernels else {
      throw HewnError(.unsupported, "its costs are those of other kernels than this hewn has")
    }
    self.init(gpu, date: document.date, measured: [:])
    for entry in document.entries {
      let key = BlockCostTable.Key(entry.precision, entry.form, entry.height)
      guard BlockCostTable.Key.all.contains(key), measured[key] == nil else {
        throw HewnError(.invalidFile, "its entries are not those of the kernels")
      }
      measured[key] = BlockCosts.Measured(
        stepScale: entry.stepScale, segmentCycles: entry.segmentCycles)
    }
    try check()
  }

  /// Checks that there are numbers, and that they can be those of a GPU.
  private func check() throws(HewnError) {
    guard !measured.isEmpty else { throw HewnError(.invalidFile, "it has no entries") }
    for (key, costs) in measured.sorted(by: { $0.key.text < $1.key.text }) {
      guard Self.scales.contains(costs.stepScale) else {
        throw HewnError(
          .invalidFile, "a step of \(key.text) takes \(costs.stepScale) times what it should")
      }
      guard Self.startCycles.contains(costs.segmentCycles) else {
        throw HewnError(
          .invalidFile, "a segment of \(key.text) takes \(costs.segmentCycles) cycles to start")
      }
    }
  }

  /// Writes the file, which appears whole or not at all.
  ///
  /// - Throws: `io`; `failedCheck` for costs that no GPU can have, as where measuring was disturbed.
  package func write(to path: String) throws(HewnError) {
    do throws(HewnError) {
      try check()
    } catch {
      throw HewnError(
        .failedCheck, "\(error.message): measuring was disturbed; run hewn tune again")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data: Data
    do {
      data = try encoder.encode(GPUCostDocument(self))
    } catch {
      throw HewnError(.internal, "costs cannot be encoded: \(error)")
    }
    try Files.write([Array(data), [0x0a]], to: path)
  }
}

/// The file as JSON.
private struct GPUCostDocument: Codable {
  /// What is read before anything else is believed.
  struct Head: Decodable {
    var format: String
    var formatVersion: Int

    enum CodingKeys: String, CodingKey {
      case format
      case formatVersion = "format_version"
    }
  }

  struct Entry: Codable {
    var precision: BlockPrecision
    var form: BlockTiling.Form
    var height: Int
    var stepScale: Double
    var segmentCycles: Double

    enum CodingKeys: String, CodingKey {
      case precision, form, height
      case stepScale = "step_scale"
      case segmentCycles = "segment_cycles"
    }
  }

  var format = GPUCostFile.formatName
  var formatVersion = GPUCostFile.formatVersion
  var name: String
  var driver: String
  var kernels: String
  var date: String
  var entries: [Entry]

  init(_ file: GPUCostFile) {
    name = file.gpu.name
    driver = file.gpu.driver
    kernels = file.gpu.kernels
    date = file.date
    entries = BlockCostTable.Key.all.compactMap { key in
      file.measured[key].map {
        Entry(
          precision: key.precision, form: key.form, height: key.height, stepScale: $0.stepScale,
          segmentCycles: $0.segmentCycles)
      }
    }
  }

  enum CodingKeys: String, CodingKey {
    case format, name, driver, kernels, date, entries
    case formatVersion = "format_version"
  }
}

extension BlockCostTable.Key {
  /// As messages name it.
  fileprivate var text: String { "\(height) rows in \(precision.rawValue) by a \(form.rawValue)" }
}
