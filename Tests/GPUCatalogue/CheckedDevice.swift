import GPUDevices
import GPUKernels
import KernelIR
import Tensors

/// A device as checks use it: buffers by their addresses, and kernels loaded once.
///
/// Buffers are exactly as large as what they hold. A device that detects faults finds what lies beyond
/// them and what was not written. On others there is poison, all bits ones, before and behind each
/// buffer and in fresh memory: results computed from it are NaN, and writes to it are found by
/// ``checkGuards(_:)``.
package final class CheckedDevice<Device: GPUDevice> {
  package let device: Device
  private var kernels: [String: Device.LoadedKernel] = [:]
  private var memories: [UInt64: Memory] = [:]

  private struct Memory {
    var buffer: Device.Buffer
    /// Where what it holds begins in the buffer.
    var offset: Int
    var byteCount: Int
  }

  package init(_ device: Device) { self.device = device }

  /// Bytes of poison on each side of a buffer.
  private var guardByteCount: Int { device.detectsMemoryFaults ? 0 : 256 }

  /// Memory that nobody has written; a multiple of 256.
  package func allocate(byteCount: Int) throws -> UInt64 {
    let offset = guardByteCount
    let buffer = try device.allocate(byteCount: byteCount + 2 * offset)
    if offset > 0 { try device.fill(buffer, with: 0xff) }
    let address = buffer.address + UInt64(offset)
    memories[address] = Memory(buffer: buffer, offset: offset, byteCount: byteCount)
    return address
  }

  package func buffer<Element: BitwiseCopyable>(_ elements: [Element]) throws -> UInt64 {
    let address = try allocate(byteCount: elements.count * MemoryLayout<Element>.stride)
    try upload(elements, to: address)
    return address
  }

  /// Numbers as elements of a type, rounded to nearest even.
  package func buffer(_ numbers: [Float], as element: KernelElement) throws -> UInt64 {
    switch element {
    case .f32: try buffer(numbers)
    case .f16: try buffer(numbers.map(Half.bits))
    case .bf16: try buffer(numbers.map { HalfFormat.bfloat16.bits(Double($0)) })
    }
  }

  /// Memory for `count` elements that a kernel is to write.
  package func output(_ element: KernelElement, count: Int) throws -> UInt64 {
    try allocate(byteCount: count * element.byteCount)
  }

  /// Writes a part of the buffer at an address.
  ///
  /// - Parameter offset: in bytes.
  package func upload<Element: BitwiseCopyable>(
    _ elements: [Element], to address: UInt64, at offset: Int = 0
  ) throws {
    let memory = try memory(at: address)
    try device.upload(elements, to: memory.buffer, at: memory.offset + offset)
  }

  package func read<Element: BitwiseCopyable>(
    _ type: Element.Type, count: Int, from address: UInt64
  ) throws -> [Element] {
    let memory = try memory(at: address)
    return try device.values(of: memory.buffer, as: type, count: count, at: memory.offset)
  }

  package func read(
    _ element: KernelElement, count: Int, from address: UInt64
  ) throws -> [Float] {
    switch element {
    case .f32: try read(Float.self, count: count, from: address)
    case .f16: try read(UInt16.self, count: count, from: address).map(Half.value)
    case .bf16:
      try read(UInt16.self, count: count, from: address).map {
        Float(bitPattern: UInt32($0) << 16)
      }
    }
  }

  private func memory(at address: UInt64) throws(HewnError) -> Memory {
    guard let memory = memories[address] else {
      throw HewnError(.internal, "there is no buffer at \(address)")
    }
    return memory
  }

  // MARK: Kernels

  /// The kernel of a problem; kernels of equal names are equal.
  package func load(_ kernel: some ProblemKernel) throws -> Device.LoadedKernel {
    if let loaded = kernels[kernel.name] { return loaded }
    let loaded = try device.load(kernel.build())
    kernels[kernel.name] = loaded
    return loaded
  }

  package func run<K: ProblemKernel>(_ kernel: K, _ arguments: K.Arguments) throws {
    try device.launch(load(kernel), grid: kernel.grid, arguments: arguments)
  }

  // MARK: The end of a check

  /// Notes buffers beyond whose ends something was written.
  package func checkGuards(_ findings: inout Findings) throws {
    try device.synchronize()
    guard guardByteCount > 0 else { return }
    for memory in memories.values.sorted(by: { $0.buffer.address < $1.buffer.address }) {
      let end = memory.offset + memory.byteCount
      for (side, start) in [("before", 0), ("behind", end)] {
        let bytes = try device.values(
          of: memory.buffer, as: UInt8.self, count: guardByteCount, at: start)
        guard let place = bytes.firstIndex(where: { $0 != 0xff }) else { continue }
        let distance = start == 0 ? memory.offset - place : place
        findings.fail(
          "a kernel wrote \(side) a buffer of \(memory.byteCount) bytes, \(distance) bytes away")
      }
    }
  }

  /// Frees what checks have allocated.
  package func removeBuffers() { memories = [:] }
}
