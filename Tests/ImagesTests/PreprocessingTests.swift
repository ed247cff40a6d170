import Images
import Tensors
import Testing

@Suite struct PreprocessingTests {
  /// Two pixels: (10, 20, 30) and (255, 0, 128).
  static let picture = Image(
    width: 2, height: 1, channels: 3, pixels: [10, 20, 30, 255, 0, 128])

  private func values(
    _ name: String, of image: Image = picture, inputSize: PixelSize? = nil
  ) throws -> [Float] {
    var preprocessing = try #require(Preprocessing.preset(named: name)?.preprocessing)
    preprocessing.resize = .none
    preprocessing.crop = .none
    return try preprocessing.planes(of: image, inputSize: inputSize).values
  }

  @Test(
    arguments: [
      ("raw", [10, 255, 20, 0, 30, 128]),
      ("unit", [10 / 255, 1, 20 / 255, 0, 30 / 255, 128 / 255]),
      ("caffe", [30 - 104, 128 - 104, 20 - 117, 0 - 117, 10 - 123, 255 - 123]),
      (
        "imagenet",
        [
          (10 / 255 - 0.485) / 0.229, (1 - 0.485) / 0.229, (20 / 255 - 0.456) / 0.224,
          -0.456 / 0.224, (30 / 255 - 0.406) / 0.225, (128 / 255 - 0.406) / 0.225,
        ]
      ),
      (
        "cifar10",
        [
          (10 / 255 - 0.4914) / 0.2023, (1 - 0.4914) / 0.2023, (20 / 255 - 0.4822) / 0.1994,
          -0.4822 / 0.1994, (30 / 255 - 0.4465) / 0.2010, (128 / 255 - 0.4465) / 0.2010,
        ]
      ),
      (
        "cifar10-hewn",
        [
          (10 - 125.3) / 63, (255 - 125.3) / 63, (20 - 123) / 62.1, -123 / 62.1,
          (30 - 113.9) / 66.7, (128 - 113.9) / 66.7,
        ]
      ),
      // 0.299 · 10 + 0.587 · 20 + 0.114 · 30 = 18.15; 0.299 · 255 + 0.114 · 128 = 90.837
      ("mnist", [18 / 256, 91 / 256]),
    ] as [(String, [Double])])
  func computesPresets(name: String, want: [Double]) throws {
    let got = try values(name)
    #expect(got.count == want.count)
    for (index, (g, w)) in zip(got, want).enumerated() {
      #expect(abs(Double(g) - w) <= 1e-5 * max(1, abs(w)), "\(name) \(index): got \(g), want \(w)")
    }
  }

  @Test func repeatsGrey() throws {
    let gray = Image(width: 2, height: 1, channels: 1, pixels: [3, 9])
    #expect(try values("raw", of: gray) == [3, 9, 3, 9, 3, 9])
    #expect(try values("mnist", of: gray) == [3 / 256, 9 / 256])
  }

  @Test func resizesToTheInput() throws {
    let image = EncodedImages.pattern(width: 40, height: 30, channels: 3)
    for (name, width, height) in [("unit", 32, 32), ("caffe", 227, 227), ("imagenet", 224, 224)] {
      let preprocessing = try #require(Preprocessing.preset(named: name)?.preprocessing)
      let planes = try preprocessing.planes(
        of: image, inputSize: PixelSize(width: width, height: height))
      #expect(planes.width == width && planes.height == height && planes.channels == 3, "\(name)")
    }
  }

  @Test func keepsTheSizeOfFreeInputs() throws {
    let image = EncodedImages.pattern(width: 40, height: 30, channels: 3)
    let planes = try #require(Preprocessing.preset(named: "unit")?.preprocessing).planes(
      of: image, inputSize: nil)
    #expect(planes.width == 40 && planes.height == 30)
  }

  @Test func roundsTheLongSideDown() throws {
    var preprocessing = Preprocessing()
    preprocessing.resize = .shortSide(20)
    for (width, height, wantWidth, wantHeight) in [
      (31, 30, 20, 20), (30, 44, 20, 29), (44, 30, 29, 20), (10, 10, 20, 20),
    ] {
      let image = EncodedImages.pattern(width: width, height: height, channels: 1)
      let planes = try preprocessing.planes(of: image, inputSize: nil)
      #expect(
        planes.width == wantWidth && planes.height == wantHeight,
        "\(width)×\(height) became \(planes.width)×\(planes.height)")
    }
  }

  @Test func explainsMisfits() throws {
    let image = EncodedImages.pattern(width: 40, height: 30, channels: 3)
    var tooSmall = Preprocessing()
    tooSmall.resize = .none
    var badMean = Preprocessing()
    badMean.mean = [1, 2]
    var badDeviation = Preprocessing()
    badDeviation.deviation = [0]
    var badCrop = Preprocessing()
    badCrop.crop = .exact(PixelSize(width: 400, height: 10))
    badCrop.resize = .none
    var badSide = Preprocessing()
    badSide.resize = .shortSide(Int.max)
    for (preprocessing, words) in [
      (tooSmall, "the model takes 32×32"), (badMean, "mean has 2 values"),
      (badDeviation, "deviation"), (badCrop, "does not fit"), (badSide, "outside the limits"),
    ] {
      let error = #expect(throws: HewnError.self) {
        try preprocessing.planes(of: image, inputSize: PixelSize(width: 32, height: 32))
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
  }

  @Test func namesEveryPresetOnce() {
    let names = Preprocessing.presets.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(
      names == ["imagenet", "caffe", "cifar10", "cifar10-hewn", "unit", "mnist", "raw"])
    #expect(Preprocessing.preset(named: "nothing") == nil)
  }
}
