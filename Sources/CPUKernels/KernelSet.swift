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
  /// The same for vectors that follow each other and begin anywhere, from an aligned input on.
  package let accumulateUnaligned: [[AccumulateKernel?]]
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
    accumulateStrided: [[AccumulateKernel?]], unalignedRow: [AccumulateKernel?],
    finish: @escaping FinishKernel, depthwise: @escaping DepthwiseKernel,
    pool: @escaping PoolKernel,
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
    var accumulateUnaligned = accumulate
    accumulateUnaligned[1] = unalignedRow
    self.accumulateUnaligned = accumulateUnaligned
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
