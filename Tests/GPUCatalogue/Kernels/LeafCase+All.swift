import GPUKernels

extension LeafCase {
  private static func make(_ change: (inout LeafCase) -> Void) -> LeafCase {
    LeafCase().with(change)
  }

  private static func tiling(
    roots: Int = 1, warps: Int = 1, runs: Int = 1, _ tile: (Int, Int, Int), channels: Int = 2,
    packet: Int = 4096, stages: Int = 2, splits: Int = 1
  ) -> LeafTiling {
    LeafTiling(
      rootsPerBlock: roots, pixelWarps: warps, pixelRuns: runs, tileGroups: tile.0,
      tileRows: tile.1, tileColumns: tile.2, channelsPerChunk: channels, packetByteCount: packet,
      stageCount: stages, splitCount: splits)
  }

  /// Convolutions of the edges of all kinds, with the tiling that is chosen and with those that cut them badly.
  package static let all: [LeafCase] = {
    var cases: [LeafCase] = [
      make {
        $0.channels = 1; $0.filters = 1; $0.input = Spatial(1, 1); $0.zeros = 0
      },
      make {
        $0.channels = 17; $0.filters = 17; $0.input = Spatial(1, 1); $0.kernel = Spatial(1, 1)
        $0.padding = Spatial(0, 0)
      },
      make {
        $0.imageGroups = 3; $0.channels = 17; $0.filters = 33; $0.kernel = Spatial(1, 1)
        $0.padding = Spatial(0, 0); $0.activation = .clip(lower: 0, upper: 0.5)
      },
      make {
        $0.channels = 17; $0.filters = 33; $0.input = Spatial(13, 13); $0.zeros = 0.95
      },
      make {
        $0.filters = 17; $0.input = Spatial(13, 13); $0.zeros = 0; $0.hasResidual = true
      },
      make {
        $0.zeros = 1; $0.hasResidual = true; $0.activation = .leakyRelu(slope: 0.125)
      },
      make {
        $0.imageGroups = 3; $0.filters = 33; $0.input = Spatial(13, 13); $0.kernel = Spatial(5, 5)
        $0.padding = Spatial(2, 2); $0.stride = Spatial(2, 2)
      },
      make {
        $0.input = Spatial(13, 7); $0.dilation = Spatial(2, 3); $0.padding = Spatial(2, 3)
        $0.activation = .silu
      },
      make {
        $0.channels = 4; $0.filters = 20; $0.groups = 4; $0.kernel = Spatial(3, 1)
        $0.padding = Spatial(1, 0); $0.stride = Spatial(1, 2); $0.activation = .hardSwish
      },
      make {
        $0.channels = 6; $0.filters = 34; $0.groups = 2; $0.imageGroups = 3; $0.isScattered = true
        $0.hasResidual = true; $0.activation = .sigmoid
      },
      // Strides beyond the window: pixels that no tap reads are not staged.
      make {
        $0.input = Spatial(13, 13); $0.kernel = Spatial(1, 1); $0.padding = Spatial(0, 0)
        $0.stride = Spatial(2, 3)
      },
      make {
        $0.input = Spatial(12, 10); $0.kernel = Spatial(2, 4); $0.padding = Spatial(0, 3)
        $0.stride = Spatial(3, 1); $0.dilation = Spatial(2, 1); $0.zeros = 0.5
      },
    ]
    let ragged = make {
      $0.imageGroups = 3; $0.channels = 5; $0.filters = 33; $0.zeros = 0.6; $0.covering = .mixed
    }
    let tilings = [
      // Tiles of 7 columns, whose pitch must keep pixels on different banks, and of several groups.
      tiling(roots: 2, warps: 2, (1, 4, 7)), tiling(roots: 4, runs: 2, (3, 2, 5)),
      tiling(roots: 8, runs: 4, (1, 7, 7), channels: 3, stages: 3),
      // One channel at a time, and packets that hold no more than a tap.
      tiling(roots: 2, (2, 1, 3), channels: 1, stages: 4), tiling((1, 1, 1), packet: 256),
    ]
    cases += tilings.map { tiling in ragged.with { $0.tiling = tiling } }
    // Blocks that share chunks; of five splits some have none.
    cases += [2, 5].map { splits in
      ragged.with {
        $0.tiling = tiling(roots: 2, runs: 2, (1, 4, 7), splits: splits); $0.hasResidual = true
        $0.isScattered = true; $0.activation = .clip(lower: -1, upper: 1)
      }
    }
    cases += LeafCase.Covering.allCases.map { covering in
      make {
        $0.channels = 5; $0.filters = 43; $0.covering = covering
        $0.tiling = tiling(roots: 2, runs: 2, (1, 4, 7), channels: 4)
      }
    }
    cases += [Spatial(1, 2), Spatial(2, 2), Spatial(3, 1)].map { stride in
      ragged.with {
        $0.stride = stride; $0.kernel = Spatial(5, 3); $0.padding = Spatial(2, 1)
        $0.input = Spatial(13, 13); $0.tiling = tiling(roots: 4, warps: 2, (2, 3, 5))
      }
    }
    return cases
  }()
}
