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
  package let matrixVector: MatrixVectorKernel

  package init(
    isa: String, lanes: Int, widestPass: [Int], accumulate: [[AccumulateKernel?]],
    finish: @escaping FinishKernel, depthwise: @escaping DepthwiseKernel,
    matrixVector: @escaping MatrixVectorKernel
  ) {
    self.isa = isa
    self.lanes = lanes
    self.widestPass = widestPass
    self.accumulate = accumulate
    self.finish = finish
    self.depthwise = depthwise
    self.matrixVector = matrixVector
  }
}

/// acc[i][v] += Σ_t weight[t][i] · input[offset[t] + v·lanes …] for every block of a stream.
///
/// The block's height and the number of vectors are the kernel's own. See ``BlockStream``.
package typealias AccumulateKernel =
  @Sendable (
    _ input: UnsafePointer<Float>, _ stream: BlockStream,
    _ accumulators: UnsafeMutablePointer<Float>, _ accumulatorStride: Int
  ) -> Void

/// Blocks of rows that share their taps, one after the other.
///
/// A block of height h adds to the accumulator rows `firstRow ..< firstRow + h`. Its taps are the
/// next `tapCount` entries of `offsets`, its weights the next `tapCount · h` of `weights`, tap by
/// tap.
package struct BlockStream {
  package struct Block: Sendable {
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
  package var weights: UnsafePointer<Float>

  package init(
    blocks: UnsafePointer<Block>, blockCount: Int, offsets: UnsafePointer<Int32>,
    weights: UnsafePointer<Float>
  ) {
    self.blocks = blocks
    self.blockCount = blockCount
    self.offsets = offsets
    self.weights = weights
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

/// One channel of a depthwise convolution:
/// out[y][x] = clamp(bias + Σ_rs weight[r][s] · in[y·stride + r·dilation][x·stride + s·dilation]).
package struct DepthwisePlane {
  /// The tap (0, 0) of output (0, 0).
  package var input: UnsafePointer<Float>
  package var inputPitch: Int
  package var output: UnsafeMutablePointer<Float>
  package var outputPitch: Int
  package var height: Int
  package var width: Int
  /// Kernel rows and columns.
  package var kernelHeight: Int
  package var kernelWidth: Int
  /// 1 or 2, in both directions.
  package var stride: Int
  package var verticalDilation: Int
  package var horizontalDilation: Int
  package var weights: UnsafePointer<Float>
  package var bias: Float
  package var lower: Float
  package var upper: Float

  package init(
    input: UnsafePointer<Float>, inputPitch: Int, output: UnsafeMutablePointer<Float>,
    outputPitch: Int, height: Int, width: Int, kernelHeight: Int, kernelWidth: Int, stride: Int,
    verticalDilation: Int, horizontalDilation: Int, weights: UnsafePointer<Float>, bias: Float,
    lower: Float, upper: Float
  ) {
    self.input = input
    self.inputPitch = inputPitch
    self.output = output
    self.outputPitch = outputPitch
    self.height = height
    self.width = width
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.verticalDilation = verticalDilation
    self.horizontalDilation = horizontalDilation
    self.weights = weights
    self.bias = bias
    self.lower = lower
    self.upper = upper
  }
}

/// Writes the interior and the row gaps of one output plane.
package typealias DepthwiseKernel = @Sendable (_ plane: DepthwisePlane) -> Void

/// y[i] = Σ_k W[k][i] · x[k] for `rowCount` (a multiple of `lanes`) rows, W stored tap by tap in
/// panels of four vectors of rows: panel p holds K × 4 · lanes floats (the last may be narrower).
package typealias MatrixVectorKernel =
  @Sendable (
    _ weights: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ taps: Int, _ rowCount: Int,
    _ y: UnsafeMutablePointer<Float>
  ) -> Void
