package import GPUDevices
internal import GPUKernels
internal import Tensors

/// What tells GPUs with different kernel costs apart.
package struct GPUIdentity: Hashable, Sendable, CustomStringConvertible {
  package var name: String
  /// The newest CUDA version of the driver, and its release where the system tells it.
  package var driver: String
  /// The kernels, by what they execute.
  package var kernels: String

  package init(name: String, driver: String, kernels: String = Self.currentKernels) {
    self.name = name
    self.driver = driver
    self.kernels = kernels
  }

  package init(_ device: CUDADevice) {
    let driver = device.context.device.driver
    self.init(
      name: device.properties.name,
      driver: "\(driver.version)" + (driver.release.isEmpty ? "" : ", release \(driver.release)"))
  }

  /// A checksum of the built-in table of costs, which changes with the kernels.
  package static let currentKernels = BlockCostTable.builtIn.fingerprint

  package var description: String { "\(name) with driver \(driver)" }
}
