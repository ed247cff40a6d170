/// The kernels of a Winograd convolution F(T×T, 3×3).
///
/// An output tile of T × T pixels is computed from E × E inputs, E = T + 2, by E · E products for
/// each pair of channel and filter:
///
/// Y = Aᵀ [ Σ_c (G g Gᵀ) ⊙ (Bᵀ d_c B) ] A
///
/// The input kernel computes Bᵀ d B for every channel, the product kernel the sums over channels,
/// the output kernel Aᵀ [·] A. Weights are transformed when they are packed.
package struct WinogradKernels: Sendable {
  /// T: 2 or 4.
  package let tile: Int
  /// Planes of one image: a vector holds consecutive tiles.
  package let planesInput: WinogradInputKernel
  package let planesOutput: WinogradOutputKernel
  /// Cells of as many images as a vector has lanes: a vector holds one tile of all of them.
  package let cellsInput: WinogradInputKernel
  package let cellsOutput: WinogradOutputKernel

  package init(
    tile: Int, planesInput: @escaping WinogradInputKernel,
    planesOutput: @escaping WinogradOutputKernel, cellsInput: @escaping WinogradInputKernel,
    cellsOutput: @escaping WinogradOutputKernel
  ) {
    self.tile = tile
    self.planesInput = planesInput
    self.planesOutput = planesOutput
    self.cellsInput = cellsInput
    self.cellsOutput = cellsOutput
  }

  /// E: the inputs of a tile along one axis.
  package var extent: Int { tile + 2 }
  /// E²: the products of a tile, each of which is a matrix product over channels.
  package var productCount: Int { extent * extent }
  /// Scratch vectors of the transforms.
  package var scratchVectorCount: Int { extent * (tile + 3) }
}

/// Tiles that follow each other in one row of tiles of an image and, in planes, in one vector.
///
/// Offsets are floats from where a tensor starts, without its planes; rows and columns are cells.
package struct WinogradSegment: BitwiseCopyable, Sendable {
  /// Floats from the start of a row of products to the segment's first tile.
  package var position: Int
  package var tileCount: Int
  /// The first input of the first tile.
  package var input: Int
  /// Rows and columns from there on that may hold other values than zero; what lies beyond is not
  /// read, or not used.
  package var inputRows: Int
  package var inputColumns: Int
  /// The first pixel of the first tile, in the output and in the residual.
  package var output: Int
  package var residual: Int
  /// The pixels that exist.
  package var outputRows: Int
  package var outputColumns: Int
  /// Cells after each row of pixels that are zeroed.
  package var gap: Int

  package init(
    position: Int, tileCount: Int, input: Int, inputRows: Int, inputColumns: Int, output: Int,
    residual: Int, outputRows: Int, outputColumns: Int, gap: Int
  ) {
    self.position = position
    self.tileCount = tileCount
    self.input = input
    self.inputRows = inputRows
    self.inputColumns = inputColumns
    self.output = output
    self.residual = residual
    self.outputRows = outputRows
    self.outputColumns = outputColumns
    self.gap = gap
  }
}

/// products[i · E + j][c][tile] = (Bᵀ d B)[i, j] of each tile of each channel.
package struct WinogradInput {
  package var segments: UnsafePointer<WinogradSegment>
  package var segmentCount: Int
  /// Vectors of tiles that the segments fill.
  package var vectorCount: Int
  /// The first channel.
  package var input: UnsafePointer<Float>
  package var channelCount: Int
  package var channelStride: Int
  /// Floats from one row of cells to the next.
  package var pitch: Int
  package var products: UnsafeMutablePointer<Float>
  /// Floats from one of the E² matrices to the next: a vector more than its rows take.
  package var matrixStride: Int
  /// Floats from one channel's row to the next: whole vectors.
  package var rowStride: Int
  /// E · (T + 3) vectors.
  package var scratch: UnsafeMutablePointer<Float>
  /// T + 1 vectors of zeros.
  package var zeros: UnsafePointer<Float>
  /// A vector of ones, as bits, and one of zeros.
  package var mask: UnsafePointer<UInt32>
  /// For each tile all ones where a segment ends with it, zero elsewhere; read in planes alone.
  package var ends: UnsafePointer<UInt32>

  package init(
    segments: UnsafePointer<WinogradSegment>, segmentCount: Int, vectorCount: Int,
    input: UnsafePointer<Float>, channelCount: Int, channelStride: Int, pitch: Int,
    products: UnsafeMutablePointer<Float>, matrixStride: Int, rowStride: Int,
    scratch: UnsafeMutablePointer<Float>, zeros: UnsafePointer<Float>,
    mask: UnsafePointer<UInt32>, ends: UnsafePointer<UInt32>
  ) {
    self.segments = segments
    self.segmentCount = segmentCount
    self.vectorCount = vectorCount
    self.input = input
    self.channelCount = channelCount
    self.channelStride = channelStride
    self.pitch = pitch
    self.products = products
    self.matrixStride = matrixStride
    self.rowStride = rowStride
    self.scratch = scratch
    self.zeros = zeros
    self.mask = mask
    self.ends = ends
  }
}

package typealias WinogradInputKernel = @Sendable (_ input: WinogradInput) -> Void

/// out[m][y][x] = clamp((Aᵀ P A)[y, x] + bias[m] + residual[m][y][x]) for each tile of each filter,
/// where P[i, j] = products[i · E + j][m][tile].
package struct WinogradOutput {
  package var segments: UnsafePointer<WinogradSegment>
  package var segmentCount: Int
  /// Vectors of tiles that the segments fill.
  package var vectorCount: Int
  package var products: UnsafePointer<Float>
  package var matrixStride: Int
  package var rowStride: Int
  package var filterCount: Int
  package var bias: UnsafePointer<Float>
  package var output: UnsafeMutablePointer<Float>
  /// Floats from there to each filter's plane.
  package var outputPlanes: UnsafePointer<Int>
  package var residual: UnsafePointer<Float>?
  package var residualPlanes: UnsafePointer<Int>
  /// Floats from one row of cells to the next.
  package var outputPitch: Int
  package var residualPitch: Int
  package var lower: Float
  package var upper: Float
  /// E · (T + 3) vectors.
  package var scratch: UnsafeMutablePointer<Float>

  package init(
    segments: UnsafePointer<WinogradSegment>, segmentCount: Int, vectorCount: Int,
    products: UnsafePointer<Float>,
    matrixStride: Int, rowStride: Int, filterCount: Int, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, outputPlanes: UnsafePointer<Int>,
    residual: UnsafePointer<Float>?, residualPlanes: UnsafePointer<Int>,
    outputPitch: Int, residualPitch: Int, lower: Float, upper: Float,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.segments = segments
    self.segmentCount = segmentCount
    self.vectorCount = vectorCount
    self.products = products
    self.matrixStride = matrixStride
    self.rowStride = rowStride
    self.filterCount = filterCount
    self.bias = bias
    self.output = output
    self.outputPlanes = outputPlanes
    self.residual = residual
    self.residualPlanes = residualPlanes
    self.outputPitch = outputPitch
    self.residualPitch = residualPitch
    self.lower = lower
    self.upper = upper
    self.scratch = scratch
  }
}

package typealias WinogradOutputKernel = @Sendable (_ output: WinogradOutput) -> Void

/// out[i][v] = Σ_c weights[c][i] · inputs[c · inputStride + v] for a block of rows and vectors.
///
/// The numbers of rows and vectors are the kernel's own; `weights` has as many of each c as rows.
package struct Product {
  package var weights: UnsafePointer<Float>
  package var inputs: UnsafePointer<Float>
  package var inputStride: Int
  /// The summands.
  package var depth: Int
  package var output: UnsafeMutablePointer<Float>
  package var outputStride: Int

  package init(
    weights: UnsafePointer<Float>, inputs: UnsafePointer<Float>, inputStride: Int, depth: Int,
    output: UnsafeMutablePointer<Float>, outputStride: Int
  ) {
    self.weights = weights
    self.inputs = inputs
    self.inputStride = inputStride
    self.depth = depth
    self.output = output
    self.outputStride = outputStride
  }
}

package typealias ProductKernel = @Sendable (_ product: Product) -> Void
