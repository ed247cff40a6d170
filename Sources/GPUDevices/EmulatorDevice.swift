package import Emulator
package import KernelIR
internal import PTX
package import Tensors

/// The emulator as a device.
///
/// It runs what the reader makes of the text that the printer writes, as a GPU's driver would. Work is
/// done at once, so that a kernel's fault is thrown by its launch.
package final class EmulatorDevice: GPUDevice {
  /// Memory of the emulator, freed with the last reference.
  package final class Buffer: GPUBuffer {
    fileprivate let memory: GlobalMemory
    package let byteCount: Int
    package let address: UInt64

    fileprivate init(byteCount: Int, in memory: GlobalMemory) throws(HewnError) {
      self.memory = memory
      self.byteCount = byteCount
      // Addresses of empty buffers are unlike all others too.
      address = try memory.allocate(byteCount: max(byteCount, 1))
    }

    deinit {
      // It was allocated here, so that nothing can be wrong with it.
      try? memory.free(address)
    }

    /// The address of a part.
    fileprivate func address(of byteCount: Int, at offset: Int) throws(HewnError) -> UInt64 {
      guard offset >= 0, offset <= self.byteCount, byteCount <= self.byteCount - offset else {
        throw HewnError(
          .internal,
          "\(byteCount) bytes at offset \(offset) do not lie in a buffer of \(self.byteCount) bytes"
        )
      }
      return address + UInt64(offset)
    }
  }

  /// Memory of the host, freed with the last reference.
  package final class Staging: GPUStaging {
    package let bytes: UnsafeMutableRawBufferPointer

    fileprivate init(byteCount: Int) throws(HewnError) {
      try MemoryLimit.check(byteCount, for: "copies to and from the emulator")
      let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(byteCount, 1), alignment: 16)
      bytes = UnsafeMutableRawBufferPointer(rebasing: memory[..<byteCount])
    }

    deinit { bytes.deallocate() }
  }

  package struct LoadedKernel: LoadedGPUKernel, Sendable {
    package let interface: KernelInterface
    package let program: EmulatedProgram
  }

  /// Captured work: what a replay does, in order.
  package final class Graph {
    fileprivate var commands: [Command] = []
  }

  fileprivate enum Command {
    case launch(LoadedKernel, Launch)
    case fill(Buffer, UInt8)
  }

  /// Each has a memory of its own.
  package static let sharesMemory = false
  package let properties: GPUProperties
  package var detectsMemoryFaults: Bool { options.detectors.contains(.uninitializedMemory) }
  package var options: EmulatorOptions
  /// What the last launch executed.
  package private(set) var lastReport: LaunchReport?
  private let memory: GlobalMemory
  private var capturing: Graph?
  package var isCapturing: Bool { capturing != nil }
  /// The warp instructions of all launches so far.
  private var executed: [InstructionClass: UInt64] = [:]

  /// - Parameter target: the GPU that it stands for.
  package init(target: Target = .sm90a, options: EmulatorOptions = EmulatorOptions()) {
    self.options = options
    memory = GlobalMemory(
      tracksInitialization: options.detectors.contains(.uninitializedMemory))
    properties = GPUProperties(
      name: "emulator of \(target.rawValue)", computeCapability: target.computeCapability,
      sharedByteLimit: target.sharedByteLimit, multiprocessorCount: options.threadCount,
      l2ByteCount: 0, memoryByteCount: 0, memoryBandwidth: nil)
  }

  package func allocate(byteCount: Int) throws(HewnError) -> Buffer {
    try demandNoCapture()
    guard byteCount >= 0 else {
      throw HewnError(.internal, "a buffer cannot have \(byteCount) bytes")
    }
    return try Buffer(byteCount: byteCount, in: memory)
  }

  package func upload(
    _ bytes: UnsafeRawBufferPointer, to buffer: Buffer, at offset: Int
  ) throws(HewnError) {
    try demandNoCapture()
    try memory.write(bytes, to: buffer.address(of: bytes.count, at: offset))
  }

  package func download(
    _ buffer: Buffer, at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(HewnError) {
    try demandNoCapture()
    try memory.read(bytes, from: buffer.address(of: bytes.count, at: offset))
  }

  package func stage(byteCount: Int) throws(HewnError) -> Staging {
    try demandNoCapture()
    return try Staging(byteCount: byteCount)
  }

  package func copy(
    _ staging: Staging, to buffer: Buffer, at offset: Int
  ) throws(HewnError) {
    try upload(UnsafeRawBufferPointer(staging.bytes), to: buffer, at: offset)
  }

  package func copy(
    _ buffer: Buffer, at offset: Int, to staging: Staging
  ) throws(HewnError) {
    try download(buffer, at: offset, into: staging.bytes)
  }

  package func fill(_ buffer: Buffer, with byte: UInt8) throws {
    try perform(.fill(buffer, byte))
  }

  package func load(_ kernel: Kernel) throws(HewnError) -> LoadedKernel {
    try demandNoCapture()
    let interface = KernelInterface(of: kernel)
    try check(interface)
    let text = PTXPrinter.text(of: kernel, for: kernel.target)
    let module: PTXModule
    do {
      module = try PTXReader.read(text, name: "\(kernel.name).ptx")
    } catch {
      throw HewnError(.internal, "the text of kernel \(kernel.name) cannot be read: \(error)")
    }
    guard let program = module.programs.first else {
      throw HewnError(.internal, "the text of kernel \(kernel.name) has no kernel")
    }
    return LoadedKernel(interface: interface, program: try EmulatedProgram(program))
  }

  package func enqueue(
    _ kernel: LoadedKernel, grid: Grid, arguments: UnsafeRawBufferPointer
  ) throws {
    let launch = Launch(
      grid: (grid.x, grid.y, grid.z), sharedByteCount: kernel.interface.sharedByteCount,
      arguments: Array(arguments))
    try perform(.launch(kernel, launch))
  }

  package func synchronize() throws(HewnError) { try demandNoCapture() }

  package func capture(_ body: () throws -> Void) throws -> Graph {
    try demandNoCapture()
    let graph = Graph()
    capturing = graph
    defer { capturing = nil }
    try body()
    return graph
  }

  package func replay(_ graph: Graph) throws {
    for command in graph.commands { try perform(command) }
  }

  /// By the host's clock: how long emulating takes.
  package func time(_ pieces: [() throws -> Void]) throws -> [Double] {
    try demandNoCapture()
    let clock = ContinuousClock()
    return try pieces.map { piece in
      let duration = try clock.measure(piece).components
      return Double(duration.seconds) + 1e-18 * Double(duration.attoseconds)
    }
  }

  package func measure(repeatCount: Int, _ body: () throws -> Void) throws -> Measurement {
    let before = executed
    try body()
    let instructions = executed.map { ($0, $1 - before[$0, default: 0]) }
    return .instructions(Dictionary(uniqueKeysWithValues: instructions).filter { $0.value > 0 })
  }

  private func perform(_ command: Command) throws {
    if let capturing {
      capturing.commands.append(command)
      return
    }
    switch command {
    case .fill(let buffer, let byte):
      try memory.fill(buffer.address, byteCount: buffer.byteCount, with: byte)
    case .launch(let kernel, let launch):
      let report = try Emulator.run(kernel.program, launch, memory: memory, options: options)
      for (kind, counters) in report.classes {
        executed[kind, default: 0] += counters.executions
      }
      lastReport = report
    }
  }
}
