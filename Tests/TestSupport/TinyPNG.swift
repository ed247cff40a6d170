/// PNG files made in the test.
package enum TinyPNG {
  /// A file of 8-bit samples, rows from the top, with 1 channel (grey) or 3 (RGB).
  package static func bytes(
    width: Int, height: Int, channels: Int, samples: [UInt8]
  ) -> [UInt8] {
    precondition(samples.count == width * height * channels && [1, 3].contains(channels))
    let rowByteCount = width * channels
    var rows: [UInt8] = []
    for row in 0..<height {
      // No filter.
      rows.append(0)
      rows += samples[(row * rowByteCount)..<((row + 1) * rowByteCount)]
    }
    precondition(rows.count < 1 << 16, "one stored block holds 65,535 bytes")
    let header = bigEndian(width) + bigEndian(height) + [8, channels == 3 ? 2 : 0, 0, 0, 0]
    let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    return signature + chunk("IHDR", header) + chunk("IDAT", stream(rows)) + chunk("IEND", [])
  }

  /// A zlib stream of one block that is not compressed.
  private static func stream(_ bytes: [UInt8]) -> [UInt8] {
    let (low, high) = (UInt8(bytes.count & 0xff), UInt8(bytes.count >> 8))
    let block: [UInt8] = [0x01, low, high, ~low, ~high]
    return [0x78, 0x01] + block + bytes + bigEndian(adler32(bytes))
  }

  private static func chunk(_ kind: String, _ content: [UInt8]) -> [UInt8] {
    let typed = Array(kind.utf8) + content
    return bigEndian(content.count) + typed + bigEndian(Int(Checksum.crc32(typed)))
  }

  private static func adler32(_ bytes: [UInt8]) -> Int {
    var (a, b) = (1, 0)
    for byte in bytes {
      a = (a + Int(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return b << 16 | a
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}

package enum Checksum {
  /// The checksum of ZIP and PNG, bit by bit.
  package static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(0xffff_ffff as UInt32) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in
        rest & 1 == 1 ? rest >> 1 ^ 0xedb8_8320 : rest >> 1
      }
    }
  }
}
