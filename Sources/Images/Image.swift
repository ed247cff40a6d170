package import Tensors

/// A decoded picture: 8 bits a channel, rows from the top, channels interleaved.
package struct Image: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// 1 for grey, 3 for red, green, blue.
  package let channels: Int
  /// `height × width × channels` values.
  package let pixels: [UInt8]

  /// The greatest number of pixels that is decoded or made by resizing.
  package static let maximumPixelCount = 100_000_000
  /// The greatest size of an image file in bytes.
  package static let maximumFileByteCount = 1 << 30

  /// Makes a picture from its pixels.
  ///
  /// - Precondition: `pixels.count` is `width · height · channels`, and `channels` is 1 or 3.
  package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(channels == 1 || channels == 3, "\(channels) channels")
    precondition(
      pixels.count == width * height * channels, "\(pixels.count) values for \(width)×\(height)")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// Reads a PNG or JPEG file; its first bytes decide which, not its name.
  ///
  /// - Throws: `io` when the file cannot be read, else what `init(decoding:)` throws.
  package init(contentsOf path: String) throws(HewnError) {
    let bytes = try Files.read(path, limit: Self.maximumFileByteCount)
    do {
      self = try Image(decoding: bytes)
    } catch {
      throw HewnError(error.code, "\(path): \(error.message)")
    }
  }

  /// Decodes a PNG or JPEG file.
  ///
  /// Transparency is dropped and 16-bit channels are rounded to 8. Orientation tags are not
  /// applied.
  ///
  /// - Throws: `invalidFile` for anything else, for corrupt or truncated data, and for more than
  ///   ``maximumPixelCount`` pixels; `unsupported` for JPEG colour spaces other than grey, YCbCr
  ///   and RGB.
  package init(decoding bytes: [UInt8]) throws(HewnError) {
    if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      self = try decodePNG(bytes)
    } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
      self = try decodeJPEG(bytes)
    } else {
      throw HewnError(.invalidFile, "neither a PNG nor a JPEG file; convert it to one of them")
    }
  }

  /// Checks a size that a file or an option states.
  ///
  /// - Throws: `code` for sizes below 1 or above ``maximumPixelCount`` pixels.
  static func check(width: Int, height: Int, code: HewnError.Code) throws(HewnError) {
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, count <= maximumPixelCount else {
      throw HewnError(
        code,
        "an image of \(width)×\(height) is outside the limits: 1 to \(maximumPixelCount) pixels")
    }
  }
}
