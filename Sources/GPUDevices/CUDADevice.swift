package import CUDA
package import KernelIR
internal import PTX
package import Tensors

/// A GPU through NVIDIA's driver.
package final class CUDADevice: GPUDevice {
  /// Memory of the GPU, freed with the last reference.
  package final class Buffer: GPUBuffer, Sendable {
    fileprivate let memory: CUDA.Buffer

    fileprivate init(byteCount: Int, in context: Context) throws(HewnError) {
      memory = try CUDA.Buffer(byteCount: byteCount, in: context)
    }

    package var byteCount: Int { memory.byteCount }
    package var address: UInt64 { memory.address }
  }

  /// Pinned memory of the host, freed with the last reference.
  package final class Staging: GPUStaging, Sendable {
    fileprivate let memory: PinnedBuffer

    fileprivate init(byteCount: Int, in context: Context) throws(HewnError) {
      memory = try PinnedBuffer(byteCount: byteCount, in: context)
    }

    package var bytes: UnsafeMutableRawBufferPointer { memory.bytes }
  }

  /// Captured work, destroyed with the last reference.
  package final class Graph: Sendable {
    fileprivate let executable: GraphExecutable

    fileprivate init(_ executable: consuming GraphExecutable) { self.executable = executable }
  }

  /// A kernel that the GPU's driver has loaded.
  package struct LoadedKernel: LoadedGPUKernel, Sendable {
    package let interface: KernelInterface
    fileprivate let function: Function
    /// What the compiler made of it.
    package let properties: Function.Properties
    /// Where the machine code comes from.
    package let origin: Module.Origin
    /// What the compiler said. Empty when the machine code was kept from an earlier compilation.
    package let log: String
    /// What went wrong with the cache of compiled kernels.
    package let warnings: [HewnError]
  }

  package let properties: GPUProperties
  /// All are in the GPU's primary context.
  package static let sharesMemory = true
  package let detectsMemoryFaults = false
  package let context: Context
  private let cache: CubinCache
  private var stream: Stream
  package private(set) var isCapturing = false

  /// - Parameters:
  ///   - ordinal: which GPU.
  ///   - driver: `nil` loads the system's.
  ///   - cache: where compiled kernels are kept.
  /// - Throws: `unsupported` when there is no driver or no such GPU, or one of them is too old.
  package init(
    _ ordinal: Int = 0, driver: Driver? = nil, cache: CubinCache = CubinCache()
  ) throws(HewnError) {
    let device: Device
    if let driver {
      device = try Device(ordinal, of: driver)
    } else {
      device = try Device(ordinal, of: Driver())
    }
    context = try Context(device)
    stream = try Stream(in: context)
    self.cache = cache
    properties = GPUProperties(
      name: device.name, computeCapability: device.computeCapability,
      sharedByteLimit: device.sharedByteLimit, multiprocessorCount: device.multiprocessorCount,
      l2ByteCount: device.l2ByteCount, memoryByteCount: device.memoryByteCount,
      memoryBandwidth: device.memoryBandwidth,
      gridLimit: Grid(device.gridLimit.x, device.gridLimit.y, device.gridLimit.z))
  }

  package func allocate(byteCount: Int) throws(HewnError) -> Buffer {
    try demandNoCapture()
    return try Buffer(byteCount: byteCount, in: context)
  }

  package func upload(
    _ bytes: UnsafeRawBufferPointer, to buffer: Buffer, at offset: Int
  ) throws(HewnError) {
    try demandNoCapture()
    try stream.upload(bytes, to: buffer.memory, at: offset)
  }

  package func download(
    _ buffer: Buffer, at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(HewnError) {
    try demandNoCapture()
    try stream.download(buffer.memory, at: offset, into: bytes)
  }

  package func stage(byteCount: Int) throws(HewnError) -> Staging {
    try demandNoCapture()
    return try Staging(byteCount: byteCount, in: context)
  }

  package func copy(
    _ staging: Staging, to buffer: Buffer, at offset: Int
  ) throws(HewnError) {
    try demandNoCapture()
    try stream.copy(
      staging.bytes.count, from: staging.memory, to: buffer.memory, toOffset: offset)
  }

  package func copy(
    _ buffer: Buffer, at offset: Int, to staging: Staging
  ) throws(HewnError) {
    try demandNoCapture()
    try stream.copy(
      staging.bytes.count, from: buffer.memory, fromOffset: offset, to: staging.memory)
  }

  package func fill(_ buffer: Buffer, with byte: UInt8) throws(HewnError) {
    try stream.fill(buffer.memory, withByte: byte)
  }

  package func load(_ kernel: Kernel) throws(HewnError) -> LoadedKernel {
    try load(PTXPrinter.text(of: kernel, for: kernel.target), as: KernelInterface(of: kernel))
  }

  /// Makes a kernel that was written as PTX ready to be launched.
  ///
  /// - Throws: `unsupported` when the GPU cannot run it, `internal` when the text is not that of such
  ///   a kernel.
  package func load(
    _ ptx: String, as interface: KernelInterface
  ) throws(HewnError) -> LoadedKernel {
    try demandNoCapture()
    try check(interface)
    let module = try Module.compile(ptx, cache: cache, in: context)
    let function = try module.function(interface.name)
    let properties = try function.properties()
    guard properties.parameterByteCount == interface.parameterByteCount else {
      throw HewnError(
        .internal,
        "the compiled kernel \(interface.name) takes \(properties.parameterByteCount) bytes of"
          + " parameters instead of \(interface.parameterByteCount)")
    }
    guard properties.threadLimit >= interface.threadCount else {
      throw HewnError(
        .internal,
        "the compiled kernel \(interface.name) runs with at most \(properties.threadLimit) threads"
          + " instead of \(interface.threadCount): it uses \(properties.registerCount) registers")
    }
    if properties.sharedByteCount + interface.sharedByteCount > 48 << 10 {
      try function.allowSharedMemory(byteCount: interface.sharedByteCount)
    }
    return LoadedKernel(
      interface: interface, function: function, properties: properties, origin: module.origin,
      log: module.log, warnings: module.warnings)
  }

  package func enqueue(
    _ kernel: LoadedKernel, grid: Grid, arguments: UnsafeRawBufferPointer
  ) throws(HewnError) {
    try stream.launch(
      kernel.function, grid: (grid.x, grid.y, grid.z), threadCount: kernel.interface.threadCount,
      sharedByteCount: kernel.interface.sharedByteCount, arguments: arguments)
  }

  package func synchronize() throws(HewnError) {
    try demandNoCapture()
    try stream.synchronize()
  }

  package func capture(_ body: () throws -> Void) throws -> Graph {
    try demandNoCapture()
    try stream.beginCapture()
    isCapturing = true
    defer { isCapturing = false }
    do {
      try body()
    } catch {
      _ = try? stream.endCapture()
      throw error
    }
    return Graph(try stream.endCapture().instantiate())
  }

  package func replay(_ graph: Graph) throws(HewnError) {
    try stream.launch(graph.executable)
  }

  package func time(_ pieces: [() throws -> Void]) throws -> [Double] {
    try demandNoCapture()
    // Without waiting in between, so that the GPU has its next work when it ends the last.
    var marks: [Mark] = [try Mark(in: context)]
    for _ in pieces { marks.append(try Mark(in: context)) }
    try stream.record(marks[0].event)
    for (piece, mark) in zip(pieces, marks.dropFirst()) {
      try piece()
      try stream.record(mark.event)
    }
    try stream.synchronize()
    return try pieces.indices.map { index in
      try marks[index + 1].event.seconds(since: marks[index].event)
    }
  }

  package func measure(repeatCount: Int, _ body: () throws -> Void) throws -> Measurement {
    try body()
    try stream.synchronize()
    return try withoutActuallyEscaping(body) { body in
      .seconds(try time(Array(repeating: body, count: repeatCount)).sorted())
    }
  }
}

/// An event that arrays can hold.
private final class Mark {
  let event: Event

  init(in context: Context) throws(HewnError) { event = try Event(in: context) }
}

extension CUDADevice {
  /// How many blocks of a kernel a multiprocessor runs at once.
  package func residentBlockCount(of kernel: LoadedKernel) throws(HewnError) -> Int {
    try kernel.function.residentBlockCount(
      threadCount: kernel.interface.threadCount, sharedByteCount: kernel.interface.sharedByteCount)
  }
}
