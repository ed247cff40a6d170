package import Tensors

extension Image {
  /// Cuts `width × height` out of the middle.
  ///
  /// The offset is half of the difference, halves rounded to the even number as in torchvision.
  ///
  /// - Throws: `invalidArgument` when the picture is smaller than the cut.
  package func centerCropped(width: Int, height: Int) throws(HewnError) -> Image {
    try Image.check(width: width, height: height, code: .invalidArgument)
    guard width <= self.width, height <= self.height else {
      throw HewnError(
        .invalidArgument,
        "a crop of \(width)×\(height) does not fit an image of \(self.width)×\(self.height);"
          + " resize to at least the crop")
    }
    if width == self.width, height == self.height { return self }
    let left = Self.offset(of: width, in: self.width)
    let top = Self.offset(of: height, in: self.height)
    var result: [UInt8] = []
    result.reserveCapacity(width * height * channels)
    for y in top..<(top + height) {
      let start = (y * self.width + left) * channels
      result += pixels[start..<(start + width * channels)]
    }
    return Image(width: width, height: height, channels: channels, pixels: result)
  }

  private static func offset(of part: Int, in whole: Int) -> Int {
    Int((Double(whole - part) / 2).rounded(.toNearestOrEven))
  }

  /// The picture in one channel: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded.
  package func gray() -> Image {
    if channels == 1 { return self }
    let result = (0..<(width * height)).map { index -> UInt8 in
      // The weights in units of 2^−16, and a half to round.
      let red = 19_595 * UInt32(pixels[3 * index])
      let green = 38_470 * UInt32(pixels[3 * index + 1])
      let blue = 7_471 * UInt32(pixels[3 * index + 2])
      return UInt8((red + green + blue + 0x8000) >> 16)
    }
    return Image(width: width, height: height, channels: 1, pixels: result)
  }
}
