internal import Tensors

extension GPUDevice {
  /// Allocates memory for an array, and copies it there.
  package func buffer<Element: BitwiseCopyable>(of values: [Element]) throws -> Buffer {
    let buffer = try allocate(byteCount: values.count * MemoryLayout<Element>.stride)
    try upload(values, to: buffer)
    return buffer
  }

  /// Copies an array to the device.
  ///
  /// - Parameter offset: in bytes.
  package func upload<Element: BitwiseCopyable>(
    _ values: [Element], to buffer: Buffer, at offset: Int = 0
  ) throws {
    try withExtendedLifetime(values) {
      try values.withUnsafeBytes { try upload($0, to: buffer, at: offset) }
    }
  }

  /// The values in a part of a buffer, when all work before is done.
  ///
  /// - Parameters:
  ///   - count: `nil` is all that fit behind `offset`.
  ///   - offset: in bytes.
  package func values<Element: BitwiseCopyable>(
    of buffer: Buffer, as type: Element.Type, count: Int? = nil, at offset: Int = 0
  ) throws -> [Element] {
    let stride = MemoryLayout<Element>.stride
    let count = count ?? max(buffer.byteCount - offset, 0) / stride
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count * stride, alignment: MemoryLayout<Element>.alignment)
    defer { memory.deallocate() }
    try download(buffer, at: offset, into: memory)
    return Array(memory.bindMemory(to: type))
  }
}
