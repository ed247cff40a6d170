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
  /// Adds residuals, clamps, masks and stores accumulated rows.
  package let finish: FinishKernel
  package let depthwise: DepthwiseKernel
  /// One image times a panel of ``vectorPanelWidth`` vectors.
  package let vectorPanel: PanelKernel
  package let vectorPanelWidth: Int
  /// Several images times a panel of ``matrixPanelWidth`` vectors, by images; entry 0 is unused.
  package let matrixPanel: [PanelKernel]
  package let matrixPanelWidth: Int
  /// Cells of some images times rows of leaves, by vectors of a cell; entry 0 is for one image.
  package let leaves: [LeafKernel]

  package init(
    isa: String, lanes: Int, accumulate: [[AccumulateKernel?]],
    finish: @escaping FinishKernel, depthwise: @escaping DepthwiseKernel,
    vectorPanel: @escaping PanelKernel, vectorPanelWidth: Int, matrixPanel: [PanelKernel],
    matrixPanelWidth: Int, leaves: [LeafKernel]
  ) {
    self.isa = isa
    self.lanes = lanes
    // Computed here, not in the kernels' modules: array functions that they specialise are weak
    // symbols, and those would serve the whole program.
    self.widestPass = accumulate.map { max(0, $0.count - 1) }
    self.accumulate = accumulate
    self.finish = finish
    self.depthwise = depthwise
    self.vectorPanel = vectorPanel
    self.vectorPanelWidth = vectorPanelWidth
    self.matrixPanel = matrixPanel
    self.matrixPanelWidth = matrixPanelWidth
    self.leaves = leaves
  }
}

/// acc[i][v] = start[i] + Σ_t weight[t][i] · input[offset[t] + v·lanes …] for every block of a stream,
/// where start[i] is what the accumulators hold, or the stream's own value.
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

  package init(
    blocks: UnsafePointer<Block>, blockCount: Int, offsets: UnsafePointer<Int32>,
    sharesOffsets: Bool, weights: UnsafePointer<Float>, start: UnsafePointer<Float>?
  ) {
    self.blocks = blocks
    self.blockCount = blockCount
    self.offsets = offsets
    self.sharesOffsets = sharesOffsets
    self.weights = weights
    self.start = start
  }
}

/// What happens to accumulated rows on their way to memory.
///
/// out[i][p] = mask[p] & min(max(acc[i][p] + residual[i][p], lower), upper)
package struct Finish {
  package var rowCount: Int
  /// Whole vectors.
  package var vectorCount: Int
  package var accumulators: UnsafePointer<Float>
  package var accumulatorStride: Int
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

  package init(
    rowCount: Int, vectorCount: Int, accumulators: UnsafePointer<Float>, accumulatorStride: Int,
    output: UnsafeMutablePointer<Float>, outputRows: UnsafePointer<Int>,
    residual: UnsafePointer<Float>?, residualRows: UnsafePointer<Int>,
    mask: UnsafePointer<UInt32>?, lower: Float, upper: Float
  ) {
    self.rowCount = rowCount
    self.vectorCount = vectorCount
    self.accumulators = accumulators
    self.accumulatorStride = accumulatorStride
    self.output = output
    self.outputRows = outputRows
    self.residual = residual
    self.residualRows = residualRows
    self.mask = mask
    self.lower = lower
    self.upper = upper
  }
}

package typealias FinishKernel = @Sendable (_ finish: Finish) -> Void

/// One channel of a depthwise convolution, as runs of outputs:
///
/// out[run][p] = mask[p] & clamp(bias + Σ_t weight[t] · in[run][offset[t] + p · stride]).
///
/// With stride 1 and equal pitches the whole plane is one flat run; otherwise each row is one.
package struct Depthwise {
  /// Where offset 0 of the first output lies.
  package var input: UnsafePointer<Float>
  package var inputRunStride: Int
  package var output: UnsafeMutablePointer<Float>
  package var outputRunStride: Int
  package var runCount: Int
  /// Whole vectors of outputs in a run.
  package var vectorCount: Int
  /// 1 or 2.
  package var stride: Int
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
    outputRunStride: Int, runCount: Int, vectorCount: Int, stride: Int,
    offsets: UnsafePointer<Int32>, weights: UnsafePointer<Float>, tapCount: Int,
    mask: UnsafePointer<UInt32>, bias: Float, lower: Float, upper: Float
  ) {
    self.input = input
    self.inputRunStride = inputRunStride
    self.output = output
    self.outputRunStride = outputRunStride
    self.runCount = runCount
    self.vectorCount = vectorCount
    self.stride = stride
    self.offsets = offsets
    self.weights = weights
    self.tapCount = tapCount
    self.mask = mask
    self.bias = bias
    self.lower = lower
    self.upper = upper
  }
}

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
