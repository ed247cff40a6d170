import Foundation
import Hewn
import Testing

@Suite struct PictureTallyTests {
  private func psnr(
    _ images: [(model: [Double], other: [Double])], peak: Double? = nil
  ) -> OutputFidelity.PSNR? {
    var tally = PictureTally()
    for image in images { tally.add(image.model, image.other) }
    return tally.report(Bootstrap(resampleCount: 10, seed: 0), peak: peak)
  }

  @Test(
    arguments: [
      ([1, 1, 8, 6], true), ([1, 3, 8, 6], true), ([1, 3, 16, 12], true), ([1, 1, 4, 3], true),
      ([1, 2, 8, 6], false), ([1, 1, 8, 8], false), ([1, 1, 1, 1], false), ([1, 3, 48], false),
      ([1, 10], false),
    ]) func recognisesPictures(shape: [Int], want: Bool)
  {
    #expect(PictureTally.holdsPictures(shape, input: [1, 3, 8, 6]) == want)
    #expect(!PictureTally.holdsPictures(shape, input: [1, 3]))
  }

  @Test func measuresDecibels() throws {
    // Mean squared errors of 0.01 and 0.0001.
    let images = [
      (model: [0.1, 0.9], other: [0.0, 1.0]), (model: [0.51, 0.49], other: [0.5, 0.5]),
    ]
    let got = try #require(psnr(images))
    #expect(got.peak == 1 && got.identicalCount == 0)
    #expect(abs((got.decibels?.mean ?? .nan) - 30) < 1e-4)
    // Twenty times the peak's logarithm come on top.
    let large = try #require(psnr(images, peak: 255))
    #expect(large.peak == 255)
    #expect(abs((large.decibels?.mean ?? .nan) - (30 + 20 * log10(255))) < 1e-3)
  }

  @Test func takesThePeakFromTheRangeOfTheOther() throws {
    let images = [(model: [9.0, 9], other: [-2.0, 3]), (model: [0, 0], other: [4, 1])]
    #expect(try #require(psnr(images)).peak == 6)
    #expect(psnr([(model: [0.0, 1], other: [5.0, 5])]) == nil, "no range, no peak")
    #expect(psnr([]) == nil)
  }

  @Test func countsIdenticalPictures() throws {
    let same = (model: [0.0, 1], other: [0.0, 1])
    let all = try #require(psnr([same, same]))
    #expect(all.identicalCount == 2 && all.decibels == nil)
    let some = try #require(psnr([same, (model: [0.1, 1.1], other: [0.0, 1])]))
    #expect(some.identicalCount == 1)
    #expect(abs((some.decibels?.mean ?? .nan) - 20) < 1e-4)
  }
}
