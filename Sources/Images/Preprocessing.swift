package import Tensors

/// A size in pixels.
package struct PixelSize: Hashable, Sendable, CustomStringConvertible {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  package var description: String { "\(width)×\(height)" }
}

/// How a picture becomes the input of a network.
///
/// In order: colour, resize, centre crop, then y = (x · scale − mean) / deviation for each channel
/// with x in 0…255. The result is laid out C × H × W.
package struct Preprocessing: Sendable, Equatable {
  /// The channels of the network's input, in order.
  package enum Color: String, Sendable, CaseIterable {
    case rgb, bgr, gray

    package var channelCount: Int { self == .gray ? 1 : 3 }
  }

  package enum Resize: Hashable, Sendable {
    case none
    /// To the height and width of the model's input; none where those are free.
    case toInput
    case exact(PixelSize)
    /// The shorter side to this length, the other in proportion, rounded down.
    case shortSide(Int)
  }

  package enum Crop: Hashable, Sendable {
    case none
    /// To the height and width of the model's input; none where those are free.
    case toInput
    case exact(PixelSize)
  }

  package var color: Color = .rgb
  package var resize: Resize = .toInput
  package var crop: Crop = .none
  package var interpolation: Interpolation = .bilinear
  /// Whether the filter widens when shrinking.
  package var antialias = true
  package var scale: Float = 1
  /// One value for each channel of `color`, in that order, or one for all.
  package var mean: [Float] = [0]
  /// One value for each channel of `color`, in that order, or one for all.
  package var deviation: [Float] = [1]

  package init() {}

  /// The values of one picture as a network takes them.
  package struct Planes: Sendable, Equatable {
    package var channels: Int
    package var height: Int
    package var width: Int
    /// C × H × W values.
    package var values: [Float]
  }

  /// Turns a picture into an input.
  ///
  /// - Parameter inputSize: height and width of the model's input, `nil` where they are free.
  /// - Throws: `invalidArgument` for parameters that do not fit each other, the picture or the
  ///   input.
  package func planes(of image: Image, inputSize: PixelSize?) throws(HewnError) -> Planes {
    let channels = color.channelCount
    let mean = try perChannel(mean, named: "mean")
    let deviation = try perChannel(deviation, named: "deviation")
    guard (mean + deviation + [scale]).allSatisfy(\.isFinite), !deviation.contains(0) else {
      throw HewnError(
        .invalidArgument, "scale, mean and deviation must be finite, and no deviation 0")
    }

    var image = color == .gray ? image.gray() : image
    image = try resized(image, inputSize: inputSize)
    image = try cropped(image, inputSize: inputSize)
    if let inputSize, inputSize != PixelSize(width: image.width, height: image.height) {
      throw HewnError(
        .invalidArgument,
        "the image is \(image.width)×\(image.height) after preprocessing, the model takes"
          + " \(inputSize); resize or crop it to that")
    }

    var values = [Float](repeating: 0, count: channels * image.height * image.width)
    let planeSize = image.height * image.width
    for channel in 0..<channels {
      // A grey picture repeats its only channel.
      let source = image.channels == 1 ? 0 : color == .bgr ? 2 - channel : channel
      for pixel in 0..<planeSize {
        let x = Float(image.pixels[pixel * image.channels + source])
        values[channel * planeSize + pixel] = (x * scale - mean[channel]) / deviation[channel]
      }
    }
    return Planes(channels: channels, height: image.height, width: image.width, values: values)
  }

  private func resized(_ image: Image, inputSize: PixelSize?) throws(HewnError) -> Image {
    let size: PixelSize
    switch resize {
    case .none:
      return image
    case .toInput:
      guard let inputSize else { return image }
      size = inputSize
    case .exact(let exact):
      size = exact
    case .shortSide(let length):
      try Image.check(width: length, height: 1, code: .invalidArgument)
      // Both factors are below 2^31, so the products fit.
      size =
        image.width <= image.height
        ? PixelSize(width: length, height: length * image.height / image.width)
        : PixelSize(width: length * image.width / image.height, height: length)
    }
    return try image.resized(
      width: size.width, height: size.height, interpolation: interpolation, antialias: antialias)
  }

  private func cropped(_ image: Image, inputSize: PixelSize?) throws(HewnError) -> Image {
    switch crop {
    case .none:
      return image
    case .toInput:
      guard let inputSize else { return image }
      return try image.centerCropped(width: inputSize.width, height: inputSize.height)
    case .exact(let size):
      return try image.centerCropped(width: size.width, height: size.height)
    }
  }

  private func perChannel(_ values: [Float], named name: String) throws(HewnError) -> [Float] {
    let channels = color.channelCount
    if values.count == channels { return values }
    guard values.count == 1, let value = values.first else {
      throw HewnError(
        .invalidArgument,
        "\(name) has \(values.count) values, \(color.rawValue) takes 1 or \(channels)")
    }
    return [Float](repeating: value, count: channels)
  }
}
