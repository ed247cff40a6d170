extension Preprocessing {
  /// A named preprocessing that many networks share.
  package struct Preset: Sendable {
    package let name: String
    /// One line for help texts.
    package let summary: String
    package let preprocessing: Preprocessing
  }

  /// Every preset, in the order of help texts.
  package static let presets: [Preset] = [
    Preset(
      name: "imagenet",
      summary: "RGB, short side 256, crop, /255, ImageNet mean and std",
      preprocessing: Preprocessing(
        resize: .shortSide(256), crop: .toInput, scale: 1 / 255,
        mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])),
    Preset(
      name: "caffe",
      summary: "BGR, 256x256, crop, 0-255 minus 104 117 123",
      preprocessing: Preprocessing(
        color: .bgr, resize: .exact(PixelSize(width: 256, height: 256)), crop: .toInput,
        mean: [104, 117, 123])),
    Preset(
      name: "cifar10",
      summary: "RGB, /255, mean .4914 .4822 .4465, std .2023 .1994 .2010",
      preprocessing: Preprocessing(
        scale: 1 / 255, mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.2010])),
    Preset(
      name: "cifar10-hewn",
      summary: "RGB, 0-255, mean 125.3 123.0 113.9, std 63.0 62.1 66.7",
      preprocessing: Preprocessing(mean: [125.3, 123.0, 113.9], deviation: [63.0, 62.1, 66.7])),
    Preset(name: "unit", summary: "RGB, /255", preprocessing: Preprocessing(scale: 1 / 255)),
    Preset(
      name: "mnist", summary: "grey, /256",
      preprocessing: Preprocessing(color: .gray, scale: 1 / 256)),
    Preset(name: "raw", summary: "RGB, 0-255", preprocessing: Preprocessing()),
  ]

  /// The preset of a name.
  package static func preset(named name: String) -> Preset? {
    presets.first { $0.name == name }
  }

  private init(
    color: Color = .rgb, resize: Resize = .toInput, crop: Crop = .none, scale: Float = 1,
    mean: [Float] = [0], deviation: [Float] = [1]
  ) {
    self.init()
    self.color = color
    self.resize = resize
    self.crop = crop
    self.scale = scale
    self.mean = mean
    self.deviation = deviation
  }
}
