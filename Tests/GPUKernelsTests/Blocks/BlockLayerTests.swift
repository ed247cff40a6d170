import Covers
import GPUKernels
import Tensors
import Testing

@Suite struct BlockLayerTests {
  /// Every weight of the covers is in the packed layer, at its row and tap, rounded once.
  @Test func unpacked() throws {
    for block in BlockCase.all {
      let branches = try block.branches()
      let layer = try BlockLayer(block.problem, branches: branches, tiling: block.tiling)
      var unpacked = UnpackedLayer(layer)
      #expect(unpacked.findings.isEmpty, "\(block)")
      #expect(unpacked.wavefronts == (layer.counts.wavefronts, layer.counts.wavefronts), "\(block)")
      for branch in branches {
        let matrix = branch.cover.multipliedOut()
        for filter in 0..<matrix.rows {
          let row = branch.firstRow + filter
          let bias = unpacked.biases.removeValue(forKey: row)
          #expect(bias == branch.bias[filter], "\(block), bias of row \(row)")
          for (index, tap) in branch.taps.enumerated() {
            let weight = Double(matrix[filter, index])
            let got = unpacked.weights[row]?.removeValue(forKey: tap) ?? 0
            let bound = block.tiling.precision.tolerance(weight)
            #expect(
              abs(got - weight) <= bound,
              "\(block), seed \(block.seed), row \(row), \(tap): got \(got), want \(weight)")
          }
        }
      }
      #expect(unpacked.biases.isEmpty && unpacked.weights.allSatisfy(\.value.isEmpty), "\(block)")
    }
  }

  /// Row blocks come by descending work, and splits end as near to their share as chunks allow.
  @Test func order() throws {
    for block in BlockCase.all {
      let layer = try BlockLayer(block.problem, branches: block.branches(), tiling: block.tiling)
      let unpacked = UnpackedLayer(layer)
      let splits = block.tiling.splitCount
      var previous = Int.max
      for first in stride(from: 0, to: unpacked.bandSteps.count, by: splits) {
        let work = unpacked.bandSteps[first..<first + splits]
        let total = work.reduce(0, +)
        #expect(total <= previous, "\(block)")
        previous = total
        var done = 0
        for (index, part) in work.enumerated() {
          done += part
          let off = abs(done * splits - (index + 1) * total)
          #expect(2 * off <= splits * unpacked.greatestChunk, "\(block): \(work)")
        }
      }
      #expect(unpacked.bandSteps.reduce(0, +) == layer.counts.bandSteps, "\(block)")
    }
  }

  /// Ties go to the even neighbour in 16 bits, and away from zero in tf32, as the GPU's conversions.
  @Test func rounding() throws {
    let cases: [(BlockPrecision, Float, Double)] = [
      (.f16, 1 + 0x1p-11, 1), (.f16, 1 + 0x3p-11, 1 + 0x2p-10), (.f16, 0x1.8p-24, 0x2p-24),
      (.f16, 65519, 65504), (.f16, -0x1p-26, 0),
      (.bf16, 1 + 0x1p-8, 1), (.bf16, 1 + 0x3p-8, 1 + 0x2p-7), (.bf16, 1e38, 0x1.2cp126),
      (.tf32, 1 + 0x1p-11, 1 + 0x1p-10), (.tf32, -1 - 0x1p-11, -1 - 0x1p-10),
      (.tf32, 1 + 0x0.ffep-11, 1), (.tf32x3, 1 + 0x1p-11, 1 + 0x1p-11),
      (.tf32x3, 1 + 0x1p-22, 1 + 0x1p-22),
    ]
    for (precision, weight, want) in cases {
      let unpacked = UnpackedLayer(try single(weight, precision))
      #expect(unpacked.findings.isEmpty)
      let got = unpacked.weights[0]?[BlockTap(channel: 0, y: 0, x: 0)] ?? 0
      #expect(got == want, "\(precision) of \(weight)")
    }
  }

  /// Weights that would be infinite are refused, with the channel and a remedy.
  @Test func range() throws {
    let cases: [(BlockPrecision, Float, String)] = [
      (.f16, 65520, "bf16"), (.f16, -1e9, "bf16"), (.bf16, 3.4e38, "scale"),
      (.tf32, .greatestFiniteMagnitude, "scale"), (.tf32x3, -.greatestFiniteMagnitude, "scale"),
    ]
    for (precision, weight, remedy) in cases {
      do throws(HewnError) {
        _ = try single(weight, precision)
        Issue.record("\(weight) was packed in \(precision)")
      } catch {
        #expect(error.code == .unsupported)
        #expect(
          error.message.contains("output channel 0") && error.message.contains(remedy),
          "\(error.message)")
      }
    }
  }

  private func single(
    _ weight: Float, _ precision: BlockPrecision
  ) throws(HewnError) -> BlockLayer {
    let problem = BlockProblem(
      imageGroups: 1, input: LanesGeometry(channels: 1, height: 1, width: 1),
      output: LanesGeometry(channels: 1, height: 1, width: 1))
    let matrix = try FilterMatrix(rows: 1, taps: 1, values: [weight])
    let branch = BlockBranch(
      taps: [BlockTap(channel: 0, y: 0, x: 0)], cover: .dense(matrix, rootHeight: 1), bias: [0])
    return try BlockLayer(
      problem, branches: [branch], tiling: BlockCase.tiling(precision, rootRows: 16))
  }
}

extension BlockPrecision {
  /// Half a unit in the last place of what is stored.
  fileprivate func tolerance(_ weight: Double) -> Double {
    switch self {
    case .f16: max(abs(weight) * 0x1p-11, 0x1p-25)
    case .bf16: abs(weight) * 0x1p-8
    case .tf32: abs(weight) * 0x1p-11
    case .tf32x3: abs(weight) * 0x1p-22
    }
  }
}
