import Emulator
import GPUCatalogue
import GPUDevices
import KernelIR
import Tensors
import Testing

/// Expects that a device passes every check of what it does for its users.
func checkAll(on device: some GPUDevice) throws {
  for check in DeviceCatalogue(device).checks {
    var findings = Findings()
    try check.run(&findings)
    for failure in findings.failures { Issue.record("\(check.name): \(failure)") }
  }
}

@Suite struct EmulatorDeviceTests {
  @Test func `the emulator passes the catalogue`() throws {
    try checkAll(on: EmulatorDevice())
  }

  @Test func `the emulator runs what it reads of every instruction as what was built`() {
    let device = CheckedDevice(EmulatorDevice())
    for check in KernelChecks.instructions {
      for failure in check.findings(on: device).failures {
        Issue.record("\(check.name): \(failure)")
      }
    }
  }

  @Test func `checks have names of their own`() {
    let names = Catalogue(EmulatorDevice()).entries.map(\.name)
    let repeated = Dictionary(grouping: names, by: \.self).filter { $1.count > 1 }.keys
    #expect(repeated.isEmpty, "\(repeated.sorted())")
  }

  @Test func `a device that cannot run a check's kernels skips it`() throws {
    let catalogue = Catalogue(EmulatorDevice(target: .sm80))
    let entry = try #require(catalogue.entries.first { $0.name.hasSuffix("__sm90a") })
    guard case .skipped = catalogue.outcome(of: entry) else {
      Issue.record("\(entry.name) was run")
      return
    }
  }

  @Test func `a kernel's fault is an error of its launch, and the device works on`() throws {
    let device = EmulatorDevice()
    let kernel = try device.load(Increment.kernel())
    let fault = #expect(throws: EmulatorFault.self) {
      try device.launch(kernel, grid: Grid(1), arguments: Increment(0x1234))
    }
    #expect(fault?.kind == .outOfBounds)
    let buffer = try device.buffer(of: [1 as UInt32])
    try device.launch(kernel, grid: Grid(1), arguments: Increment(buffer.address))
    #expect(try device.values(of: buffer, as: UInt32.self) == [2])
  }

  private struct Sum: BitwiseCopyable { var word: DeviceAddress<U32> }

  @Test func `a grid is whole clusters`() throws {
    let device = EmulatorDevice()
    let kernel = try device.load(
      Kernel.build(
        "pair", target: .sm90, threads: 32, cluster: 2, arguments: Sum.self
      ) { k, arguments in
        k.if(k.threadIndex == 0) { _ = arguments.word.atomically(.add, k.blockRank + 1) }
      })
    #expect(kernel.interface.clusterSize == 2)
    let buffer = try device.buffer(of: [0 as UInt32])
    try device.launch(kernel, grid: Grid(4, 3), arguments: Sum(word: DeviceAddress(buffer.address)))
    #expect(try device.values(of: buffer, as: UInt32.self) == [18])
    for grid in [Grid(1), Grid(3, 2)] {
      let error = #expect(throws: HewnError.self) {
        try device.launch(kernel, grid: grid, arguments: Sum(word: DeviceAddress(buffer.address)))
      }
      #expect(error?.code == .internal && error?.message.contains("clusters of 2") == true)
    }
    var interface = kernel.interface
    interface.clusterSize = 3
    #expect(throws: HewnError.self) { try device.check(interface) }
  }
}
