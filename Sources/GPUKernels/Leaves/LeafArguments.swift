package import KernelIR

/// The parameter struct of convolutions by leaves.
package struct LeafArguments: ConvolutionArguments {
  package var input: DeviceAddress<F32>
  package var output: DeviceAddress<F32>
  package var residual: DeviceAddress<F32>
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
  var strideY: UInt32
  var strideX: UInt32
  /// Of the window; modulo 2³².
  var leastY: UInt32
  var leastX: UInt32
  var numbers: ActivationArguments

  // The tile map.
  var splitCount: UInt32
  /// Vectors of the sums of a split.
  var splitVectors: UInt32
  var rowBlocks: Divisor
  var tilesDown: Divisor
  var tilesAcross: Divisor
  var tileGroups: UInt32
  var tileRows: Divisor
  var tileColumns: Divisor

  // Stages, as ``LeafStage`` says.
  /// Pieces of 16 bytes of a channel's plane.
  var planePieces: Divisor
  var groupPitch: Divisor
  var pitch: Divisor
  var phaseRows: Divisor
  var phaseColumns: Divisor
  var rowPhases: UInt32
  var columnPhases: UInt32
  var positionsByteCount: UInt32
  var packetOffset: UInt32
  var stageByteCount: UInt32
}

extension LeafKernel {
  /// - Parameters:
  ///   - output: the tensor, or the sums (``BlockProblem/sumsByteCount(splits:)``) where the chunks are
  ///     divided.
  ///   - residual: nil where the problem has none, or the chunks are divided.
  package func arguments(
    _ layer: LeafLayer, _ tables: BlockTables, input: UInt64, output: UInt64,
    residual: UInt64? = nil
  ) -> LeafArguments {
    let (problem, tiling, stage) = (layer.problem, layer.tiling, layer.stage)
    precondition(
      (residual != nil) == finish.hasResidual, "a residual that the problem does not say")
    let target =
      tiling.splitCount == 1
      ? problem.output
      : LanesGeometry(
        channels: problem.output.channels, height: problem.output.height,
        width: problem.output.width)
    let tiles = tiling.tileCounts(problem)
    return LeafArguments(
      input: DeviceAddress(input), output: DeviceAddress(output),
      residual: DeviceAddress(residual ?? 0), work: DeviceAddress(tables.work),
      chunks: DeviceAddress(tables.chunks), channels: DeviceAddress(tables.channels),
      packets: DeviceAddress(tables.packets), rows: DeviceAddress(tables.rows),
      bias: DeviceAddress(tables.bias), inputStrides: LanesStrides(problem.input),
      outputStrides: LanesStrides(target),
      residualStrides: LanesStrides(problem.residual ?? problem.output),
      imageGroups: UInt32(problem.imageGroups), inputHeight: UInt32(problem.input.height),
      inputWidth: UInt32(problem.input.width), outputHeight: UInt32(problem.output.height),
      outputWidth: UInt32(problem.output.width), strideY: UInt32(problem.stride.vertical),
      strideX: UInt32(problem.stride.horizontal),
      leastY: UInt32(truncatingIfNeeded: stage.window.y.lowerBound),
      leastX: UInt32(truncatingIfNeeded: stage.window.x.lowerBound),
      numbers: ActivationArguments(problem.activation), splitCount: UInt32(tiling.splitCount),
      splitVectors: UInt32(tiling.splitCount == 1 ? 0 : problem.splitVectorCount),
      rowBlocks: Divisor(layer.rowBlockCount), tilesDown: Divisor(tiles.rows),
      tilesAcross: Divisor(tiles.columns), tileGroups: UInt32(tiling.tileGroups),
      tileRows: Divisor(tiling.tileRows), tileColumns: Divisor(tiling.tileColumns),
      planePieces: Divisor(2 * stage.planeVectors), groupPitch: Divisor(stage.groupPitch),
      pitch: Divisor(stage.pitch), phaseRows: Divisor(stage.phaseRows),
      phaseColumns: Divisor(stage.phaseColumns), rowPhases: UInt32(stage.rowPhases),
      columnPhases: UInt32(stage.columnPhases),
      positionsByteCount: UInt32(stage.positionsByteCount),
      packetOffset: UInt32(stage.packetOffset), stageByteCount: UInt32(stage.byteCount))
  }
}
