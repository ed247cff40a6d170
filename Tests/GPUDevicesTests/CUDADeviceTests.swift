import CUDA
import FakeCUDASupport
import GPUCatalogue
import GPUDevices
import KernelIR
import PTX
import Tensors
import Testing

@Suite struct CUDADeviceTests {
  /// Nothing is left of what `body` made.
  private func withDevice(
    cache: CubinCache = CubinCache(folder: nil), configure: (FakeDriver) -> Void = { _ in },
    _ body: (FakeDriver, CUDADevice) throws -> Void
  ) throws {
    let fake = try FakeDriver()
    configure(fake)
    do { try body(fake, CUDADevice(driver: Driver(path: fake.path), cache: cache)) }
    #expect(fake.remains == [])
    #expect(fake.faults == [])
  }

  @Test func catalogue() throws {
    // The false driver knows one kernel.
    try withDevice { _, device in try checkAll(on: device, except: ["ordered accesses"]) }
  }

  @Test func properties() throws {
    try withDevice { _, device in
      #expect(device.properties.name == "Fake H700")
      #expect(device.properties.target == .sm90a)
      #expect(device.properties.sharedByteLimit == 227 << 10)
      #expect(device.properties.multiprocessorCount == 132)
      #expect(device.properties.gridLimit == Grid(Int(Int32.max), 65_535, 65_535))
      #expect(device.properties.memoryBandwidth == 2.0 * 2_619e6 * 640)
    }
  }

  /// Compute capabilities, and the newest target that runs there.
  @Test(arguments: [
    ((8, 0), Target.sm80), ((8, 6), .sm86), ((8, 7), .sm86), ((8, 9), .sm89), ((9, 0), .sm90a),
    ((10, 0), .sm90), ((12, 0), .sm90),
  ])
  func targets(capability: (Int32, Int32), target: Target) throws {
    try withDevice(
      configure: {
        $0.setAttribute(75, capability.0)
        $0.setAttribute(76, capability.1)
      },
      { _, device in #expect(device.properties.target == target) })
  }

  @Test func kernelsForOtherGPUs() throws {
    try withDevice(
      configure: { $0.setAttribute(75, 12) },
      { fake, device in
        let callCount = fake.calls.count
        let interface = interface {
          $0.target = .sm90a
          $0.threadCount = 128
        }
        let error = #expect(throws: HewnError.self) { try device.load(ptx, as: interface) }
        #expect(error?.code == .unsupported)
        #expect(
          error?.message
            == "the kernel increment is for sm_90a; Fake H700 has compute capability 12.0")
        #expect(fake.calls.count == callCount, "the driver was called")
      })
  }

  /// Each type and swizzle has the driver's number, which the fake driver writes down.
  @Test func tensorMaps() throws {
    try withDevice { _, device in
      let types: [(KernelIR.TensorMap.ElementType, UInt64)] = [
        (.u8, 0), (.u16, 1), (.u32, 2), (.s32, 3), (.u64, 4), (.f16, 6), (.f32, 7), (.bf16, 9),
        (.tf32, 11),
      ]
      #expect(types.count == KernelIR.TensorMap.ElementType.allCases.count)
      for (type, number) in types {
        for (index, swizzle) in [Swizzle.none, .bytes32, .bytes64, .bytes128].enumerated() {
          let map = KernelIR.TensorMap(
            type, address: 4096, extents: [40, 50], byteStrides: [320],
            box: [16 / type.byteCount, 8], elementStrides: [1, 2], swizzle: swizzle)
          let words = try device.encode(map)
          #expect(words.count == 16)
          // Type and rank, extents, stride, box, steps, interleaving, swizzle.
          let halves = words.flatMap { [$0 & 0xffff_ffff, $0 >> 32] }
          let box = UInt64(16 / type.byteCount)
          #expect(
            halves.prefix(11) == [number, 2, 40, 50, 320, box, 8, 1, 2, 0, UInt64(index)],
            "\(type) \(swizzle)")
        }
      }
    }
  }

  private let ptx = FakeDriver.ptx(kernels: [("increment", 8)])

  private func interface(_ change: (inout KernelInterface) -> Void) -> KernelInterface {
    var interface = KernelInterface(
      name: "increment", target: .sm80, threadCount: 64, sharedByteCount: 0, parameterByteCount: 8)
    change(&interface)
    return interface
  }

  /// Texts that are not those of their kernels.
  @Test func mismatches() throws {
    try withDevice { _, device in
      let mismatches = [
        (interface { $0.name = "other" }, "CUDA_ERROR_NOT_FOUND"),
        (interface { $0.parameterByteCount = 16 }, "takes 8 bytes of parameters instead of 16"),
      ]
      for (interface, text) in mismatches {
        let error = #expect(throws: HewnError.self) { try device.load(ptx, as: interface) }
        #expect(error?.code == .internal)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
      }
    }
  }

  @Test func launchesAsTheKernelSays() throws {
    try withDevice { fake, device in
      let interface = interface {
        $0.threadCount = 256
        $0.sharedByteCount = 100 << 10
      }
      let kernel = try device.load(ptx, as: interface)
      #expect(fake.calls.contains("cuFuncSetAttribute"))
      #expect(kernel.properties.registerCount == 10)
      #expect(kernel.log.contains("Used 10 registers"))
      #expect(try device.residentBlockCount(of: kernel) == 2)
      let buffer = try device.buffer(of: [0] as [UInt32])
      try device.launch(kernel, grid: Grid(2, 3, 4), arguments: buffer.address)
      let bytes = withUnsafeBytes(of: buffer.address) { Array($0) }
      #expect(
        fake.launches == [
          "increment grid 2x3x4 threads 256x1x1 shared 102400 arguments \(bytes)"
        ])
    }
  }

  @Test func refusedLaunchesDoNotTouchTheDriver() throws {
    try withDevice { fake, device in
      let kernel = try device.load(Increment.kernel())
      let callCount = fake.calls.count
      #expect(throws: HewnError.self) {
        try device.launch(kernel, grid: Grid(0), arguments: 0 as UInt64)
      }
      #expect(throws: HewnError.self) {
        try device.launch(kernel, grid: Grid(1), arguments: 0 as UInt32)
      }
      #expect(fake.calls.count == callCount)
    }
  }

  @Test func keepsCompiledKernels() throws {
    let other = try FakeDriver()
    let cache = CubinCache(folder: other.folder)
    for origin in [Module.Origin.compiler, .cache] {
      try withDevice(cache: cache) { _, device in
        let kernel = try device.load(Increment.kernel())
        #expect(kernel.origin == origin)
        #expect(kernel.warnings.isEmpty)
      }
    }
  }

  /// The clock of the fake driver: a millisecond a launch.
  @Test func measures() throws {
    try withDevice { _, device in
      let kernel = try device.load(Increment.kernel())
      let buffer = try device.buffer(of: [0] as [UInt32])
      var launchCount = 0
      let measurement = try device.measure(repeatCount: 3) {
        launchCount += 1
        for _ in 0..<launchCount {
          try device.launch(kernel, grid: Grid(1), arguments: buffer.address)
        }
      }
      guard case .seconds(let seconds) = measurement else {
        Issue.record("no times")
        return
      }
      let milliseconds = seconds.map { ($0 * 1000).rounded() }
      #expect(milliseconds == [2, 3, 4])
      #expect(measurement.medianSeconds == seconds[1])
    }
  }

  @Test func medians() {
    #expect(Measurement.seconds([]).medianSeconds == nil)
    #expect(Measurement.seconds([1]).medianSeconds == 1)
    #expect(Measurement.seconds([1, 2, 4, 9]).medianSeconds == 3)
    #expect(Measurement.instructions([:]).medianSeconds == nil)
  }

  /// The driver's oldest version is the first that knows the printer's PTX: 8.5 came with CUDA 12.5.
  @Test func versionsAgree() {
    #expect(PTXPrinter.version == (8, 5))
    #expect(Driver.oldestVersion == 12_050)
  }
}

/// Why there is no GPU to test with; `nil` where there is one.
private let obstacle: String? = {
  do throws(HewnError) {
    _ = try CUDADevice()
    return nil
  } catch {
    return error.description
  }
}()

@Suite(.enabled(if: obstacle == nil, "NOT TESTED ON A GPU: \(obstacle ?? "")"))
struct CUDAHardwareTests {
  @Test func catalogue() throws {
    let catalogue = Catalogue(try CUDADevice(cache: CubinCache(folder: nil)))
    for entry in catalogue.entries {
      guard case .failed(let failures) = catalogue.outcome(of: entry) else { continue }
      for failure in failures { Issue.record("\(entry.name): \(failure)") }
    }
  }
}
