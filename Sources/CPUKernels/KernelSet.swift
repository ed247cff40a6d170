/// The kernels of one instruction set.
///
/// A *vector* is `lanes` consecutive floats: pixels of a plane, or images of a pixel. Kernels never
/// allocate, and read at most one vector beyond what they are told to.
package struct KernelSet: Sendable {
  /// `portable`, `avx2`, `avx512`: the last part of every kernel's name.
  package let isa: String
  /// Floats in a vector.
  package let lanes: Int
  /// The most vectors that one pass of a block of `rows` rows accumulates, by rows; 0 where there
  /// is no kernel of that height.
  package let widestPass: [Int]
  /// Accumulates blocks of rows over taps, by rows, then by vectors.
  package let accumulate: [[AccumulateKernel?]]
  /// The same for vectors that lie ``BlockStream/step`` apart.
  package let accumulateStrided: [[AccumulateKernel?]]
  /// Adds residuals, clamps, masks and stores accumulated rows.
  package let finish: FinishKernel
  package let depthwise: DepthwiseKernel
  package let pool: PoolKernel
  /// One image times a panel of ``vectorPanelWidth`` vectors.
  package let vectorPanel: PanelKernel
  package let vectorPanelWidth: Int
  /// Several images times a panel of ``matrixPanelWidth`` vectors, by images; entry 0 is unused.
  package let matrixPanel: [PanelKernel]
  package let matrixPanelWidth: Int
  /// The transforms of Winograd convolutions, by ascending tile.
  package let winograd: [WinogradKernels]
  /// Their products, by rows, then by vectors; every number of rows and vectors up to the most has a
  /// kernel.
  package let product: [[ProductKernel?]]
  /// The most rows and the most vectors of a product.
  package let productRows: Int
  package let productVectors: Int
  /// Cells of some images times rows of leaves, by vectors of a cell; entry 0 is for one image.
  package let leaves: [LeafKernel]

  package init(
    isa: String, lanes: Int, accumulate: [[AccumulateKernel?]],
    accumulateStrided: [[AccumulateKernel?]], finish: @escaping FinishKernel,
    depthwise: @escaping DepthwiseKernel, pool: @escaping PoolKernel,
    vectorPanel: @escaping PanelKernel, vectorPanelWidth: Int, matrixPanel: [PanelKernel],
    matrixPanelWidth: Int, winograd2: WinogradKernels, winograd4: WinogradKernels,
    product: [[ProductKernel?]], leaves: [LeafKernel]
  ) {
    self.isa = isa
    self.lanes = lanes
    // Computed here, not in the kernels' modules: array functions that they specialise are weak
    // symbols, and those would serve the whole program.
    self.widestPass = accumulate.map { max(0, $0.count - 1) }
    self.accumulate = accumulate
    self.accumulateStrided = accumulateStrided
    self.finish = finish
    self.depthwise = depthwise
    self.pool = pool
    self.vectorPanel = vectorPanel
    self.vectorPanelWidth = vectorPanelWidth
    self.matrixPanel = matrixPanel
    self.matrixPanelWidth = matrixPanelWidth
    self.winograd = [winograd2, winograd4]
    self.product = product
    self.productRows = product.count - 1
    self.productVectors = max(0, (product.last?.count ?? 0) - 1)
    self.leaves = leaves
  }
}

/// acc[i][v] = start[i] + Σ_t weight[t][i] · input[offset[t] + v · step …] for every block of a stream,
/// where start[i] is what the accumulators hold, or the stream's own value. A stream that finishes its
/// rows stores them by its ``Finish`` instead of the accumulators.
///
/// The block's height and the number of vectors are the kernel's own. See ``BlockStream``.
package typealias AccumulateKernel =
  @Sendable (
    _ input: UnsafePointer<Float>, _ stream: BlockStream,
    _ accumulators: UnsafeMutablePointer<Float>, _ accumulatorStride: Int
  ) -> Void

/// Blocks of rows that share their taps, one after the other.
///
/// A block of height h owns the accumulator rows `firstRow ..< firstRow + h`. Its taps are the next
/// `tapCount` entries of `offsets`, or the first ones where the blocks share their taps; its weights
/// the next `tapCount · h` of `weights`, tap by tap.
package struct BlockStream {
  package struct Block: BitwiseCopyable, Sendable {
    package var firstRow: Int32
    package var tapCount: Int32

    package init(firstRow: Int32, tapCount: Int32) {
      self.firstRow = firstRow
      self.tapCount = tapCount
    }
  }
  package var blocks: UnsafePointer<Block>
  package var blockCount: Int
  /// Floats from the input pointer to a tap's first element.
  package var offsets: UnsafePointer<Int32>
  /// Whether every block has the same taps, stored once.
  package var sharesOffsets: Bool
  package var weights: UnsafePointer<Float>
  /// Where rows start, by accumulator row; `nil` continues from what the accumulators hold.
  package var start: UnsafePointer<Float>?
  /// Where rows end; `nil` leaves them in the accumulators.
  package var finish: UnsafePointer<Finish>?
  /// Floats from the input of one vector to that of the next; read by strided kernels only, the others
  /// take vectors that follow each other.
  package var step: Int
  /// Inputs to ask for while the blocks run: those of the next tile.
  package var ahead: Ahead?

  /// `lineCount` cache lines in each of some planes.
  package struct Ahead {
    package var start: UnsafePointer<Float>
    package var planeStride: Int
    /// Planes for each block, times 65536.
    package var planesPerBlock: Int
    package var lineCount: Int

    package init(
      start: UnsafePointer<Float>, planeStride: Int, planesPerBlock: Int, lineCount: Int
    ) {
      self.start = start
      self.planeStride = planeStride
      self.planesPerBlock = planesPerBlock
      self.lineCount = lineCount
    }
  }

  package init(
    blocks: UnsafePointer<Block>, blockCount: Int, offsets: UnsafePointer<Int32>,
    sharesOffsets: Bool, weights: UnsafePointer<Float>, start: UnsafePointer<Float>?,
    finish: UnsafePointer<Finish>? = nil, step: Int = 0, ahead: Ahead? = nil
  ) {
    self.blocks = blocks
    self.blockCount = blockCount
    self.offsets = offsets
    self.sharesOffsets = sharesOffsets
    self.weights = weights
    self.start = start
    self.finish = finish
    self.step = step
    self.ahead = ahead
  }
}

/// What happens to accumulated rows on their way to memory.
///
/// out[i][p] = mask[p] & min(max(acc[i][p] + residual[i][p], lower), upper)
package struct Finish {
  /// Output of row i at `output + outputRows[i]`.
  package var output: UnsafeMutablePointer<Float>
  package var outputRows: UnsafePointer<Int>
  /// Residual of row i at `residual + residualRows[i]`, or `nil`.
  package var residual: UnsafePointer<Float>?
  package var residualRows: UnsafePointer<Int>
  /// All ones where a pixel exists, zero in the halo; `nil` where all exist.
  package var mask: UnsafePointer<UInt32>?
  package var lower: Float
  package var upper: Float
  /// How far the output and the residual are from the processor.
  package var distance: Distance

  package enum Distance: Sendable {
    /// In the first caches, or nearly: nothing to do about it.
    case near
    /// Beyond them: lines are asked for ahead.
    case far
    /// The output is larger than all caches: it is stored around them, to aligned addresses, and the
    /// residual is asked for ahead.
    case beyond
  }

  package init(
    output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>,
    residual: UnsafePointer<Float>?, residualRows: UnsafePointer<Int>,
    mask: UnsafePointer<UInt32>?, lower: Float, upper: Float, distance: Distance = .near
  ) {
    self.output = output
    self.outputRows = outputRows
    self.residual = residual
    self.residualRows = residualRows
    self.mask = mask
    self.lower = lower
    self.upper = upper
    self.distance = distance
  }

  /// The same rows from a later cell on.
  package func advanced(by floats: Int) -> Finish {
    Finish(
      output: output + floats, outputRows: outputRows, residual: residual.map { $0 + floats },
      residualRows: residualRows, mask: mask.map { $0 + floats }, lower: lower, upper: upper,
      distance: distance)
  }
}

/// Finishes some rows of `vectorCount` whole vectors; row i lies at `accumulators + i · accumulatorStride`.
package typealias FinishKernel =
  @Sendable (
    _ finish: Finish, _ rows: Range<Int>, _ vectorCount: Int,
    _ accumulators: UnsafePointer<Float>, _ accumulatorStride: Int
  ) -> Void

/// One channel of a depthwise convolution, as runs of outputs:
///
/// out[run][p] = mask[p] & clamp(bias + Σ_t weight[t] · in[run][offset[t] + p · stride]).
///
/// With stride 1 and equal pitches the whole plane is one flat run; otherwise each row is one. Where a
/// vector holds one pixel of several images, p counts floats of all images, and strides lie in `inputStep`.
package struct Depthwise {
  /// Where offset 0 of the first output lies.
  package var input: UnsafePointer<Float>
  package var inputRunStride: Int
  package var output: UnsafeMutablePointer<Float>
  package var outputRunStride: Int
  package var runCount: Int
  /// Whole vectors of outputs in a run.
  package var vectorCount: Int
  /// Floats from the inputs of one output vector to those of the next.
  package var inputStep: Int
  /// Whether a vector of outputs reads every second float.
  package var readsEvenFloats: Bool
  package var offsets: UnsafePointer<Int32>
  package var weights: UnsafePointer<Float>
  package var tapCount: Int
  /// All ones where a pixel of a run exists, zero elsewhere.
  package var mask: UnsafePointer<UInt32>
  package var bias: Float
  package var lower: Float
  package var upper: Float

  package init(
    input: UnsafePointer<Float>, inputRunStride: Int, output: UnsafeMutablePointer<Float>,
    outputRunStride: Int, runCount: Int, vectorCount: Int, inputStep: Int, readsEvenFloats: Bool,
    offsets: UnsafePointer<Int32>, weights: UnsafePointer<Float>, tapCount: Int,
    mask: UnsafePointer<UInt32>, bias: Float, lower: Float, upper: Float
  ) {
    self.input = input
    self.inputRunStride = inputRunStride
    self.output = output
    self.outputRunStride = outputRunStride
    self.runCount = runCount
    self.vectorCount = vectorCount
    self.inputStep = inputStep
    self.readsEvenFloats = readsEvenFloats
    self.offsets = offsets
    self.weights = weights
    self.tapCount = tapCount
    self.mask = mask
    self.bias = bias
    self.lower = lower
    self.upper = upper
  }
}

/// Some rows of a pool of one plane. Each takes two passes:
///
/// line[x] = the maximum or sum over r of plane[firstRows[p] + r][x], for r below rowTaps[p];
/// out[p][q] = the maximum or sum over s of line[q · stride + s · dilation − padding].
///
/// A column is a pixel, or, where a vector holds the same pixel of several images, all of these.
package struct Pool {
  package var isMaximum: Bool
  package var plane: UnsafePointer<Float>
  /// Floats from one row to the next, and from one row of a window to the next.
  package var pitch: Int
  package var rowStep: Int
  /// For each row of outputs where its window begins inside the plane, and how many rows are inside.
  package var firstRows: UnsafePointer<Int32>
  package var rowTaps: UnsafePointer<Int32>
  package var rowCount: Int
  /// Floats of a row of inputs.
  package var width: Int
  /// Two lines, `lineStride` floats apart; what passes write, and idle elements where nothing is written.
  package var lines: UnsafeMutablePointer<Float>
  package var lineStride: Int
  /// Where a row of inputs begins in its line, and where the last window ends.
  package var padding: Int
  package var lineEnd: Int
  /// Where the first window begins in the line.
  package var firstWindow: Int
  /// Floats from the windows of one vector of outputs to those of the next, and from column to column of a
  /// window.
  package var step: Int
  package var columnStep: Int
  package var columnTaps: Int
  /// Whether a vector of outputs reads every second float.
  package var readsEvenFloats: Bool
  package var output: UnsafeMutablePointer<Float>
  package var outputPitch: Int
  /// Floats of a row of outputs.
  package var count: Int

  package init(
    isMaximum: Bool, plane: UnsafePointer<Float>, pitch: Int, rowStep: Int,
    firstRows: UnsafePointer<Int32>, rowTaps: UnsafePointer<Int32>, rowCount: Int, width: Int,
    lines: UnsafeMutablePointer<Float>, lineStride: Int, padding: Int, lineEnd: Int,
    firstWindow: Int, step: Int, columnStep: Int, columnTaps: Int, readsEvenFloats: Bool,
    output: UnsafeMutablePointer<Float>, outputPitch: Int, count: Int
  ) {
    self.isMaximum = isMaximum
    self.plane = plane
    self.pitch = pitch
    self.rowStep = rowStep
    self.firstRows = firstRows
    self.rowTaps = rowTaps
    self.rowCount = rowCount
    self.width = width
    self.lines = lines
    self.lineStride = lineStride
    self.padding = padding
    self.lineEnd = lineEnd
    self.firstWindow = firstWindow
    self.step = step
    self.columnStep = columnStep
    self.columnTaps = columnTaps
    self.readsEvenFloats = readsEvenFloats
    self.output = output
    self.outputPitch = outputPitch
    self.count = count
  }
}

package typealias PoolKernel = @Sendable (_ rows: Pool) -> Void

package typealias DepthwiseKernel = @Sendable (_ channel: Depthwise) -> Void

/// out[n][v] += Σ_k x[n · xStride + k] · panel[k][v]: some images times one panel of filters.
///
/// The panel holds `taps` rows of the kernel's number of vectors; `out` is [images][vectors · lanes].
package typealias PanelKernel =
  @Sendable (
    _ panel: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ xStride: Int, _ taps: Int,
    _ out: UnsafeMutablePointer<Float>
  ) -> Void

/// Rows of single weights, four by four: the leaves of a row are whole quads, the last one filled up
/// with weights of zero.
package struct LeafQuads {
  package var rowCount: Int
  /// Quads of each row.
  package var counts: UnsafePointer<Int32>
  /// The input indices of each quad, 16 bits each, the first leaf's lowest.
  package var indices: UnsafePointer<UInt64>
  /// Four for each quad.
  package var weights: UnsafePointer<Float>

  package init(
    rowCount: Int, counts: UnsafePointer<Int32>, indices: UnsafePointer<UInt64>,
    weights: UnsafePointer<Float>
  ) {
    self.rowCount = rowCount
    self.counts = counts
    self.indices = indices
    self.weights = weights
  }
}

/// acc[r][v] += Σ_j weight[j] · input[index[j]][v] over the leaves of each row.
///
/// A cell of the input or of the accumulators is as large as the kernel says: one float, or some
/// vectors.
package typealias LeafKernel =
  @Sendable (
    _ input: UnsafePointer<Float>, _ rows: LeafQuads,
    _ accumulators: UnsafeMutablePointer<Float>
  ) -> Void
