package import GPUKernels
package import Tensors

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Where measured costs of GPUs are kept: in the folder of those of processors.
package struct GPUCostCache: Sendable {
  package var environment: [String: String]

  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.environment = environment
  }

  private var folder: String? { CacheFolder.path { environment[$0] } }

  /// The file of a GPU; `nil` where the environment has neither a home nor a cache.
  ///
  /// Its name depends on all that shapes the costs, so that machines may share the folder.
  package func file(for gpu: GPUIdentity) -> String? {
    let key = [gpu.name, gpu.driver, gpu.kernels, "\(GPUCostFile.formatVersion)"]
    let hash = Fingerprint.hexadecimal(of: Array(key.joined(separator: "\n").utf8))
    return folder.map { "\($0)/gpu-costs-\(hash).json" }
  }

  /// The costs of a GPU: those measured, where they were and their file is good, else those counted; and what
  /// to note of that.
  package func costs(for gpu: GPUIdentity) -> (costs: BlockCosts, note: String?) {
    guard let path = file(for: gpu), CacheFolder.exists(path) else { return (.counted, nil) }
    do throws(HewnError) {
      return (try GPUCostFile(contentsOf: path, for: gpu).costs, nil)
    } catch {
      return (.counted, "\(error.message); the built-in costs are used")
    }
  }

  /// Writes the costs of a GPU, making the folder where it is missing.
  ///
  /// - Returns: the file.
  /// - Throws: `invalidArgument` without a folder; as ``GPUCostFile/write(to:)``.
  @discardableResult package func write(_ file: GPUCostFile) throws(HewnError) -> String {
    guard let folder, let path = self.file(for: file.gpu) else {
      throw HewnError(
        .invalidArgument,
        "there is no folder for the costs: set \(CacheFolder.variable) or HOME")
    }
    try CacheFolder.make(folder)
    try file.write(to: path)
    return path
  }
}
