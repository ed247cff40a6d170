import GPUDevices
import KernelIR
import Tensors

/// What every device must do, whichever it is.
package struct DeviceCatalogue<Device: GPUDevice> {
  let device: Device

  package init(_ device: Device) { self.device = device }

  package typealias Check = (_ findings: inout Findings) throws -> Void

  /// The checks by name; each stands alone.
  package var checks: [(name: String, run: Check)] {
    [
      ("copies", checkCopies), ("empty buffers", checkEmptyBuffers), ("bounds", checkBounds),
      ("launches", checkLaunches), ("graphs", checkGraphs),
      ("failed captures", checkFailedCaptures), ("work in captures", checkWorkInCaptures),
      ("ordered accesses", checkOrderedAccesses), ("refusals", checkRefusals),
      ("measurements", checkMeasurements), ("tensor maps", checkTensorMaps),
    ]
  }

  private func checkCopies(_ findings: inout Findings) throws {
    let buffer = try device.buffer(of: [1, 2, 3, 4] as [UInt32])
    findings.expect(buffer.byteCount == 16)
    findings.expect(buffer.address.isMultiple(of: 256))
    try findings.expect(device.values(of: buffer, as: UInt32.self) == [1, 2, 3, 4])
    try device.upload([7, 8] as [UInt32], to: buffer, at: 4)
    try findings.expect(device.values(of: buffer, as: UInt32.self, count: 2, at: 8) == [8, 4])
    try device.fill(buffer, with: 0xff)
    try findings.expect(device.values(of: buffer, as: Float.self).allSatisfy(\.isNaN))
  }

  private func checkEmptyBuffers(_ findings: inout Findings) throws {
    let buffer = try device.buffer(of: [] as [Float])
    findings.expect(buffer.byteCount == 0)
    findings.expect(buffer.address != 0)
    try device.fill(buffer, with: 0)
    try findings.expect(device.values(of: buffer, as: Float.self) == [])
  }

  private func checkBounds(_ findings: inout Findings) throws {
    let buffer = try device.buffer(of: [0] as [UInt32])
    let words: [UInt32] = [0, 0]
    for offset in [0, 1, 4, -1, .max] {
      findings.expectError("upload at \(offset)") {
        try device.upload(words, to: buffer, at: offset)
      }
      findings.expectError("download at \(offset)") {
        _ = try device.values(of: buffer, as: UInt32.self, count: 2, at: offset)
      }
    }
  }

  private func checkLaunches(_ findings: inout Findings) throws {
    let kernel = try device.load(Increment.kernel())
    let interface = KernelInterface(of: try Increment.kernel())
    findings.expect(kernel.interface == interface)
    let buffer = try device.buffer(of: [5] as [UInt32])
    for _ in 0..<3 {
      try device.launch(kernel, grid: Grid(1), arguments: Increment(buffer.address))
    }
    try device.synchronize()
    try findings.expect(device.values(of: buffer, as: UInt32.self) == [8])
  }

  private func checkGraphs(_ findings: inout Findings) throws {
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
    try findings.expect(
      device.values(of: buffer, as: UInt32.self) == [100], "nothing runs in a capture")
    for _ in 0..<2 { try device.replay(graph) }
    try findings.expect(device.values(of: buffer, as: UInt32.self) == [104])
    try device.upload([0] as [UInt32], to: buffer)
    try device.replay(graph)
    try findings.expect(device.values(of: buffer, as: UInt32.self) == [2])
  }

  private func checkFailedCaptures(_ findings: inout Findings) throws {
    let kernel = try device.load(Increment.kernel())
    let buffer = try device.buffer(of: [0] as [UInt32])
    findings.expectError {
      _ = try device.capture {
        try device.launch(kernel, grid: Grid(1), arguments: Increment(buffer.address))
        throw Failure()
      }
    }
    try device.launch(kernel, grid: Grid(1), arguments: Increment(buffer.address))
    try findings.expect(
      device.values(of: buffer, as: UInt32.self) == [1], "the device works as before")
  }

  private func checkWorkInCaptures(_ findings: inout Findings) throws {
    let buffer = try device.buffer(of: [1] as [UInt32])
    let works: [(String, () throws -> Void)] = [
      ("an allocation", { _ = try device.allocate(byteCount: 4) }),
      ("an upload", { try device.upload([2] as [UInt32], to: buffer) }),
      ("a download", { _ = try device.values(of: buffer, as: UInt32.self) }),
      ("waiting", { try device.synchronize() }),
      ("a capture", { _ = try device.capture {} }),
      ("loading", { _ = try device.load(Increment.kernel()) }),
    ]
    for (name, work) in works {
      let error = findings.expectError(name) { _ = try device.capture { try work() } }
      findings.expect((error as? HewnError)?.code == .internal, "\(name): \(error as Any)")
    }
    try findings.expect(device.values(of: buffer, as: UInt32.self) == [1])
  }

  /// What a block has released, a later one acquires.
  private func checkOrderedAccesses(_ findings: inout Findings) throws {
    let kernel = try device.load(Handover.kernel())
    let buffer = try device.buffer(of: [0, 0, 0] as [UInt32])
    try device.launch(kernel, grid: Grid(2), arguments: Handover(buffer.address))
    try findings.expect(device.values(of: buffer, as: UInt32.self) == [7, 1, 8])
  }

  private func checkRefusals(_ findings: inout Findings) throws {
    let kernel = try device.load(Increment.kernel())
    for (grid, byteCount, text) in Self.refusals {
      let arguments = [UInt8](repeating: 0, count: byteCount)
      let error = findings.expectError {
        try arguments.withUnsafeBytes { try device.launch(kernel, grid: grid, arguments: $0) }
      }
      let refusal = error as? HewnError
      findings.expect(refusal?.code == .internal)
      findings.expect(refusal?.message.contains(text) == true, "\(refusal?.message ?? "no error")")
    }
    for (interface, code, text) in Self.wrongKernels {
      let error = findings.expectError { try device.check(interface) }
      let refusal = error as? HewnError
      findings.expect(refusal?.code == code)
      findings.expect(refusal?.message.contains(text) == true, "\(refusal?.message ?? "no error")")
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

  private func checkMeasurements(_ findings: inout Findings) throws {
    let kernel = try device.load(Increment.kernel())
    let buffer = try device.buffer(of: [0] as [UInt32])
    let measurement = try device.measure(repeatCount: 5) {
      try device.launch(kernel, grid: Grid(1), arguments: Increment(buffer.address))
    }
    switch measurement {
    case .seconds(let seconds):
      findings.expect(seconds.count == 5)
      findings.expect(seconds == seconds.sorted())
      findings.expect(seconds.allSatisfy { $0 >= 0 })
      try findings.expect(device.values(of: buffer, as: UInt32.self) == [6])
    case .instructions(let counts):
      findings.expect(counts[.globalMemory] == 2)
      findings.expect(measurement.medianSeconds == nil)
    }
  }
}

private struct Failure: Error {}

extension DeviceCatalogue {
  private func checkTensorMaps(_ findings: inout Findings) throws {
    guard properties.target.map({ $0 >= .sm90 }) == true else { return }
    let buffer = try device.allocate(byteCount: 1 << 12)
    var map = TensorMap(
      .f16, address: buffer.address, extents: [64, 16], byteStrides: [128], box: [64, 8],
      swizzle: .bytes128)
    try findings.expect(device.encode(map).count == 16)
    map.box[0] = 65
    let error = findings.expectError { _ = try device.encode(map) }
    findings.expect((error as? HewnError)?.code == .internal)
  }

  private var properties: GPUProperties { device.properties }
}

/// Adds 1 to a word.
package struct Increment: BitwiseCopyable {
  var word: DeviceAddress<U32>

  package init(_ address: UInt64) { word = DeviceAddress(address) }

  package static func kernel() throws -> Kernel {
    try Kernel.build("increment", threads: 32, arguments: Increment.self) { k, arguments in
      k.if(k.threadIndex == 0) { arguments.word[0] = arguments.word[0] + 1 }
    }
  }
}

/// Block 0 stores 7 and releases a flag; block 1 waits for the flag, and stores what it finds plus 1.
private struct Handover: BitwiseCopyable {
  var words: DeviceAddress<U32>

  init(_ address: UInt64) { words = DeviceAddress(address) }

  static func kernel() throws -> Kernel {
    try Kernel.build("handover", threads: 32, arguments: Handover.self) { k, arguments in
      let (value, flag) = (arguments.words, arguments.words.advanced(by: 1))
      k.if(k.threadIndex == 0) {
        k.if(k.blockIndex.x == 0) {
          value[0] = 7
          flag.store(1, .release)
        } else: {
          k.wait(until: { flag.load(.acquire) != 0 })
          value[2] = value[0] + 1
        }
      }
    }
  }
}
