import Covers
import GPUCatalogue
import GPUKernels
import Tensors
import Testing

struct LeafLayerTests {
  /// Tables hold each weight once, at a place of the stage where the tap's pixel is staged.
  @Test(arguments: Cases.all) func `packets unpack to the weights`(test: Cases) throws {
    let test = test.test
    let branches = try test.branches()
    let tiling = try test.tiling(branches, on: .a10)
    let layer = try LeafLayer(test.problem, branches, tiling)
    let unpacked = try UnpackedLeaves(layer)
    #expect(unpacked.rows.sorted() == Array(0..<test.filters))
    for (row, bias) in zip(unpacked.rows, unpacked.bias) { #expect(bias == test.bias()[row]) }
    var want: [UnpackedLeaves.Place: Float] = [:]
    for branch in branches {
      let matrix = branch.cover.multipliedOut()
      for row in 0..<matrix.rows {
        for (column, tap) in branch.taps.enumerated() where matrix[row, column] != 0 {
          want[.init(row: branch.firstRow + row, tap: tap)] = matrix[row, column]
        }
      }
    }
    #expect(unpacked.weights == want)
  }

  /// Four pixels in a row of the tile, which eight lanes read at a time, lie in different banks, whatever the
  /// stride.
  @Test(arguments: Cases.all) func `pixels of a tile do not collide`(test: Cases) throws {
    let test = test.test
    let branches = try test.branches()
    let tiling = try test.tiling(branches, on: .a10)
    let stage = try LeafLayer(test.problem, branches, tiling).stage
    let places = (0..<tiling.tilePixels).map { pixel in
      let (row, q) = pixel.quotientAndRemainder(dividingBy: tiling.tileColumns)
      let (g, p) = row.quotientAndRemainder(dividingBy: tiling.tileRows)
      return stage.pixelOffset(group: g, row: p, column: q) / LeafStage.vectorByteCount
    }
    for first in stride(from: 0, to: places.count, by: 4) {
      let quad = places[first..<min(first + 4, places.count)]
      #expect(Set(quad.map { $0 % 4 }).count == quad.count, "pixels from \(first): \(quad)")
    }
  }

  @Test func `what does not fit is unsupported`() throws {
    let wide = LeafCase().with {
      $0.input = Spatial(1, 100_000)
      $0.kernel = Spatial(1, 2)
      $0.padding = Spatial(0, 0)
      $0.dilation = Spatial(1, 50_000)
    }
    let branches = try wide.branches()
    let error = #expect(throws: HewnError.self) {
      try LeafTiling.best(wide.problem, branches, on: .h100)
    }
    #expect(error?.code == .unsupported)
    var huge = LeafCase().problem
    huge.input.groupStride = 1 << 30
    huge.imageGroups = 2
    let small = try LeafCase().branches()
    #expect(throws: HewnError.self) {
      try LeafTiling.best(huge, small, on: .h100)
    }
  }

  /// The choice fits each GPU's shared memory, threads and registers.
  @Test(arguments: [GPUFigures.a100, .a10, .h100], [1, 4, 16])
  func `tilings fit the device`(figures: GPUFigures, imageGroups: Int) throws {
    for (channels, size, zeros) in [(16, 55, 0.8), (64, 28, 0.9), (512, 7, 0.95)] {
      let test = LeafCase().with {
        $0.imageGroups = imageGroups
        $0.channels = channels
        $0.filters = 64
        $0.input = Spatial(size, size)
        $0.zeros = zeros
        $0.covering = .leaves
      }
      let branches = try test.branches()
      let (tiling, prediction) = try LeafTiling.best(test.problem, branches, on: figures)
      let layer = try LeafLayer(test.problem, branches, tiling)
      let kernel = LeafKernel(layer)
      #expect(kernel.sharedByteCount <= figures.sharedByteLimit, "\(tiling)")
      #expect(layer.stage.sharedByteCount(stages: tiling.stageCount) <= kernel.sharedByteCount)
      #expect(tiling.threadCount * tiling.registerBudget <= figures.registerCount, "\(tiling)")
      #expect(prediction.residentBlocks > 0 && prediction.seconds > figures.launchSeconds)
      #expect(tiling.tilePixels <= tiling.pixelCount, "\(tiling)")
    }
  }

  struct Cases: Sendable, CustomTestStringConvertible {
    let test: LeafCase
    var testDescription: String { "\(test)" }
    static let all = LeafCase.all.map(Cases.init)
  }
}

/// What the tables of a layer say, read as the kernel reads them.
private struct UnpackedLeaves {
  struct Place: Hashable {
    var row: Int
    var tap: BlockTap
  }

  var rows: [Int] = []
  var bias: [Float] = []
  var weights: [Place: Float] = [:]

  init(_ layer: LeafLayer) throws {
    let (tiling, stage) = (layer.tiling, layer.stage)
    // Every place of a plane that is a tap of the tile's first pixel.
    var taps: [Int: (y: Int, x: Int)] = [:]
    for y in stage.window.y {
      for x in stage.window.x {
        let place = stage.tapOffset(y: y, x: x)
        #expect(taps[place] == nil)
        taps[place] = (y, x)
      }
    }
    let planeBytes = stage.planeVectors * LeafStage.vectorByteCount
    for block in 0..<layer.rowBlockCount {
      let positions = block * tiling.rowCount..<(block + 1) * tiling.rowCount
      for position in positions where layer.rows[position] != UInt32.max {
        rows.append(Int(layer.rows[position]))
        bias.append(layer.bias[position])
      }
      let splits = tiling.splitCount
      let shares = (block * splits..<(block + 1) * splits).map { index in
        let first = Int(layer.work[2 * index])
        return first..<first + Int(layer.work[2 * index + 1])
      }
      for chunk in shares.joined() {
        let record = layer.chunks[4 * chunk..<4 * chunk + 4].map(Int.init)
        #expect(record[1] <= tiling.channelsPerChunk && 16 * record[3] <= tiling.packetByteCount)
        let channels = layer.channels[record[0]..<record[0] + record[1]].map {
          Int($0) / (2 * layer.problem.input.channelStride)
        }
        let packet = Array(layer.packets[4 * record[2]..<4 * (record[2] + record[3])])
        for root in 0..<tiling.rootsPerBlock {
          let header = packet[32 * root..<32 * root + 32].map { Int($0) / 4 }
          var start = header[1]
          for (segment, index) in zip(LeafSegment.all, 1...) {
            let (pairs, end) = (header[2 * index], header[2 * index + 1])
            let words = (segment.height + 2) / 2 * 2
            #expect((pairs - start) % (2 * words) == 0 && [0, words].contains(end - pairs))
            for entry in stride(from: start, to: end, by: words) {
              let (slot, place) = Int(packet[entry]).quotientAndRemainder(dividingBy: planeBytes)
              let tap = try #require(taps[place])
              for row in 0..<segment.height {
                let weight = Float(bitPattern: packet[entry + 1 + row])
                let position = positions.lowerBound + 8 * root + segment.firstRow + row
                guard weight != 0 else { continue }
                let key = Place(
                  row: Int(layer.rows[position]),
                  tap: BlockTap(channel: channels[slot], y: tap.y, x: tap.x))
                #expect(weights[key] == nil)
                weights[key] = weight
              }
            }
            start = end
          }
        }
      }
    }
  }
}
