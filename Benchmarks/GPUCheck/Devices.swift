import ArgumentParser
import CUDA
import GPUDevices
import Tensors

/// Which device a command works on.
enum DeviceKind: String, CaseIterable, ExpressibleByArgument {
  case cuda, emulator
}

struct DeviceOptions: ParsableArguments {
  @Option(help: "What runs the kernels: the first GPU, or the emulator.")
  var device = DeviceKind.cuda

  /// Makes the device and gives it to `work`.
  ///
  /// - Throws: `unsupported` when there is no GPU.
  func run(_ work: some DeviceWork) throws {
    switch device {
    case .emulator:
      let emulator = EmulatorDevice()
      try work.run(on: emulator, DeviceRecord(emulator))
    case .cuda:
      // Nothing is kept, so that times are those of this run.
      let gpu = try CUDADevice(cache: CubinCache(folder: nil))
      try work.run(on: gpu, DeviceRecord(gpu))
    }
  }
}

/// What a command does with any device.
protocol DeviceWork {
  func run<Device: GPUDevice>(on device: Device, _ record: DeviceRecord) throws
}

/// A device as the records name it.
package struct DeviceRecord: Codable, Sendable {
  var name: String
  var computeCapability: String
  var multiprocessorCount: Int
  var l2ByteCount: Int
  /// The newest CUDA version of the driver, and its release where the system tells it.
  var driver: String?

  package init(_ device: some GPUDevice) {
    let properties = device.properties
    name = properties.name
    computeCapability =
      "\(properties.computeCapability.major).\(properties.computeCapability.minor)"
    multiprocessorCount = properties.multiprocessorCount
    l2ByteCount = properties.l2ByteCount
    if let driver = (device as? CUDADevice)?.context.device.driver {
      self.driver =
        "CUDA \(Driver.text(of: driver.version))"
        + (driver.release.isEmpty ? "" : ", release \(driver.release)")
    }
  }
}
