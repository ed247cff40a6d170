internal import CTurboJPEG
internal import Tensors

/// Decodes a JPEG file through libjpeg-turbo.
///
/// - Throws: `invalidFile` for corrupt data, `unsupported` for CMYK and YCCK.
func decodeJPEG(_ bytes: [UInt8]) throws(HewnError) -> Image {
  guard let handle = tjInitDecompress() else {
    throw HewnError(.outOfMemory, "libjpeg-turbo could not be started")
  }
  defer { tjDestroy(handle) }

  var width: Int32 = 0
  var height: Int32 = 0
  var subsampling: Int32 = 0
  var colorspace: Int32 = 0
  guard
    tjDecompressHeader3(
      handle, bytes, UInt(bytes.count), &width, &height, &subsampling, &colorspace) == 0
  else { throw corrupt(handle) }
  try Image.check(width: Int(width), height: Int(height), code: .invalidFile)
  guard colorspace != TJCS_CMYK.rawValue, colorspace != TJCS_YCCK.rawValue else {
    throw HewnError(.unsupported, "a CMYK JPEG; convert it to RGB first")
  }

  let isGray = colorspace == TJCS_GRAY.rawValue
  let channels = isGray ? 1 : 3
  var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * channels)
  // A progressive file can state thousands of scans over a large picture; the limit ends that.
  let status = tjDecompress2(
    handle, bytes, UInt(bytes.count), &pixels, width, 0, height,
    isGray ? TJPF_GRAY.rawValue : TJPF_RGB.rawValue, TJFLAG_LIMITSCANS)
  guard status == 0 else { throw corrupt(handle) }
  return Image(width: Int(width), height: Int(height), channels: channels, pixels: pixels)
}

private func corrupt(_ handle: tjhandle) -> HewnError {
  let reason = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
  return HewnError(.invalidFile, "corrupt JPEG: \(reason)")
}
