package import CPUBackend
internal import CPUKernels
package import Tensors

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A measured cost table in a file, with everything that shaped it.
package struct CostFile: Sendable, Equatable {
  package var table: CPUCostTable
  package var processor: ProcessorIdentity
  /// The kernels that were measured.
  package var kernels: String
  /// When, in UTC as `2026-01-31T12:00:00Z`.
  package var date: String

  static let formatName = "hewn costs"
  /// Grows whenever the meaning of a number changes.
  static let formatVersion = 2
  private static let greatestByteCount = 1 << 20

  package init(
    _ table: CPUCostTable, processor: ProcessorIdentity = .current,
    kernels: String = KernelVersion.current, date: String = Self.now
  ) {
    self.table = table
    self.processor = processor
    self.kernels = kernels
    self.date = date
  }

  /// This second.
  package static var now: String { Date().formatted(.iso8601) }

  package var origin: CostOrigin {
    CostOrigin(source: .tuned, isa: table.isa, machine: table.machine, date: date)
  }

  /// Reads a file, and believes nothing of it.
  ///
  /// - Throws: `io` for a file that cannot be read, `invalidFile` for one that holds no costs that the
  ///   kernels could have, `unsupported` for costs of another format, of other kernels, or of another
  ///   processor than `processor` and instruction set than `set`; each names the file.
  package init(
    contentsOf path: String, for set: InstructionSet, processor: ProcessorIdentity = .current,
    kernels: String = KernelVersion.current
  ) throws(HewnError) {
    let bytes = try Files.read(path, limit: Self.greatestByteCount)
    do throws(HewnError) {
      try self.init(parsing: bytes, for: set)
      guard self.processor == processor else {
        throw HewnError(.unsupported, "its costs are those of \(self.processor)")
      }
      guard self.kernels == kernels else {
        throw HewnError(.unsupported, "its costs are those of other kernels than this hewn has")
      }
    } catch {
      throw HewnError(
        error.code,
        "\(path): \(error.message); measure again with hewn tune, or give --costs built-in")
    }
  }

  private init(parsing bytes: [UInt8], for set: InstructionSet) throws(HewnError) {
    let decoder = JSONDecoder()
    let data = Data(bytes)
    guard let head = try? decoder.decode(CostDocument.Head.self, from: data),
      head.format == Self.formatName
    else { throw HewnError(.invalidFile, "it holds no costs") }
    guard head.formatVersion == Self.formatVersion else {
      throw HewnError(
        .unsupported, "it is of format \(head.formatVersion), this hewn reads \(Self.formatVersion)"
      )
    }
    guard let document = try? decoder.decode(CostDocument.self, from: data) else {
      throw HewnError(.invalidFile, "it is damaged")
    }
    guard document.table.isa == set.rawValue else {
      throw HewnError(
        .unsupported, "its costs are for \(shown(document.table.isa)), not \(set.rawValue)")
    }
    self.init(
      document.table.costs, processor: ProcessorIdentity(fields: document.processor),
      kernels: document.kernels, date: document.date)
    try check(for: set)
  }

  /// Writes the file, which appears whole or not at all.
  ///
  /// - Throws: `io`; `failedCheck` for costs that no kernel can have, as where measuring was disturbed.
  package func write(to path: String) throws(HewnError) {
    guard let set = InstructionSet(rawValue: table.isa) else {
      throw HewnError(.internal, "costs of \(table.isa)")
    }
    do throws(HewnError) {
      try check(for: set)
    } catch {
      throw HewnError(
        .failedCheck, "\(error.message): measuring was disturbed; run hewn tune again, or longer")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data: Data
    do {
      data = try encoder.encode(CostDocument(self))
    } catch {
      throw HewnError(.internal, "costs cannot be encoded: \(error)")
    }
    try Files.write([Array(data), [0x0a]], to: path)
  }
}

/// The file as JSON.
private struct CostDocument: Codable {
  /// What is read before anything else is believed.
  struct Head: Decodable {
    var format: String
    var formatVersion: Int

    enum CodingKeys: String, CodingKey {
      case format
      case formatVersion = "format_version"
    }
  }

  var format = CostFile.formatName
  var formatVersion = CostFile.formatVersion
  var kernels: String
  var processor: [String: String]
  var date: String
  var table: CostTableDocument

  init(_ file: CostFile) {
    kernels = file.kernels
    processor = file.processor.fields
    date = file.date
    table = CostTableDocument(file.table)
  }

  enum CodingKeys: String, CodingKey {
    case format, kernels, processor, date, table
    case formatVersion = "format_version"
  }
}

/// A cost table without the sizes of caches, which are asked of the system, in nanoseconds.
private struct CostTableDocument: Codable {
  var isa: String
  var machine: String
  var tap: [[Double]]
  var unalignedTap: [[Double]]
  var block: [[Double]]
  var finish: Double
  var part: Double
  var panel: Double
  var gatheredLeaf: Double
  var winograd: WinogradCosts
  var matrix: MatrixCosts

  init(_ table: CPUCostTable) {
    isa = table.isa
    machine = table.machine
    tap = table.tap
    unalignedTap = table.unalignedTap
    block = table.block
    finish = table.finish
    part = table.part
    panel = table.panel
    gatheredLeaf = table.gatheredLeaf
    winograd = table.winograd
    matrix = table.matrix
  }

  var costs: CPUCostTable {
    CPUCostTable(
      isa: isa, machine: machine, tap: tap, unalignedTap: unalignedTap, block: block,
      finish: finish, part: part, panel: panel, gatheredLeaf: gatheredLeaf, winograd: winograd,
      matrix: matrix)
  }
}

/// Text of a file as a message may hold it.
private func shown(_ text: String) -> String {
  let letters = text.unicodeScalars.prefix(32).filter { $0.value >= 32 && $0.value < 127 }
  return "\"\(letters.map(String.init).joined())\""
}
