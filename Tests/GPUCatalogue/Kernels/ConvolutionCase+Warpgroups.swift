import GPUKernels
import Tensors

extension ConvolutionCase {
  /// The same with warpgroups in the place of warps, which have whole eights of pixels.
  package var onWarpgroups: ConvolutionCase {
    var copy = self
    copy.name += ", warpgroups"
    copy.tiling.form = .warpgroup
    copy.tiling.pixelsPerWarp = (tiling.pixelsPerWarp + 7) / 8 * 8
    return copy
  }

  /// Runs of pixels of one to eight eights, odd numbers of them too, and products of 16, 32 and 64 rows.
  package static var warpgroups: [ConvolutionCase] {
    [16, 24, 32, 40, 64].map { pixels in
      ConvolutionCase(
        name: "\(pixels) pixels", channels: 5, filters: 70, input: Spatial(9, 13), zeros: 0.8,
        activation: .clip(lower: -1, upper: 1), hasResidual: true,
        tiling: tiling(
          rootRows: pixels > 32 ? 32 : 64, pixelWarps: 1, pixelsPerWarp: pixels,
          tile: (1, pixels / 8, 8))
      ).onWarpgroups
    }
      + [16, 32, 64].flatMap { rows in
        [1, 2].map { splits in
          ConvolutionCase(
            name: "dense, products of \(rows) rows, \(splits) splits", imageGroups: 2, channels: 6,
            filters: rows + 3, input: Spatial(9, 9), zeros: 0,
            tiling: tiling(
              rootRows: rows, rootsPerBlock: 2, pixelWarps: 1, pixelsPerWarp: 16, tile: (2, 2, 4),
              splitCount: splits)
          ).onWarpgroups
        }
      }
  }

  /// Five chunks for two stages, so that the last is in the first, and two warpgroups.
  package static func manyChunks(pixels: Int, splits: Int) -> ConvolutionCase {
    ConvolutionCase(
      name: "many chunks, \(pixels) pixels", channels: 50, filters: 64,
      input: Spatial(pixels / 8, 16), hasResidual: splits == 1,
      tiling: tiling(
        pixelsPerWarp: pixels, tile: (1, pixels / 8, 16), channelsPerChunk: 10,
        stageCount: 2, splitCount: splits)
    ).onWarpgroups
  }

  /// Weights of which each segment of 64 rows has two channels of each ten, two steps of taps.
  package var weightsOfAllSegments: [[Float]] {
    (0..<filters).map { row in
      (0..<channels).flatMap { channel in
        let isRead =
          switch channel % 10 {
          case 0, 1: true
          case 2, 3: row % 64 < 32
          case 4, 5: row % 64 >= 32
          case 6, 7: row % 32 < 16
          default: row % 32 >= 16
          }
        return Array(repeating: isRead ? 1 : 0 as Float, count: kernel.vertical * kernel.horizontal)
      }
    }
  }
}
