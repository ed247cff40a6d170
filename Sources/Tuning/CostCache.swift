package import CPUBackend
internal import CPUKernels
package import Tensors

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Which costs a compilation decides by.
package enum CostRequest: Sendable, Hashable {
  /// What the environment names; else the tuned costs of this processor, where there are such; else
  /// the built-in ones.
  case automatic
  case builtIn
  /// The tuned costs in a file.
  case file(String)
}

/// Where tuned costs are kept, and which of them count.
package struct CostCache: Sendable {
  /// Names a file of costs, or ``builtInName``.
  package static let variable = "HEWN_COSTS"
  package static let builtInName = "built-in"

  package var environment: [String: String]
  package var processor: ProcessorIdentity
  package var kernels: String

  package init(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    processor: ProcessorIdentity = .current, kernels: String = KernelVersion.current
  ) {
    self.environment = environment
    self.processor = processor
    self.kernels = kernels
  }

  /// The request in the place of an automatic one.
  package var preferred: CostRequest {
    switch environment[Self.variable] {
    case nil, "": .automatic
    case Self.builtInName: .builtIn
    case let file?: .file(file)
    }
  }

  /// The folder of the tuned costs; `nil` where the environment has neither a home nor a cache.
  package var folder: String? {
    CacheFolder.path { environment[$0] }
  }

  /// The file of the tuned costs of this processor; `nil` without a folder.
  ///
  /// Its name depends on all that shapes the costs, so that machines may share the folder.
  package func file(for set: InstructionSet) -> String? {
    let key =
      [set.rawValue, kernels, "\(CostFile.formatVersion)"]
      + processor.fields.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    let hash = Fingerprint.hexadecimal(of: Array(key.joined(separator: "\n").utf8))
    return folder.map { "\($0)/costs-\(set.rawValue)-\(hash).json" }
  }

  /// The costs of a request, and what to note of them.
  ///
  /// A file that was asked for must be good. One of the cache that is not is passed over, and noted.
  ///
  /// - Throws: as `CostFile(contentsOf:for:)`, for a file that was asked for.
  package func costs(
    _ request: CostRequest, for set: InstructionSet
  ) throws(HewnError) -> (table: CPUCostTable, origin: CostOrigin, note: String?) {
    var note: String?
    switch request == .automatic ? preferred : request {
    case .file(let path):
      return tuned(try CostFile(contentsOf: path, for: set, processor: processor, kernels: kernels))
    case .automatic:
      guard let path = file(for: set), FileManager.default.fileExists(atPath: path) else { break }
      do throws(HewnError) {
        return tuned(
          try CostFile(contentsOf: path, for: set, processor: processor, kernels: kernels))
      } catch {
        note = "\(error.message); the built-in costs are used"
      }
    case .builtIn: break
    }
    let table = CPUCostTable.builtIn(for: set)
    let origin = CostOrigin(source: .builtIn, isa: table.isa, machine: table.machine)
    return (table.withCachesOfProcessor(), origin, note)
  }

  private func tuned(
    _ file: CostFile
  ) -> (table: CPUCostTable, origin: CostOrigin, note: String?) {
    (file.table.withCachesOfProcessor(), file.origin, nil)
  }

  /// The file that tuning writes.
  ///
  /// - Throws: `invalidArgument` where there is none to choose.
  package func target(
    _ request: CostRequest, for set: InstructionSet
  ) throws(HewnError) -> String {
    switch request == .automatic ? preferred : request {
    case .file(let path): return path
    case .builtIn:
      throw HewnError(
        .invalidArgument,
        "the built-in costs cannot be written to; give a file with --costs, unset \(Self.variable),"
          + " or give --dry-run")
    case .automatic:
      guard !processor.fields.isEmpty else {
        throw HewnError(
          .invalidArgument,
          "the system does not tell which processor this is; give a file with --costs")
      }
      guard let path = file(for: set) else {
        throw HewnError(
          .invalidArgument,
          "there is no folder for the costs: set \(CacheFolder.variable) or HOME, or give a file with --costs"
        )
      }
      return path
    }
  }

  /// Writes costs, making the folder of the cache where it is missing.
  ///
  /// - Throws: as ``CostFile/write(to:)``.
  package func write(_ file: CostFile, to path: String) throws(HewnError) {
    if let folder, path.hasPrefix("\(folder)/") {
      do throws(HewnError) {
        try CacheFolder.make(folder)
      } catch {
        throw HewnError(error.code, "\(error.message); give a file with --costs")
      }
    }
    try file.write(to: path)
  }
}
