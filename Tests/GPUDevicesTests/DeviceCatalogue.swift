import GPUDevices
import KernelIR
import Tensors
import Testing

/// What every device must do, whichever it is.
struct DeviceCatalogue<Device: GPUDevice> {
  let device: Device

  func checkAll() throws {
    try checkCopies()
    try checkEmptyBuffers()
    try checkBounds()
    try checkLaunches()
    try checkGraphs()
    try checkFailedCaptures()
    try checkRefusals()
    try checkMeasurements()
  }

  func checkCopies() throws {
    let buffer = try device.buffer(of: [1, 2, 3, 4] as [UInt32])
    #expect(buffer.byteCount == 16)
    #expect(buffer.address.isMultiple(of: 256))
    #expect(try device.values(of: buffer, as: UInt32.self) == [1, 2, 3, 4])
    try device.upload([7, 8] as [UInt32], to: buffer, at: 4)
    #expect(try device.values(of: buffer, as: UInt32.self, count: 2, at: 8) == [8, 4])
    try device.fill(buffer, with: 0xff)
    #expect(try device.values(of: buffer, as: Float.self).allSatisfy(\.isNaN))
  }

  func checkEmptyBuffers() throws {
    let buffer = try device.buffer(of: [] as [Float])
    #expect(buffer.byteCount == 0)
    #expect(buffer.address != 0)
    try device.fill(buffer, with: 0)
    #expect(try device.values(of: buffer, as: Float.self) == [])
  }

  func checkBounds() throws {
    let buffer = try device.buffer(of: [0] as [UInt32])
    let words: [UInt32] = [0, 0]
    for offset in [0, 1, 4, -1, .max] {
      #expect(throws: HewnError.self, "upload at \(offset)") {
        try device.upload(words, to: buffer, at: offset)
      }
      #expect(throws: HewnError.self, "download at \(offset)") {
        _ = try device.values(of: buffer, as: UInt32.self, count: 2, at: offset)
      }
    }
  }

  func checkLaunches() throws {
    let kernel = try device.load(Increment.kernel())
    let interface = KernelInterface(of: try Increment.kernel())
    #expect(kernel.interface == interface)
    let buffer = try device.buffer(of: [5] as [UInt32])
    for _ in 0..<3 {
      try device.launch(kernel, grid: Grid(1), arguments: Increment(buffer.address))
    }
    try device.synchronize()
    #expect(try device.values(of: buffer, as: UInt32.self) == [8])
  }

  func checkGraphs() throws {
    let buffer = try device.buffer(of: [100] as [UInt32])
    // Nothing but the graph holds the kernel.
    func capture() throws -> Device.Graph {
      let kernel = try device.load(Increment.kernel())
      return try device.capture {
        for _ in 0..<2 {
          try device.launch(kernel, grid: Grid(1), arguments: Increment(buffer.address))
        }
      }
    }
    let graph = try capture()
    #expect(try device.values(of: buffer, as: UInt32.self) == [100], "nothing runs in a capture")
    for _ in 0..<2 { try device.replay(graph) }
    #expect(try device.values(of: buffer, as: UInt32.self) == [104])
    try device.upload([0] as [UInt32], to: buffer)
    try device.replay(graph)
    #expect(try device.values(of: buffer, as: UInt32.self) == [2])
  }

  func checkFailedCaptures() throws {
    let kernel = try device.load(Increment.kernel())
    let buffer = try device.buffer(of: [0] as [UInt32])
    #expect(throws: Failure.self) {
      _ = try device.capture {
        try device.launch(kernel, grid: Grid(1), arguments: Increment(buffer.address))
        throw Failure()
      }
    }
    try device.launch(kernel, grid: Grid(1), arguments: Increment(buffer.address))
    #expect(try device.values(of: buffer, as: UInt32.self) == [1], "the device works as before")
  }

  func checkRefusals() throws {
    let kernel = try device.load(Increment.kernel())
    for (grid, byteCount, text) in Self.refusals {
      let arguments = [UInt8](repeating: 0, count: byteCount)
      let error = #expect(throws: HewnError.self) {
        try arguments.withUnsafeBytes { try device.launch(kernel, grid: grid, arguments: $0) }
      }
      #expect(error?.code == .internal)
      #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }
    for (interface, code, text) in Self.wrongKernels {
      let error = #expect(throws: HewnError.self) { try device.check(interface) }
      #expect(error?.code == code)
      #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }
  }

  private static var refusals: [(Grid, Int, String)] {
    [
      (Grid(1), 0, "takes 8 bytes of parameters, and is given 0"),
      (Grid(1), 9, "takes 8 bytes of parameters, and is given 9"),
      (Grid(0), 8, "is launched with 0 × 1 × 1 blocks"), (Grid(1, -1), 8, "1 × -1 × 1"),
      (Grid(1, 1, 65_536), 8, "1 × 1 × 65536"), (Grid(.max), 8, "blocks"),
    ]
  }

  private static var wrongKernels: [(KernelInterface, HewnError.Code, String)] {
    func interface(_ change: (inout KernelInterface) -> Void) -> KernelInterface {
      var interface = KernelInterface(
        name: "k", target: .sm80, threadCount: 32, sharedByteCount: 0, parameterByteCount: 0)
      change(&interface)
      return interface
    }
    return [
      (interface { $0.threadCount = 0 }, .internal, "blocks of 0 threads"),
      (interface { $0.threadCount = 33 }, .internal, "blocks of 33 threads"),
      (interface { $0.threadCount = 1056 }, .internal, "blocks of 1056 threads"),
      (interface { $0.sharedByteCount = -1 }, .internal, "negative size"),
      (interface { $0.sharedByteCount = 1 << 20 }, .unsupported, "needs 1048576 bytes of shared"),
    ]
  }

  func checkMeasurements() throws {
    let kernel = try device.load(Increment.kernel())
    let buffer = try device.buffer(of: [0] as [UInt32])
    let measurement = try device.measure(repeatCount: 5) {
      try device.launch(kernel, grid: Grid(1), arguments: Increment(buffer.address))
    }
    switch measurement {
    case .seconds(let seconds):
      #expect(seconds.count == 5)
      #expect(seconds == seconds.sorted())
      #expect(seconds.allSatisfy { $0 >= 0 })
      #expect(try device.values(of: buffer, as: UInt32.self) == [6])
    case .instructions(let counts):
      #expect(counts[.globalMemory] == 2)
      #expect(measurement.medianSeconds == nil)
    }
  }
}

private struct Failure: Error {}

/// Adds 1 to a word.
struct Increment: BitwiseCopyable {
  var word: DeviceAddress<U32>

  init(_ address: UInt64) { word = DeviceAddress(address) }

  static func kernel() throws -> Kernel {
    try Kernel.build("increment", threads: 32, arguments: Increment.self) { k, arguments in
      k.if(k.threadIndex == 0) { arguments.word[0] = arguments.word[0] + 1 }
    }
  }
}
