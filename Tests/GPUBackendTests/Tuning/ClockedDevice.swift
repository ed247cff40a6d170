import Emulator
import GPUDevices
import KernelIR
import Tensors

/// The emulator with a clock: a warp instruction takes a second.
final class ClockedDevice: GPUDevice {
  typealias Buffer = EmulatorDevice.Buffer
  typealias LoadedKernel = EmulatorDevice.LoadedKernel
  typealias Graph = EmulatorDevice.Graph
  typealias Staging = EmulatorDevice.Staging
  static let sharesMemory = false

  private let emulator: EmulatorDevice

  init(_ target: Target) {
    emulator = EmulatorDevice(target: target, options: .fast)
  }

  func measure(repeatCount: Int, _ body: () throws -> Void) throws -> Measurement {
    guard
      case .instructions(let counts) = try emulator.measure(repeatCount: repeatCount, body)
    else { return .seconds([]) }
    return .seconds([Double(counts.values.reduce(0, +))])
  }

  var properties: GPUProperties { emulator.properties }
  var detectsMemoryFaults: Bool { emulator.detectsMemoryFaults }
  var isCapturing: Bool { emulator.isCapturing }
  func allocate(byteCount: Int) throws(HewnError) -> Buffer {
    try emulator.allocate(byteCount: byteCount)
  }
  func upload(_ bytes: UnsafeRawBufferPointer, to buffer: Buffer, at offset: Int) throws {
    try emulator.upload(bytes, to: buffer, at: offset)
  }
  func download(
    _ buffer: Buffer, at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws {
    try emulator.download(buffer, at: offset, into: bytes)
  }
  func stage(byteCount: Int) throws(HewnError) -> Staging {
    try emulator.stage(byteCount: byteCount)
  }
  func copy(_ staging: Staging, to buffer: Buffer, at offset: Int) throws(HewnError) {
    try emulator.copy(staging, to: buffer, at: offset)
  }
  func copy(_ buffer: Buffer, at offset: Int, to staging: Staging) throws(HewnError) {
    try emulator.copy(buffer, at: offset, to: staging)
  }
  func time(_ pieces: [() throws -> Void]) throws -> [Double] { try emulator.time(pieces) }
  func fill(_ buffer: Buffer, with byte: UInt8) throws { try emulator.fill(buffer, with: byte) }
  func load(_ kernel: Kernel) throws -> LoadedKernel { try emulator.load(kernel) }
  func encode(_ map: TensorMap) throws -> [UInt64] { try emulator.encode(map) }
  func enqueue(_ kernel: LoadedKernel, grid: Grid, arguments: UnsafeRawBufferPointer) throws {
    try emulator.enqueue(kernel, grid: grid, arguments: arguments)
  }
  func synchronize() throws { try emulator.synchronize() }
  func capture(_ body: () throws -> Void) throws -> Graph { try emulator.capture(body) }
  func replay(_ graph: Graph) throws { try emulator.replay(graph) }
}
