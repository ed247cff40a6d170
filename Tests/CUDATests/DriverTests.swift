import CUDA
import FakeCUDASupport
import Tensors
import Testing

@Suite struct DriverTests {
  @Test func loads() throws {
    let fake = try FakeDriver()
    let driver = try Driver(path: fake.path)
    #expect(driver.version == 12_080)
    #expect(Driver.text(of: driver.version) == "12.8")
    #expect(try driver.deviceCount() == 1)
  }

  @Test func libraryIsNamedByTheEnvironment() {
    #expect(Driver.path { _ in nil } == "libcuda.so.1")
    #expect(Driver.path { $0 == "HEWN_CUDA_DRIVER" ? "/opt/libcuda.so" : nil } == "/opt/libcuda.so")
  }

  /// A library that is none, and what the message must say.
  @Test(arguments: [
    (
      "/nonexistent/libcuda.so.1",
      ["cannot be loaded", "HEWN_CUDA_DRIVER", "install NVIDIA's driver"]
    ),
    ("/dev/null", ["cannot be loaded"]),
    ("libm.so.6", ["libm.so.6 has no function cuDriverGetVersion"]),
  ])
  func missingDriver(path: String, parts: [String]) throws {
    let error = try #require(throws: HewnError.self) { try Driver(path: path) }
    #expect(error.code == .unsupported)
    for part in parts { #expect(error.message.contains(part), "\(error.message)") }
  }

  @Test(arguments: [
    "cuDriverGetVersion", "cuGetErrorName", "cuInit", "cuMemAlloc_v2", "cuLinkCreate_v2",
    "cuGraphInstantiateWithFlags", "cuFuncGetParamInfo", "cuCtxPopCurrent_v2",
  ])
  func missingSymbol(symbol: String) throws {
    let fake = try FakeDriver(without: symbol)
    let error = try #require(throws: HewnError.self) { try Driver(path: fake.path) }
    #expect(error.code == .unsupported)
    #expect(error.message.contains("has no function \(symbol):"), "\(error.message)")
  }

  @Test(arguments: [(12_040 as Int32, "12.4"), (11_080, "11.8")])
  func oldDriver(version: Int32, text: String) throws {
    // Its age counts, not what it lacks for it.
    let fake = try FakeDriver(without: "cuFuncGetParamInfo")
    fake.setVersion(version)
    let error = try #require(throws: HewnError.self) { try Driver(path: fake.path) }
    #expect(error.code == .unsupported)
    #expect(
      error.message.contains("CUDA \(text), and 12.5 is needed: install NVIDIA's driver 555"),
      "\(error.message)")
  }

  @Test func noDevice() throws {
    let fake = try FakeDriver()
    fake.setDeviceCount(0)
    let error = try #require(throws: HewnError.self) { try Driver(path: fake.path) }
    #expect(error.code == .unsupported)
    #expect(
      error.message.contains(
        "cuInit failed with CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device"),
      "\(error.message)")
  }

  @Test(arguments: [
    (12_345 as Int32, HewnError.Code.device, "cuInit failed with an error without a name (12345)"),
    (2, .outOfMemory, "CUDA_ERROR_OUT_OF_MEMORY (2): out of memory; use a smaller batch"),
    (803, .unsupported, "restart the machine"),
    (802, .device, "nvidia-fabricmanager"),
  ])
  func errors(number: Int32, code: HewnError.Code, text: String) throws {
    let fake = try FakeDriver()
    fake.fail("cuInit", with: number)
    let error = try #require(throws: HewnError.self) { try Driver(path: fake.path) }
    #expect(error.code == code)
    #expect(error.message.contains(text), "\(error.message)")
  }
}

@Suite struct DeviceTests {
  @Test func limits() throws {
    let fake = try FakeDriver()
    let device = try Device(of: Driver(path: fake.path))
    #expect(device.name == "Fake H700")
    #expect(device.computeCapability == (9, 0))
    #expect(device.multiprocessorCount == 132)
    #expect(device.sharedByteLimit == 227 << 10)
    #expect(device.sharedBytesPerMultiprocessor == 228 << 10)
    #expect(device.registersPerMultiprocessor == 65_536)
    #expect(device.l2ByteCount == 50 << 20)
    #expect(device.memoryByteCount == 1 << 30)
    #expect(device.memoryBandwidth == 2.0 * 2_619e6 * 640)
    #expect(device.gridLimit == (Int(Int32.max), 65_535, 65_535))
  }

  @Test func memoryClockIsNotAlwaysTold() throws {
    let fake = try FakeDriver()
    fake.setAttribute(36, 0)
    #expect(try Device(of: Driver(path: fake.path)).memoryBandwidth == nil)
  }

  @Test func oldGPU() throws {
    let fake = try FakeDriver()
    fake.setAttribute(75, 7)
    fake.setAttribute(76, 5)
    let driver = try Driver(path: fake.path)
    let error = try #require(throws: HewnError.self) { try Device(of: driver) }
    #expect(error.code == .unsupported)
    #expect(error.message.contains("compute capability 7.5; Hewn needs 8.0"), "\(error.message)")
  }

  @Test(arguments: [-1, 2, Int.max])
  func ordinalOutOfRange(ordinal: Int) throws {
    let fake = try FakeDriver()
    fake.setDeviceCount(2)
    let driver = try Driver(path: fake.path)
    #expect(try Device(1, of: driver).name == "Fake H710")
    let error = try #require(throws: HewnError.self) { try Device(ordinal, of: driver) }
    #expect(error.code == .unsupported)
    #expect(
      error.message.contains("no NVIDIA GPU \(ordinal): the driver finds 2"), "\(error.message)")
  }
}
