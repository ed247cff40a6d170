package import KernelIR

/// Where the tables of a ``LeafLayer`` and the tensors of a convolution lie.
package struct LeafAddresses: Hashable, Sendable {
  package var input: UInt64
  package var output: UInt64
  /// 0 without a residual.
  package var residual: UInt64 = 0
  package var work: UInt64
  package var chunks: UInt64
  package var channels: UInt64
  package var packets: UInt64
  package var rows: UInt64
  package var bias: UInt64

  package init(
    input: UInt64, output: UInt64, residual: UInt64 = 0, work: UInt64, chunks: UInt64,
    channels: UInt64, packets: UInt64, rows: UInt64, bias: UInt64
  ) {
    (self.input, self.output, self.residual) = (input, output, residual)
    (self.work, self.chunks, self.channels) = (work, chunks, channels)
    (self.packets, self.rows, self.bias) = (packets, rows, bias)
  }
}

/// Where a tensor on lanes lies, in pieces of 16 bytes.
package struct LanesPieces: KernelArgument {
  package var group: UInt32
  package var channel: UInt32
  package var row: UInt32
  package var pixel: UInt32

  /// - Precondition: the tensor has less than 2³¹ pieces.
  init(_ geometry: LanesGeometry) {
    group = UInt32(truncatingIfNeeded: 2 * geometry.groupStride)
    channel = UInt32(truncatingIfNeeded: 2 * geometry.channelStride)
    row = UInt32(truncatingIfNeeded: 2 * geometry.rowStride)
    pixel = UInt32(truncatingIfNeeded: 2 * geometry.pixelStride)
  }

  package struct InKernel {
    let group: Value<U32>
    let channel: Value<U32>
    let row: Value<U32>
    let pixel: Value<U32>

    /// The first piece of a pixel in channel 0.
    func place(group g: Value<U32>, row p: Value<U32>, pixel q: Value<U32>) -> Value<U32> {
      multiplyAdd(g, group, multiplyAdd(p, row, q * pixel))
    }
  }

  package static func read(from operand: Operand, of builder: KernelBuilder) -> InKernel {
    func field(_ index: Int) -> Value<U32> {
      UInt32.read(from: operand.advanced(byBytes: 4 * index), of: builder)
    }
    return InKernel(group: field(0), channel: field(1), row: field(2), pixel: field(3))
  }
}

/// The parameter struct of convolutions by leaves.
package struct LeafArguments: BitwiseCopyable, Sendable {
  var input: DeviceAddress<F32>
  var output: DeviceAddress<F32>
  var residual: DeviceAddress<F32>
  var work: DeviceAddress<U32>
  var chunks: DeviceAddress<U32>
  var channels: DeviceAddress<U32>
  var packets: DeviceAddress<U32>
  var rows: DeviceAddress<U32>
  var bias: DeviceAddress<F32>
  var inputPieces: LanesPieces
  var outputPieces: LanesPieces
  var residualPieces: LanesPieces
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
  var rowBlocks: Divisor
  var tilesDown: Divisor
  var tilesAcross: Divisor
  var tileGroups: UInt32
  var tileRows: Divisor
  var tileColumns: Divisor
  /// Of ``LeafStage``.
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
  /// Of the activation.
  var parameter0: Float
  var parameter1: Float

  init(_ layer: LeafLayer, _ addresses: LeafAddresses) {
    let (problem, tiling, stage) = (layer.problem, layer.tiling, layer.stage)
    input = DeviceAddress(addresses.input)
    output = DeviceAddress(addresses.output)
    residual = DeviceAddress(addresses.residual)
    work = DeviceAddress(addresses.work)
    chunks = DeviceAddress(addresses.chunks)
    channels = DeviceAddress(addresses.channels)
    packets = DeviceAddress(addresses.packets)
    rows = DeviceAddress(addresses.rows)
    bias = DeviceAddress(addresses.bias)
    inputPieces = LanesPieces(problem.input)
    outputPieces = LanesPieces(problem.output)
    residualPieces = LanesPieces(problem.residual ?? problem.output)
    imageGroups = UInt32(problem.imageGroups)
    (inputHeight, inputWidth) = (UInt32(problem.input.height), UInt32(problem.input.width))
    (outputHeight, outputWidth) = (UInt32(problem.output.height), UInt32(problem.output.width))
    strideY = UInt32(problem.stride.vertical)
    strideX = UInt32(problem.stride.horizontal)
    leastY = UInt32(truncatingIfNeeded: stage.window.y.lowerBound)
    leastX = UInt32(truncatingIfNeeded: stage.window.x.lowerBound)
    rowBlocks = Divisor(layer.rowBlockCount)
    let tiles = tiling.tileCounts(problem)
    (tilesDown, tilesAcross) = (Divisor(tiles.rows), Divisor(tiles.columns))
    tileGroups = UInt32(tiling.tileGroups)
    (tileRows, tileColumns) = (Divisor(tiling.tileRows), Divisor(tiling.tileColumns))
    planePieces = Divisor(2 * stage.planeVectors)
    (groupPitch, pitch) = (Divisor(stage.groupPitch), Divisor(stage.pitch))
    (phaseRows, phaseColumns) = (Divisor(stage.phaseRows), Divisor(stage.phaseColumns))
    (rowPhases, columnPhases) = (UInt32(stage.rowPhases), UInt32(stage.columnPhases))
    positionsByteCount = UInt32(stage.positionsByteCount)
    packetOffset = UInt32(stage.packetOffset)
    stageByteCount = UInt32(stage.byteCount)
    (parameter0, parameter1) = LeafEpilogue(problem).parameters
  }
}
