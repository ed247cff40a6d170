import Images
import Tensors
import Testing

@Suite struct EditingTests {
  struct Resizing: Sendable, CustomTestStringConvertible {
    var source: (width: Int, height: Int, channels: Int)
    var target: (width: Int, height: Int)
    var interpolation: Interpolation
    var want: [UInt8]

    var testDescription: String { "\(source) to \(target), \(interpolation)" }
  }

  /// Expected values are Pillow's where it resamples rows first, as it does for these.
  static let resizings = [
    Resizing(
      source: (7, 5, 1), target: (4, 3), interpolation: .bilinear,
      want: [31, 89, 157, 215, 36, 94, 162, 220, 41, 99, 167, 225]),
    Resizing(
      source: (4, 3, 3), target: (3, 2), interpolation: .bilinear,
      want: [86, 123, 93, 153, 110, 147, 106, 95, 132, 161, 151, 120, 148, 105, 142, 133, 170, 95]),
    Resizing(
      source: (3, 2, 1), target: (5, 4), interpolation: .bilinear,
      want: [
        11, 26, 48, 70, 85, 39, 54, 76, 98, 113, 94, 109, 131, 153, 168, 122, 137, 159, 181, 196,
      ]),
    Resizing(
      source: (9, 4, 1), target: (9, 2), interpolation: .bilinear,
      want: [66, 103, 140, 140, 177, 105, 142, 69, 106, 187, 114, 151, 79, 116, 116, 153, 190, 117]
    ),
    Resizing(
      source: (7, 5, 1), target: (4, 3), interpolation: .bicubic,
      want: [27, 89, 157, 219, 32, 94, 162, 224, 37, 99, 167, 229]),
    Resizing(
      source: (7, 5, 1), target: (3, 2), interpolation: .nearest,
      want: [51, 125, 199, 57, 131, 205]),
  ]

  @Test(arguments: resizings) func resizesAsPillow(_ test: Resizing) throws {
    let image = EncodedImages.pattern(
      width: test.source.width, height: test.source.height, channels: test.source.channels)
    let got = try image.resized(
      width: test.target.width, height: test.target.height, interpolation: test.interpolation)
    #expect(got.pixels == test.want)
    #expect(got.width == test.target.width && got.height == test.target.height)
  }

  @Test func withoutAntialiasReadsNeighboursAlone() throws {
    // Targets lie at source positions 1.5 and 5.5, half way between two samples.
    let image = Image(width: 8, height: 1, channels: 1, pixels: [0, 10, 30, 0, 0, 100, 51, 0])
    let got = try image.resized(width: 2, height: 1, interpolation: .bilinear, antialias: false)
    #expect(got.pixels == [20, 76])
  }

  @Test func keepsConstantsAtAnySize() throws {
    let image = Image(
      width: 13, height: 7, channels: 3, pixels: [UInt8](repeating: 201, count: 273))
    for interpolation in Interpolation.allCases {
      for (width, height) in [(1, 1), (2, 9), (13, 6), (40, 40)] {
        let got = try image.resized(width: width, height: height, interpolation: interpolation)
        #expect(
          got.pixels.allSatisfy { $0 == 201 }, "\(interpolation) to \(width)×\(height)")
      }
    }
  }

  @Test(arguments: [(0, 4), (4, -1), (100_000, 100_000), (Int.max, 2)])
  func refusesSizes(width: Int, height: Int) {
    let image = EncodedImages.pattern(width: 4, height: 4, channels: 1)
    let error = #expect(throws: HewnError.self) {
      try image.resized(width: width, height: height, interpolation: .bilinear)
    }
    #expect(error?.code == .invalidArgument)
  }

  @Test func cropsTheMiddle() throws {
    let image = Image(width: 5, height: 4, channels: 1, pixels: Array(0..<20))
    // Half of 5 − 2 is 1.5, which rounds to the even 2.
    #expect(try image.centerCropped(width: 2, height: 2).pixels == [7, 8, 12, 13])
    // Half of 4 − 3 is 0.5, which rounds to the even 0.
    #expect(try image.centerCropped(width: 1, height: 3).pixels == [2, 7, 12])
    #expect(try image.centerCropped(width: 5, height: 4) == image)
    #expect(throws: HewnError.self) { try image.centerCropped(width: 6, height: 2) }
  }

  @Test func cropsWholePixels() throws {
    let image = Image(width: 3, height: 1, channels: 3, pixels: Array(0..<9))
    #expect(try image.centerCropped(width: 1, height: 1).pixels == [3, 4, 5])
  }

  @Test func weighsColoursAsPillow() {
    let image = EncodedImages.pattern(width: 4, height: 2, channels: 3)
    #expect(image.gray().pixels == [41, 152, 84, 118, 200, 84, 195, 50])
    #expect(image.gray().gray() == image.gray())
  }
}
