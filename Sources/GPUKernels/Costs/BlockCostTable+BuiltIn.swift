// Made by `gpu-check costs --swift`.

extension BlockCostTable {
  /// What the kernels execute as they are: to be made anew with them.
  package static let builtIn = BlockCostTable(
    entries: [
      Entry(
        Key(.f16, .warp, 16), step: Line(7.0, 2.0), activations: Line(0.0, 2.0),
        weights: Line(4.0, 0.0), offsets: 1.0, products: 2048.0,
        segment: 0.0, chunk: 88.0,
        chunkWavefronts: 7.0, block: Line(212.0, 26.75),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.f16, .warp, 32), step: Line(8.0, 3.0), activations: Line(0.0, 2.0),
        weights: Line(8.0, 0.0), offsets: 1.0, products: 4096.0,
        segment: 0.0, chunk: 104.0,
        chunkWavefronts: 7.0, block: Line(230.0, 50.25),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.f16, .warp, 64), step: Line(10.0, 5.0), activations: Line(0.0, 2.0),
        weights: Line(16.0, 0.0), offsets: 1.0, products: 8192.0,
        segment: 0.0, chunk: 136.0,
        chunkWavefronts: 7.0, block: Line(266.0, 97.25),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.f16, .warpgroup, 16), step: Line(7.0, 0.75), activations: Line(0.0, 2.0),
        weights: Line(0.0, 0.5), offsets: 4.0, products: 2048.0,
        segment: 0.0, chunk: 88.25,
        chunkWavefronts: 24.0, block: Line(206.5, 10.75),
        blockWavefronts: Line(0.0, 4.0)),
      Entry(
        Key(.f16, .warpgroup, 32), step: Line(7.0, 0.75), activations: Line(0.0, 2.0),
        weights: Line(0.0, 1.0), offsets: 4.0, products: 4096.0,
        segment: 0.0, chunk: 88.25,
        chunkWavefronts: 24.0, block: Line(237.5, 15.125),
        blockWavefronts: Line(0.0, 8.0)),
      Entry(
        Key(.f16, .warpgroup, 64), step: Line(7.0, 0.75), activations: Line(0.0, 2.0),
        weights: Line(0.0, 2.0), offsets: 4.0, products: 8192.0,
        segment: 0.0, chunk: 88.25,
        chunkWavefronts: 24.0, block: Line(299.5, 23.875),
        blockWavefronts: Line(0.0, 16.0)),
      Entry(
        Key(.bf16, .warp, 16), step: Line(7.0, 2.0), activations: Line(0.0, 2.0),
        weights: Line(4.0, 0.0), offsets: 1.0, products: 2048.0,
        segment: 0.0, chunk: 88.0,
        chunkWavefronts: 7.0, block: Line(212.0, 26.75),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.bf16, .warp, 32), step: Line(8.0, 3.0), activations: Line(0.0, 2.0),
        weights: Line(8.0, 0.0), offsets: 1.0, products: 4096.0,
        segment: 0.0, chunk: 104.0,
        chunkWavefronts: 7.0, block: Line(230.0, 50.25),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.bf16, .warp, 64), step: Line(10.0, 5.0), activations: Line(0.0, 2.0),
        weights: Line(16.0, 0.0), offsets: 1.0, products: 8192.0,
        segment: 0.0, chunk: 136.0,
        chunkWavefronts: 7.0, block: Line(266.0, 97.25),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.bf16, .warpgroup, 16), step: Line(7.0, 0.75), activations: Line(0.0, 2.0),
        weights: Line(0.0, 0.5), offsets: 4.0, products: 2048.0,
        segment: 0.0, chunk: 88.25,
        chunkWavefronts: 24.0, block: Line(206.5, 10.75),
        blockWavefronts: Line(0.0, 4.0)),
      Entry(
        Key(.bf16, .warpgroup, 32), step: Line(7.0, 0.75), activations: Line(0.0, 2.0),
        weights: Line(0.0, 1.0), offsets: 4.0, products: 4096.0,
        segment: 0.0, chunk: 88.25,
        chunkWavefronts: 24.0, block: Line(237.5, 15.125),
        blockWavefronts: Line(0.0, 8.0)),
      Entry(
        Key(.bf16, .warpgroup, 64), step: Line(7.0, 0.75), activations: Line(0.0, 2.0),
        weights: Line(0.0, 2.0), offsets: 4.0, products: 8192.0,
        segment: 0.0, chunk: 88.25,
        chunkWavefronts: 24.0, block: Line(299.5, 23.875),
        blockWavefronts: Line(0.0, 16.0)),
      Entry(
        Key(.tf32, .warp, 16), step: Line(8.0, 7.0), activations: Line(0.0, 2.0),
        weights: Line(4.0, 0.0), offsets: 2.0, products: 1024.0,
        segment: 0.0, chunk: 98.0,
        chunkWavefronts: 8.0, block: Line(199.0, 35.125),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.tf32, .warp, 32), step: Line(9.0, 8.0), activations: Line(0.0, 2.0),
        weights: Line(8.0, 0.0), offsets: 2.0, products: 2048.0,
        segment: 0.0, chunk: 114.0,
        chunkWavefronts: 8.0, block: Line(217.0, 63.125),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.tf32, .warp, 64), step: Line(11.0, 10.0), activations: Line(0.0, 2.0),
        weights: Line(16.0, 0.0), offsets: 2.0, products: 4096.0,
        segment: 0.0, chunk: 146.0,
        chunkWavefronts: 8.0, block: Line(253.0, 119.125),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.tf32x3, .warp, 16), step: Line(9.0, 15.0), activations: Line(0.0, 2.0),
        weights: Line(8.0, 0.0), offsets: 2.0, products: 3072.0,
        segment: 0.0, chunk: 98.0,
        chunkWavefronts: 8.0, block: Line(199.0, 35.125),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.tf32x3, .warp, 32), step: Line(11.0, 18.0), activations: Line(0.0, 2.0),
        weights: Line(16.0, 0.0), offsets: 2.0, products: 6144.0,
        segment: 0.0, chunk: 114.0,
        chunkWavefronts: 8.0, block: Line(217.0, 63.125),
        blockWavefronts: Line(0.0, 0.0)),
      Entry(
        Key(.tf32x3, .warp, 64), step: Line(15.0, 24.0), activations: Line(0.0, 2.0),
        weights: Line(32.0, 0.0), offsets: 2.0, products: 12288.0,
        segment: 0.0, chunk: 146.0,
        chunkWavefronts: 8.0, block: Line(253.0, 119.125),
        blockWavefronts: Line(0.0, 0.0)),
    ], planeCopy: 18.0, packetCopy: 8.0)
}
