import Images
import Tensors
import Testing

@Suite struct DecodingTests {
  @Test(arguments: [(1, 1, 1), (1, 1, 3), (5, 3, 1), (3, 5, 3), (64, 48, 3)])
  func decodesPNGExactly(width: Int, height: Int, channels: Int) throws {
    let image = EncodedImages.pattern(width: width, height: height, channels: channels)
    let decoded = try Image(decoding: EncodedImages.png(image))
    #expect(decoded == image)
  }

  @Test func dropsTransparency() throws {
    let rgba: [UInt8] = [10, 20, 30, 0, 40, 50, 60, 255, 70, 80, 90, 1, 100, 110, 120, 128]
    let color = try Image(
      decoding: EncodedImages.png(width: 2, height: 2, channels: 4, samples: rgba))
    #expect(color.channels == 3)
    #expect(color.pixels == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120])

    let gray = try Image(
      decoding: EncodedImages.png(width: 2, height: 1, channels: 2, samples: [7, 0, 200, 255]))
    #expect(gray.channels == 1)
    #expect(gray.pixels == [7, 200])
  }

  @Test(arguments: [(1, 1, 1), (8, 8, 3), (17, 9, 1), (33, 20, 3)])
  func decodesJPEGClosely(width: Int, height: Int, channels: Int) throws {
    let image = EncodedImages.gradient(width: width, height: height, channels: channels)
    let decoded = try Image(decoding: EncodedImages.jpeg(image))
    #expect(decoded.width == width && decoded.height == height && decoded.channels == channels)
    let worst = zip(decoded.pixels, image.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(worst <= 3, "\(width)×\(height)×\(channels): off by \(worst)")
  }

  @Test func namesTheFileInErrors() {
    let error = #expect(throws: HewnError.self) {
      try Image(contentsOf: "/nonexistent/picture.png")
    }
    #expect(error?.code == .io)
    #expect(error?.message.contains("/nonexistent/picture.png") == true)
  }

  @Test(arguments: [
    [], [0x89], Array("GIF89a".utf8), [0xff, 0xd8], Array(repeating: 0, count: 99),
  ])
  func rejectsOtherFiles(bytes: [UInt8]) {
    let error = #expect(throws: HewnError.self) { try Image(decoding: bytes) }
    #expect(error?.code == .invalidFile)
  }

  @Test func rejectsEveryTruncation() throws {
    let image = EncodedImages.gradient(width: 16, height: 16, channels: 3)
    for file in [try EncodedImages.png(image), try EncodedImages.jpeg(image)] {
      // The last chunk of a PNG (IEND, 12 bytes) holds no picture; libpng does not ask for it.
      for count in 0..<(file.count - 12) {
        let error = #expect(throws: HewnError.self, "\(count) of \(file.count) bytes") {
          try Image(decoding: Array(file.prefix(count)))
        }
        #expect(error?.code == .invalidFile)
      }
    }
  }

  @Test func survivesDamage() throws {
    let image = EncodedImages.pattern(width: 24, height: 24, channels: 3)
    for file in [try EncodedImages.png(image), try EncodedImages.jpeg(image)] {
      for seed in UInt64(0)..<300 {
        var generator = SplitMix64(seed: seed)
        var damaged = file
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
          let index = Int.random(in: 8..<damaged.count, using: &generator)
          damaged[index] = UInt8.random(in: .min ... .max, using: &generator)
        }
        // Whatever comes out, it is a picture or one of the documented errors.
        do {
          _ = try Image(decoding: damaged)
        } catch {
          #expect(
            error.code == .invalidFile || error.code == .unsupported, "seed \(seed): \(error)")
        }
      }
    }
  }

  @Test func refusesHugePictures() throws {
    var png = try EncodedImages.png(EncodedImages.pattern(width: 2, height: 2, channels: 1))
    // The header's width and height, at bytes 16 and 20, with the checksum of the whole chunk.
    let header = Array("IHDR".utf8) + [0, 0, 0x7d, 0, 0, 0, 0x7d, 0] + png[24..<29]
    png.replaceSubrange(12..<29, with: header)
    png.replaceSubrange(29..<33, with: bigEndian(crc32(header)))
    let error = #expect(throws: HewnError.self) { try Image(decoding: png) }
    #expect(error?.code == .invalidFile)
    #expect(error?.message.contains("32000×32000") == true, "\(error?.message ?? "")")
  }

  private func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  /// The checksum of PNG chunks (ISO 3309).
  private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
