import CUDA
import Emulator
import FakeCUDASupport
import GPUCatalogue
import GPUDevices
import KernelIR
import Testing

/// What the harness of the kernels' checks finds by itself.
@Suite struct CheckedDeviceTests {
  /// A check that fills memory of one word beyond its buffer's bounds.
  private struct Trespass: KernelCheck {
    let offset: Int
    let name = "trespass"

    func run<Device: GPUDevice>(
      on device: CheckedDevice<Device>, _ findings: inout Findings
    ) throws {
      let buffer = try device.buffer([1, 2, 3] as [UInt32])
      try device.upload([9 as UInt32], to: buffer, at: offset)
    }
  }

  /// Devices that detect nothing have guards around each buffer.
  @Test func guards() throws {
    let fake = try FakeDriver()
    let cuda = try CUDADevice(driver: Driver(path: fake.path), cache: CubinCache(folder: nil))
    let fast = EmulatorDevice(options: .fast)
    for (offset, message) in [
      (0, nil), (8, nil), (12, "behind a buffer of 12 bytes, 0 bytes away"),
      (264, "behind a buffer of 12 bytes, 252 bytes away"),
      (-4, "before a buffer of 12 bytes, 4 bytes away"),
      (-256, "before a buffer of 12 bytes, 256 bytes away"),
    ] as [(Int, String?)] {
      let check = Trespass(offset: offset)
      for failures in [
        check.findings(on: CheckedDevice(cuda)).failures,
        check.findings(on: CheckedDevice(fast)).failures,
      ] {
        #expect(failures.count == (message == nil ? 0 : 1), "at \(offset): \(failures)")
        if let message { #expect(failures.first?.contains(message) == true, "\(failures)") }
      }
    }
  }

  /// On those that do, buffers are exactly as large as what they hold.
  @Test func exactBuffers() {
    for offset in [12, -4] {
      let failures = Trespass(offset: offset).findings(on: CheckedDevice(EmulatorDevice())).failures
      #expect(failures.count == 1 && failures[0].contains("do not lie in a buffer of 12 bytes"))
    }
  }

  /// Fresh memory is poisoned wherever it is.
  @Test func poison() throws {
    let fake = try FakeDriver()
    let cuda = try CUDADevice(driver: Driver(path: fake.path), cache: CubinCache(folder: nil))
    func isPoisoned(_ device: CheckedDevice<some GPUDevice>) throws -> Bool {
      let buffer = try device.output(.f16, count: 100)
      return try device.read(.f16, count: 100, from: buffer).allSatisfy(\.isNaN)
    }
    #expect(try isPoisoned(CheckedDevice(cuda)))
    #expect(try isPoisoned(CheckedDevice(EmulatorDevice())))
  }
}
