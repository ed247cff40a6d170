import GPUDevices
import KernelIR
import Tensors

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a GPU has computed of every instruction: files of `Tests/GoldenVectors`, which the emulator must agree
/// with.
package struct GoldenVectors: Codable, Equatable, Sendable {
  /// What the GPU computed of one ``InstructionCase``.
  struct Outputs: Codable, Equatable, Sendable {
    /// Digest of the operands, so that they need not be kept.
    var operandDigest: String
    /// Bytes that a cell needs: 1, 2, 4 or 8.
    var cellByteCount: Int
    /// The cells, their low bytes first; base64 in files.
    var cells: Data
    /// Digest of the cells, which tells damage from disagreement.
    var cellDigest: String
  }

  private var format = GoldenVectors.format
  /// The GPU's name.
  package private(set) var device: String
  /// As `9.0`.
  package private(set) var computeCapability: String
  /// The newest CUDA version of the driver, and its release where the system tells it.
  package private(set) var driver: String
  /// By ``InstructionCase/name``.
  var instructions: [String: Outputs]

  private static let format = "hewn golden vectors 1"

  /// Computes every instruction that a device has.
  package init(recordedOn device: some GPUDevice, driver: String) throws {
    let properties = device.properties
    let capability = properties.computeCapability
    self.device = properties.name
    self.driver = driver
    computeCapability = "\(capability.major).\(capability.minor)"
    instructions = [:]
    for instruction in try InstructionCase.all()
    where instruction.kernel.target.runs(onComputeCapability: capability) {
      instructions[instruction.name] = Outputs(
        try instruction.outputs(on: device), operandDigest: instruction.operandDigest)
    }
  }
}

extension GoldenVectors.Outputs {
  fileprivate init(_ cells: [UInt64], operandDigest: String) {
    self.operandDigest = operandDigest
    let greatest = cells.max() ?? 0
    let byteCount = [1, 2, 4].first { (count: Int) in greatest >> UInt64(8 * count) == 0 } ?? 8
    cellByteCount = byteCount
    let bytes = cells.flatMap { cell in
      (0..<byteCount).map { UInt8(truncatingIfNeeded: cell >> UInt64(8 * $0)) }
    }
    self.cells = Data(bytes)
    cellDigest = Self.digest(of: bytes, by: byteCount)
  }

  /// The cells; `nil` where they are damaged.
  fileprivate var values: [UInt64]? {
    let bytes = Array(cells)
    guard [1, 2, 4, 8].contains(cellByteCount), bytes.count.isMultiple(of: cellByteCount),
      Self.digest(of: bytes, by: cellByteCount) == cellDigest
    else { return nil }
    return stride(from: 0, to: bytes.count, by: cellByteCount).map { start in
      (0..<cellByteCount).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
    }
  }
}

extension GoldenVectors.Outputs {
  fileprivate static func digest(of bytes: [UInt8], by cellByteCount: Int) -> String {
    Fingerprint.hexadecimal(of: [UInt8(cellByteCount)] + bytes)
  }
}

extension InstructionCase {
  /// Tells cases with other operands apart.
  var operandDigest: String {
    Fingerprint.hexadecimal(
      of: inputs.lazy.flatMap { cell in
        (0..<8).map { UInt8(truncatingIfNeeded: cell >> UInt64(8 * $0)) }
      })
  }
}

// MARK: Comparing

extension GoldenVectors {
  /// How an emulator agrees with the GPU.
  package struct Comparison: Equatable, Sendable {
    /// Instructions that it agrees on.
    package var agreed: [String] = []
    package var differences: [String] = []
    /// Instructions that the file lacks: they came later, or the GPU does not have them.
    package var missing: [String] = []
  }

  /// Compares with what `outputs` computes, bit by bit but for matrix products.
  package func compare(
    _ outputs: (InstructionCase) throws -> [UInt64]
  ) throws -> Comparison {
    var comparison = Comparison()
    for instruction in try InstructionCase.all() {
      guard let recorded = instructions[instruction.name] else {
        comparison.missing.append(instruction.name)
        continue
      }
      if let difference = try difference(instruction, recorded, outputs) {
        comparison.differences.append("\(instruction.name): \(difference)")
      } else {
        comparison.agreed.append(instruction.name)
      }
    }
    return comparison
  }

  private func difference(
    _ instruction: InstructionCase, _ recorded: Outputs,
    _ outputs: (InstructionCase) throws -> [UInt64]
  ) throws -> String? {
    guard recorded.operandDigest == instruction.operandDigest else {
      return "it was recorded with other operands: record it again, or delete it from the file"
    }
    guard let want = recorded.values else { return "the outputs are damaged" }
    return instruction.difference(try outputs(instruction), from: want)
  }
}

// MARK: Files

extension GoldenVectors {
  /// - Throws: `io`, or `invalidFile` for what is no such file or damaged.
  package static func read(_ path: String) throws(HewnError) -> GoldenVectors {
    let bytes = try Files.read(path)
    let vectors: GoldenVectors
    do {
      vectors = try JSONDecoder().decode(GoldenVectors.self, from: Data(bytes))
    } catch {
      throw HewnError(.invalidFile, "\(path) has no golden vectors: \(error)")
    }
    guard vectors.format == format else {
      throw HewnError(
        .invalidFile,
        "\(path) is of the format “\(vectors.format)”, not “\(format)”: record it again")
    }
    for (name, outputs) in vectors.instructions where outputs.values == nil {
      throw HewnError(.invalidFile, "\(path) is damaged in the outputs of \(name)")
    }
    return vectors
  }

  /// - Throws: `io`
  package func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try Files.write([Array(encoder.encode(self)), Array("\n".utf8)], to: path)
  }
}
