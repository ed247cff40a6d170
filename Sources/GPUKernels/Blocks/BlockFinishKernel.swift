package import KernelIR

// y[g, m, p, q, j] = activation(bias[m] + Σ_split sums[split, g, m, p, q, j] + residual[g, m, p, q, j])
//
// Pointers: sums f32 [splits][G][M][P][Q][8]; y and the residual as `LanesGeometry` says, of the precision's
// element. Sums are added in the order of splits, whatever the grid, and then as one kernel would go on.
// Tiles: a thread computes a vector; grid x are the pixels of a plane, y the positions of the cover, z the groups
// of 8 images.
// Limiter: bandwidth of the caches that hold the sums.

/// The kernel that ends a convolution on blocks whose chunks were divided among blocks.
package struct BlockFinishKernel: ProblemKernel {
  package typealias Arguments = BlockFinishArguments

  package let problem: BlockProblem
  package let element: KernelElement
  package let splitCount: Int
  package let finish: BlockFinish
  package let grid: Grid

  /// Whether a grid has as many blocks as the positions of a cover and the groups of 8 images take.
  static func reaches(positions: Int, groups: Int) -> Bool {
    positions <= KernelSize.gridLimit && groups <= KernelSize.gridLimit
  }

  private static let threadCount = 64

  package init(_ layer: BlockLayer) {
    self.init(
      layer.problem, layer.tiling.precision.element, positionCount: layer.rows.count,
      splitCount: layer.tiling.splitCount)
  }

  /// - Parameter positionCount: entries of the tables of rows and biases.
  package init(
    _ problem: BlockProblem, _ element: KernelElement, positionCount: Int, splitCount: Int
  ) {
    let output = problem.output
    self.problem = problem
    self.element = element
    self.splitCount = splitCount
    finish = BlockFinish(problem)
    grid = Grid(
      (output.height * output.width).dividedRoundingUp(by: Self.threadCount), positionCount,
      problem.imageGroups)
  }

  package var name: String {
    "blocksfinish\(finish.name)_lanes8_\(element)_\(Self.threadCount)__sm80"
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: Self.threadCount, registers: 64, arguments: BlockFinishArguments.self
    ) { k, a in
      let row = a.rows.advanced(by: k.blockIndex.y).loadReadOnly()
      let pixel = k.blockIndex.x * Value<U32>(Self.threadCount) + k.threadIndex
      k.if(row != Value(Int(BlockRoot.noRow)) && pixel < a.pixelCount) {
        let (y, x) = a.width.divide(pixel)
        let place = BlockPixel(group: k.blockIndex.z, row: y, column: x)
        var values = sums(k, a, row: row, pixel: pixel)
        let bias = a.bias.advanced(by: k.blockIndex.y).loadReadOnly()
        values = values.map { $0 + bias }
        if finish.hasResidual {
          let vector = multiplyAdd(
            row, a.residualStrides.channel, a.residualStrides.vector(place))
          let residual = ElementPointer(a.residual, element).advanced(by: vector, vectorsOf: 8)
          values = zip(values, residual.load(8)).map { $0 + $1 }
        }
        let vector = multiplyAdd(row, a.outputStrides.channel, a.outputStrides.vector(place))
        ElementPointer(a.output, element).advanced(by: vector, vectorsOf: 8)
          .store(values.map { finish.activated($0, a.numbers) })
      }
    }
  }

  /// The sum over splits of a vector.
  private func sums(
    _ k: KernelBuilder, _ a: KernelArguments<BlockFinishArguments>, row: Value<U32>,
    pixel: Value<U32>
  ) -> [Value<F32>] {
    let plane = multiplyAdd(k.blockIndex.z, a.channels, row)
    let first = multiplyAdd(plane, a.pixelCount, pixel)
    func vector(_ split: Value<U32>) -> [Value<F32>] {
      ElementPointer(a.sums.cast(to: U32.self), .f32)
        .advanced(by: multiplyAdd(split, a.splitVectors, first), vectorsOf: 8).load(8)
    }
    let sums = vector(0).map { k.variable(initially: $0) }
    k.loop(from: 1, to: a.splitCount) { split in
      for (sum, value) in zip(sums, vector(split)) { sum += value }
    }
    return sums.map(\.value)
  }
}

/// The parameter struct of ``BlockFinishKernel``.
package struct BlockFinishArguments: BitwiseCopyable, Sendable {
  package var sums: DeviceAddress<F32>
  package var output: DeviceAddress<U32>
  package var residual: DeviceAddress<U32>
  package var rows: DeviceAddress<U32>
  package var bias: DeviceAddress<F32>
  var outputStrides: LanesStrides
  var residualStrides: LanesStrides
  var numbers: ActivationArguments
  var splitCount: UInt32
  /// Vectors of the sums of a split.
  var splitVectors: UInt32
  var channels: UInt32
  var pixelCount: UInt32
  var width: Divisor
}
