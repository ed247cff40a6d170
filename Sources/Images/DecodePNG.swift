internal import CPNG
internal import Tensors

/// Decodes a PNG file through libpng's simplified interface, which never jumps over our frames.
///
/// - Throws: `invalidFile`.
func decodePNG(_ bytes: [UInt8]) throws(HewnError) -> Image {
  var image = png_image()
  image.version = png_uint_32(PNG_IMAGE_VERSION)
  defer { png_image_free(&image) }
  // libpng keeps the address of the bytes until the picture is finished.
  let decoded = bytes.withUnsafeBytes { source in
    Result { () throws(HewnError) in try decode(source, with: &image) }
  }
  return try decoded.get()
}

private func decode(
  _ source: UnsafeRawBufferPointer, with image: inout png_image
) throws(HewnError) -> Image {
  guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0 else {
    throw corrupt(image)
  }
  let (width, height) = (Int(image.width), Int(image.height))
  try Image.check(width: width, height: height, code: .invalidFile)

  let hasColor = image.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) != 0
  let hasAlpha = image.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) != 0
  image.format =
    (hasColor ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0)
    | (hasAlpha ? png_uint_32(PNG_FORMAT_FLAG_ALPHA) : 0)
  // 16-bit files without a gamma chunk hold sRGB in practice; libpng would take them as linear.
  image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
  let channels = hasColor ? 3 : 1
  let stored = channels + (hasAlpha ? 1 : 0)

  var pixels = [UInt8](repeating: 0, count: width * height * stored)
  let finished = pixels.withUnsafeMutableBytes { buffer in
    png_image_finish_read(&image, nil, buffer.baseAddress, png_int_32(width * stored), nil)
  }
  // A warning (1) leaves a whole picture; an error has the higher bit set.
  guard finished != 0, image.warning_or_error & 2 == 0 else { throw corrupt(image) }
  if hasAlpha { pixels = droppingLast(of: stored, in: pixels) }
  return Image(width: width, height: height, channels: channels, pixels: pixels)
}

/// Removes the last of every `stored` interleaved channels.
private func droppingLast(of stored: Int, in pixels: [UInt8]) -> [UInt8] {
  let kept = stored - 1
  let count = pixels.count / stored
  return [UInt8](unsafeUninitializedCapacity: count * kept) { buffer, initialized in
    for pixel in 0..<count {
      for channel in 0..<kept {
        buffer[pixel * kept + channel] = pixels[pixel * stored + channel]
      }
    }
    initialized = count * kept
  }
}

private func corrupt(_ image: png_image) -> HewnError {
  let reason = withUnsafeBytes(of: image.message) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
  return HewnError(.invalidFile, "corrupt PNG: \(reason.isEmpty ? "unknown error" : reason)")
}
