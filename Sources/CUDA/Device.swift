package import Tensors

/// A GPU that Hewn supports, and its limits.
package struct Device: Sendable {
  /// The oldest compute capability that kernels are printed for.
  package static let oldestCapability = (major: 8, minor: 0)

  package let driver: Driver
  let handle: Int32
  /// As the driver counts: `CUDA_VISIBLE_DEVICES` hides and orders GPUs.
  package let ordinal: Int
  package let name: String
  package let computeCapability: (major: Int, minor: Int)
  package let multiprocessorCount: Int
  /// The most shared memory of a block in bytes, where it asks for more than 48 KiB.
  package let sharedByteLimit: Int
  package let sharedBytesPerMultiprocessor: Int
  package let registersPerMultiprocessor: Int
  package let l2ByteCount: Int
  package let memoryByteCount: Int
  /// Bytes a second between the GPU and its memory at most; `nil` where the driver does not tell.
  package let memoryBandwidth: Double?
  /// The most blocks of a grid along x, y and z.
  package let gridLimit: (x: Int, y: Int, z: Int)

  /// - Throws: `unsupported` when there is no such GPU or its compute capability is below 8.0.
  package init(_ ordinal: Int = 0, of driver: Driver) throws(HewnError) {
    let count = try driver.deviceCount()
    guard let index = Int32(exactly: ordinal), (0..<count).contains(ordinal) else {
      throw HewnError(
        .unsupported,
        "there is no NVIDIA GPU \(ordinal): the driver finds \(count) of them, numbered from 0;"
          + " see what nvidia-smi lists, and check CUDA_VISIBLE_DEVICES")
    }
    let functions = driver.functions
    var handle: Int32 = 0
    try driver.check(functions.deviceGet) { $0(&handle, index) }
    func attribute(_ attribute: Int32) throws(HewnError) -> Int {
      var value: Int32 = 0
      try driver.check(functions.deviceGetAttribute) { $0(&value, attribute, handle) }
      return Int(value)
    }
    var text = [CChar](repeating: 0, count: 256)
    try driver.check(functions.deviceGetName) { $0(&text, Int32(text.count - 1), handle) }
    var memoryByteCount = 0
    try driver.check(functions.deviceTotalMem) { $0(&memoryByteCount, handle) }
    let name = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let capability = (
      major: try attribute(DeviceAttribute.computeCapabilityMajor),
      minor: try attribute(DeviceAttribute.computeCapabilityMinor)
    )
    guard capability >= Self.oldestCapability else {
      throw HewnError(
        .unsupported,
        "the GPU \(ordinal), \(name), has compute capability \(capability.major).\(capability.minor);"
          + " Hewn needs 8.0 or newer (Ampere, Ada, Hopper and later): choose another GPU or the CPU"
      )
    }
    self.driver = driver
    self.handle = handle
    self.ordinal = ordinal
    self.name = name
    computeCapability = capability
    multiprocessorCount = try attribute(DeviceAttribute.multiprocessorCount)
    sharedByteLimit = try attribute(DeviceAttribute.sharedBytesPerBlockOptIn)
    sharedBytesPerMultiprocessor = try attribute(DeviceAttribute.sharedBytesPerMultiprocessor)
    registersPerMultiprocessor = try attribute(DeviceAttribute.registersPerMultiprocessor)
    l2ByteCount = try attribute(DeviceAttribute.l2ByteCount)
    self.memoryByteCount = memoryByteCount
    // Two transfers a clock.
    let bandwidth =
      2e3 * Double(try attribute(DeviceAttribute.memoryClockKilohertz))
      * Double(try attribute(DeviceAttribute.memoryBusBits)) / 8
    memoryBandwidth = bandwidth > 0 ? bandwidth : nil
    gridLimit = (
      x: try attribute(DeviceAttribute.maxGridX), y: try attribute(DeviceAttribute.maxGridY),
      z: try attribute(DeviceAttribute.maxGridZ)
    )
  }
}
