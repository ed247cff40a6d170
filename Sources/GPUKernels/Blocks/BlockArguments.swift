package import KernelIR

/// The parameter struct of convolutions on blocks.
package struct BlockArguments: ConvolutionArguments {
  /// Tensors of vectors of 8 images; aligned to 16 bytes.
  package var input: DeviceAddress<U32>
  package var output: DeviceAddress<U32>
  /// Not read by kernels without one.
  package var residual: DeviceAddress<U32>
  /// The tables, as ``BlockLayer`` makes them.
  package var work: DeviceAddress<U32>
  package var chunks: DeviceAddress<U32>
  package var channels: DeviceAddress<U32>
  package var packets: DeviceAddress<U32>
  package var rows: DeviceAddress<U32>
  package var bias: DeviceAddress<F32>

  var inputStrides: LanesStrides
  var outputStrides: LanesStrides
  var residualStrides: LanesStrides
  var imageGroups: UInt32
  var inputHeight: UInt32
  var inputWidth: UInt32
  var outputHeight: UInt32
  var outputWidth: UInt32
  var strideRows: UInt32
  var strideColumns: UInt32
  var numbers: ActivationArguments

  // The tile map.
  var splitCount: UInt32
  /// Vectors of the sums of a split.
  var splitVectors: UInt32
  var tilesAlongRows: Divisor
  var tilesAlongColumns: Divisor
  var tileGroups: UInt32
  var tileRows: UInt32
  var tileColumns: Divisor
  /// Pixels of a group of images, and of all.
  var tilePlane: Divisor
  var tilePixels: UInt32

  // Stages.
  var stageBytes: UInt32
  var packetOffset: UInt32
  /// Input pixel of the stage's first one, where the tile's first output pixel is (0, 0).
  var minimumRow: Int32
  var minimumColumn: Int32
  var stagedStepRows: UInt32
  var stagedStepColumns: UInt32
  var pixelStepRows: UInt32
  var pixelStepColumns: UInt32
  var haloRows: UInt32
  var haloColumns: Divisor
  /// Vectors of a group of images in a plane.
  var haloPlane: Divisor
  /// 16-byte units of a plane, and how many planes the block copies at a time.
  var planeUnits: Divisor
  var planesAtATime: UInt32
}

/// Where the tables of a layer lie on a device, each at a multiple of 16 bytes.
package struct BlockTables: Hashable, Sendable {
  package var work: UInt64
  package var chunks: UInt64
  package var channels: UInt64
  package var packets: UInt64
  package var rows: UInt64
  package var bias: UInt64

  package init(
    work: UInt64, chunks: UInt64, channels: UInt64, packets: UInt64, rows: UInt64, bias: UInt64
  ) {
    self.work = work
    self.chunks = chunks
    self.channels = channels
    self.packets = packets
    self.rows = rows
    self.bias = bias
  }

  /// Nowhere yet.
  package init() { self.init(work: 0, chunks: 0, channels: 0, packets: 0, rows: 0, bias: 0) }
}

extension BlockKernel {
  /// - Parameters:
  ///   - output: the tensor, or the sums (``BlockLayer/sumsByteCount``) where the chunks are divided.
  ///   - residual: nil where the problem has none.
  package func arguments(
    _ tables: BlockTables, input: UInt64, output: UInt64, residual: UInt64? = nil
  ) -> BlockArguments {
    let (problem, tiling, stage) = (layer.problem, layer.tiling, layer.stage)
    let isSplit = tiling.splitCount > 1
    let target =
      isSplit
      ? LanesGeometry(
        channels: problem.output.channels, height: problem.output.height,
        width: problem.output.width)
      : problem.output
    let planeUnits = stage.planeByteCount / 16
    return BlockArguments(
      input: DeviceAddress(input), output: DeviceAddress(output),
      residual: DeviceAddress(residual ?? 0), work: DeviceAddress(tables.work),
      chunks: DeviceAddress(tables.chunks), channels: DeviceAddress(tables.channels),
      packets: DeviceAddress(tables.packets), rows: DeviceAddress(tables.rows),
      bias: DeviceAddress(tables.bias),
      inputStrides: LanesStrides(problem.input), outputStrides: LanesStrides(target),
      residualStrides: LanesStrides(problem.residual ?? problem.output),
      imageGroups: UInt32(problem.imageGroups), inputHeight: UInt32(problem.input.height),
      inputWidth: UInt32(problem.input.width), outputHeight: UInt32(problem.output.height),
      outputWidth: UInt32(problem.output.width), strideRows: UInt32(problem.stride.vertical),
      strideColumns: UInt32(problem.stride.horizontal),
      numbers: ActivationArguments(problem.activation),
      splitCount: UInt32(tiling.splitCount), splitVectors: UInt32(problem.splitVectorCount),
      tilesAlongRows: Divisor(problem.output.height.dividedRoundingUp(by: tiling.tileRows)),
      tilesAlongColumns: Divisor(problem.output.width.dividedRoundingUp(by: tiling.tileColumns)),
      tileGroups: UInt32(tiling.tileGroups), tileRows: UInt32(tiling.tileRows),
      tileColumns: Divisor(tiling.tileColumns),
      tilePlane: Divisor(tiling.tileRows * tiling.tileColumns),
      tilePixels: UInt32(tiling.tileGroups * tiling.tileRows * tiling.tileColumns),
      stageBytes: UInt32(layer.stageByteCount), packetOffset: UInt32(layer.packetOffset),
      minimumRow: Int32(stage.minimum.vertical), minimumColumn: Int32(stage.minimum.horizontal),
      stagedStepRows: UInt32(stage.stagedStep.vertical),
      stagedStepColumns: UInt32(stage.stagedStep.horizontal),
      pixelStepRows: UInt32(stage.pixelStep.vertical),
      pixelStepColumns: UInt32(stage.pixelStep.horizontal),
      haloRows: UInt32(stage.haloRows), haloColumns: Divisor(stage.haloColumns),
      haloPlane: Divisor(stage.haloRows * stage.haloColumns), planeUnits: Divisor(planeUnits),
      planesAtATime: UInt32(
        min(BlockCopies.runLength, max(1, tiling.threadCount / planeUnits))))
  }
}

extension BlockFinishKernel {
  package func arguments(
    _ tables: BlockTables, sums: UInt64, output: UInt64, residual: UInt64? = nil
  ) -> BlockFinishArguments {
    return BlockFinishArguments(
      sums: DeviceAddress(sums), output: DeviceAddress(output),
      residual: DeviceAddress(residual ?? 0), rows: DeviceAddress(tables.rows),
      bias: DeviceAddress(tables.bias), outputStrides: LanesStrides(problem.output),
      residualStrides: LanesStrides(problem.residual ?? problem.output),
      numbers: ActivationArguments(problem.activation),
      splitCount: UInt32(splitCount), splitVectors: UInt32(problem.splitVectorCount),
      channels: UInt32(problem.output.channels),
      pixelCount: UInt32(problem.output.height * problem.output.width),
      width: Divisor(problem.output.width))
  }
}

extension BlockProblem {
  /// Vectors of the sums of one split.
  var splitVectorCount: Int { imageGroups * output.channels * output.height * output.width }

  /// Bytes of the sums that are kept between a kernel whose blocks divide the chunks and
  /// ``BlockFinishKernel``; 0 where they are not divided.
  package func sumsByteCount(splits: Int) -> Int {
    splits == 1 ? 0 : splits * splitVectorCount * 32
  }
}

extension BlockLayer {
  /// As ``BlockProblem/sumsByteCount(splits:)``.
  package var sumsByteCount: Int { problem.sumsByteCount(splits: tiling.splitCount) }
}
