internal import CZlib

/// The checksum of PNG and gzip.
package enum CRC32 {
  /// The checksum of bytes that follow those whose checksum is `earlier`.
  package static func checksum(_ bytes: UnsafeRawBufferPointer, after earlier: UInt32 = 0) -> UInt32
  {
    // zlib takes a null pointer for a request to start anew.
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return earlier }
    return UInt32(
      truncatingIfNeeded: crc32_z(
        UInt(earlier), start.assumingMemoryBound(to: UInt8.self), numericCast(bytes.count)))
  }

  package static func checksum(_ text: String) -> UInt32 {
    var text = text
    return text.withUTF8 { checksum(UnsafeRawBufferPointer($0)) }
  }
}
