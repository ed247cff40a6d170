import Covers
import Dispatch
import Repruning
import Tensors
import Testing

/// Part loops that must all give the same bits.
var partLoops: [(name: String, loop: PartLoop)] {
  [
    ("backwards", { count, body in for part in (0..<count).reversed() { body(part) } }),
    (
      "threads",
      { count, body in
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: count) { body($0) }
      }
    ),
  ]
}

@Suite struct StatisticsTests {
  @Test(arguments: LayerCase.all) func sumsAreThoseOfTheDefinition(_ layerCase: LayerCase) throws {
    let layer = try layerCase.make()
    let statistics = try layer.statistics()
    let (x, y) = (layer.x.map(Oracle.deviations), layer.y.map(Oracle.deviations))
    let block = try #require(statistics.blocks.first)
    let power = layer.x.map { Oracle.dot($0, $0).squareRoot() }
    for i in 0..<layer.taps {
      for j in 0...i {
        #expect(
          isClose(block.gram[i, j], Oracle.dot(x[i], x[j]), 1e-12, scale: power[i] * power[j]),
          "Ĥ[\(i), \(j)]: \(block.gram[i, j]), want \(Oracle.dot(x[i], x[j]))")
      }
    }
    for row in 0..<layer.rows {
      let square = Oracle.dot(layer.y[row], layer.y[row])
      for j in 0..<layer.taps {
        let got = block.cross[row * layer.taps + j]
        #expect(
          isClose(got, Oracle.dot(y[row], x[j]), 1e-12, scale: power[j] * square.squareRoot()),
          "B[\(row), \(j)]: \(got)")
      }
      #expect(isClose(statistics.outputSquares[row], square, 1e-13, scale: square))
      #expect(
        isClose(statistics.targetSquares[row], Oracle.dot(y[row], y[row]), 1e-12, scale: square))
    }
    #expect(isClose(statistics.outputSquare, layer.energy, 1e-13, scale: layer.energy))
  }

  @Test(arguments: LayerCase.all) func errorsAreThoseOfTheDefinition(_ layerCase: LayerCase) throws
  {
    let layer = try layerCase.make()
    let statistics = try layer.statistics()
    let cover = layer.cover()
    let dropped = FilterWeights(matrix: cover.multipliedOut(), bias: layer.weights.bias)
    for weights in [layer.weights, dropped] {
      let want = layer.errors(of: weights)
      let got = statistics.errors(of: weights)
      let bias = statistics.bestBias(of: weights.matrix)
      let free = statistics.errors(of: weights.matrix)
      for row in 0..<layer.rows {
        // What is added and subtracted, and so rounded, is as large as outputs and products.
        let values = weights.matrix.doubles(row)
        let scale =
          Oracle.dot(layer.y[row], layer.y[row])
          + zip(values, layer.x).reduce(0) { $0 + $1.0 * $1.0 * Oracle.dot($1.1, $1.1) }
          * Double(layer.taps)
        #expect(isClose(got[row], want[row], 1e-11, scale: scale), "\(got[row]), want \(want[row])")
        let best = Oracle.error(
          inputs: layer.x, outputs: layer.y[row], weights: values, bias: bias[row])
        #expect(isClose(free[row], best, 1e-11, scale: scale), "\(free[row]), want \(best)")
      }
    }
  }

  // Sums of small integers are exact in any order.
  @Test func chunksAndMergesAddUpInAnyOrder() throws {
    let (rows, taps, n) = (5, 19, 700)
    var random = SplitMix64(seed: 3)
    func integers(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float(random.next() % 17) - 8 }
    }
    let (x, y) = (integers(taps * n), integers(rows * n))
    let weights = try FilterMatrix(rows: rows, taps: taps, values: integers(rows * taps))
    for ranges in [[0..<taps], [0..<7, 7..<8, 8..<19]] {
      func sums(_ parts: [Range<Int>]) throws -> StatisticsAccumulator {
        var sums = try StatisticsAccumulator(original: weights, blocks: TapBlocks(ranges))
        for part in parts {
          sums.add(
            inputs: (0..<taps).flatMap { Array(x[$0 * n..<($0 + 1) * n][part.offset(by: $0 * n)]) },
            outputs: (0..<rows).flatMap { Array(y[part.offset(by: $0 * n)]) },
            positionCount: part.count)
        }
        return sums
      }
      let whole = try sums([0..<n]).finish()
      let chunks = try sums([0..<1, 1..<1, 1..<256, 256..<n]).finish()
      var (first, second, third) = (
        try sums([0..<100]), try sums([100..<500]), try sums([500..<n])
      )
      third.merge(first)
      third.merge(second)
      let merged = try third.finish()
      first.merge(try sums([100..<n]))
      second = first
      for other in [chunks, merged, try second.finish()] {
        #expect(other.hasSameBits(as: whole))
        #expect(other.positionCount == n)
      }
    }
  }

  @Test func theLoopOverPartsChangesNothing() throws {
    for layerCase in LayerCase.shapes {
      let layer = try layerCase.make()
      for blocks in [
        TapBlocks([0..<layer.taps]), TapBlocks(channels: layer.taps, tapsPerChannel: 1, limit: 5),
      ] {
        let want = try layer.statistics(blocks: blocks)
        for (name, loop) in partLoops {
          let got = try layer.statistics(blocks: blocks, parts: loop)
          #expect(got.hasSameBits(as: want), "\(layerCase), \(name)")
          #expect(
            got.errors(of: layer.weights, parts: loop) == want.errors(of: layer.weights),
            "\(layerCase), \(name)")
        }
      }
    }
  }

  /// Each block's target is its part of the original outputs and an equal share of what is left.
  @Test(arguments: LayerCase.all) func blocksShareTheOutputs(_ layerCase: LayerCase) throws {
    let layer = try layerCase.make()
    guard layer.taps >= 2 else { return }
    let blocks = TapBlocks(channels: layer.taps, tapsPerChannel: 1, limit: (layer.taps + 1) / 2)
    #expect(blocks.ranges.count == 2)
    let statistics = try layer.statistics(blocks: blocks)
    let weights = FilterWeights(matrix: layer.cover().multipliedOut(), bias: layer.weights.bias)
    let (got, truth) = (statistics.errors(of: weights), layer.errors(of: weights))
    let x = layer.x.map(Oracle.deviations)
    for row in 0..<layer.rows {
      let (original, changed) = (layer.weights.matrix.doubles(row), weights.matrix.doubles(row))
      func part(_ taps: Range<Int>, _ weights: [Double]) -> [Double] {
        (0..<layer.positions).map { position in
          taps.reduce(0) { $0 + weights[$1] * x[$1][position] }
        }
      }
      let y = Oracle.deviations(layer.y[row])
      let residual = zip(y, part(0..<layer.taps, original)).map { $0 - $1 }
      var want = 0.0
      for taps in blocks.ranges {
        let target = zip(part(taps, original), residual).map { $0 + $1 / 2 }
        let left = zip(target, part(taps, changed)).map { $0 - $1 }
        want += Oracle.dot(left, left)
      }
      let scale =
        Oracle.dot(layer.y[row], layer.y[row])
        + zip(original, layer.x).reduce(0) { $0 + $1.0 * $1.0 * Oracle.dot($1.1, $1.1) }
        * Double(layer.taps)
      let free = statistics.errors(of: weights.matrix)[row]
      #expect(isClose(free, want, 1e-11, scale: scale), "filter \(row): \(free), want \(want)")
      #expect(
        truth[row] <= 2 * got[row] + 1e-11 * scale, "filter \(row): \(truth[row]), \(got[row])")
    }
  }

  @Test func tapsWithoutVarianceHaveNoSums() throws {
    let layer = try LayerCase(rows: 4, taps: 12, positions: 301, inputs: .constant, drift: 0).make()
    let block = try #require(try layer.statistics().blocks.first)
    for tap in 0..<12 {
      let isFlat = tap % 4 == 3 || tap % 3 == 2
      #expect((block.gram[tap, tap] == 0) == isFlat, "tap \(tap)")
      guard isFlat else { continue }
      #expect((0..<12).allSatisfy { block.gram[tap, $0] == 0 }, "tap \(tap)")
      #expect((0..<4).allSatisfy { block.cross[$0 * 12 + tap] == 0 }, "tap \(tap)")
    }
  }

  @Test func dataThatAreNoNumbersAreRefused() throws {
    let weights = try FilterMatrix(rows: 1, taps: 2, values: [1, 1])
    let blocks = TapBlocks([0..<2])
    let nothing = try StatisticsAccumulator(original: weights, blocks: blocks)
    #expect(throws: HewnError.self) { _ = try nothing.finish() }
    for bad in [Float.nan, .infinity, -.infinity] {
      for (inputs, outputs) in [([1, bad], [1]), ([1, 2], [bad])] as [([Float], [Float])] {
        var sums = nothing
        sums.add(inputs: inputs, outputs: outputs, positionCount: 1)
        sums.add(inputs: [1, 1], outputs: [1], positionCount: 1)
        #expect(throws: HewnError.self, "\(inputs), \(outputs)") { _ = try sums.finish() }
      }
    }
  }

  @Test func layersTooLargeAreRefused() throws {
    let taps = Int(Int32.max)
    let weights = try FilterMatrix(rows: 0, taps: taps, values: [])
    #expect {
      _ = try StatisticsAccumulator(original: weights, blocks: TapBlocks([0..<taps]))
    } throws: {
      ($0 as? HewnError)?.code == .outOfMemory
    }
  }

  @Test func layersWithoutTapsHaveTheirBiases() throws {
    let weights = try FilterMatrix(rows: 2, taps: 0, values: [])
    var sums = try StatisticsAccumulator(original: weights, blocks: TapBlocks([]))
    sums.add(inputs: [], outputs: [1, 3, 5, 5], positionCount: 2)
    let statistics = try sums.finish()
    #expect(statistics.bestBias(of: weights) == [2, 5])
    #expect(statistics.errors(of: weights) == [2, 0])
    #expect(statistics.errors(of: FilterWeights(matrix: weights, bias: [2, 4])) == [2, 2])
  }
}

extension LayerStatistics {
  func hasSameBits(as other: LayerStatistics) -> Bool {
    inputMeans == other.inputMeans && outputMeans == other.outputMeans
      && outputSquares == other.outputSquares && targetSquares == other.targetSquares
      && blocks.count == other.blocks.count
      && zip(blocks, other.blocks).allSatisfy { $0.gram == $1.gram && $0.cross == $1.cross }
  }
}

extension Range<Int> {
  fileprivate func offset(by distance: Int) -> Range {
    lowerBound + distance..<upperBound + distance
  }
}
