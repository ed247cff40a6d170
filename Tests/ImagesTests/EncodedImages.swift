import CPNG
import CTurboJPEG
import Images

/// Files made in the test, so that none has to be committed.
enum EncodedImages {
  /// A picture whose every value differs from its neighbours'.
  static func pattern(width: Int, height: Int, channels: Int) -> Image {
    Image(
      width: width, height: height, channels: channels,
      pixels: (0..<(width * height * channels)).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) })
  }

  /// A picture without sharp edges, which JPEG keeps nearly as it is.
  static func gradient(width: Int, height: Int, channels: Int) -> Image {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<channels { pixels.append(UInt8(60 + 2 * x + 3 * y + 20 * channel)) }
      }
    }
    return Image(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// A PNG of 8-bit samples with `channels` of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA).
  static func png(width: Int, height: Int, channels: Int, samples: [UInt8]) throws -> [UInt8] {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format =
      (channels >= 3 ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0)
      | (channels % 2 == 0 ? png_uint_32(PNG_FORMAT_FLAG_ALPHA) : 0)
    var bytes = [UInt8](repeating: 0, count: 4096 + 2 * samples.count)
    var count = bytes.count
    let written = png_image_write_to_memory(&image, &bytes, &count, 0, samples, 0, nil)
    guard written != 0 else { throw EncodingFailure() }
    return Array(bytes.prefix(count))
  }

  static func png(_ image: Image) throws -> [UInt8] {
    try png(
      width: image.width, height: image.height, channels: image.channels, samples: image.pixels)
  }

  /// A JPEG of the best quality without chroma subsampling.
  static func jpeg(_ image: Image) throws -> [UInt8] {
    guard let handle = tjInitCompress() else { throw EncodingFailure() }
    defer { tjDestroy(handle) }
    var output: UnsafeMutablePointer<UInt8>?
    var count: UInt = 0
    let isGray = image.channels == 1
    let status = tjCompress2(
      handle, image.pixels, Int32(image.width), 0, Int32(image.height),
      isGray ? TJPF_GRAY.rawValue : TJPF_RGB.rawValue, &output, &count,
      isGray ? Int32(TJSAMP_GRAY.rawValue) : Int32(TJSAMP_444.rawValue), 100, 0)
    defer { tjFree(output) }
    guard status == 0, let output else { throw EncodingFailure() }
    return Array(UnsafeBufferPointer(start: output, count: Int(count)))
  }

  struct EncodingFailure: Error {}
}
