import CPUBackend
import CPUKernels

extension CostMeasurement {
  /// Time of one leaf of one image, whose inputs stay in L1.
  func gatheredLeafCost() -> Double {
    leafCosts(vectors: 0).leaf
  }

  /// Time of one vector of weights from memory in a product with one image.
  func panelCost() -> Double {
    let taps = 4096
    let panelFloats = kernels.vectorPanelWidth * kernels.lanes * taps
    let panels = Workspace<Float>(count: Self.panelBytes / 4, fill: 1e-3)
    let count = panels.count / panelFloats
    let body = {
      for panel in 0..<count {
        kernels.vectorPanel(
          panels.start + panel * panelFloats, inputs.start, taps, taps, accumulators.start)
      }
    }
    return Self.interleaved([body], repeats: 1)[0] / Double(count * taps * kernels.vectorPanelWidth)
  }

  /// More than any cache holds.
  private static let panelBytes = 256 << 20

  func matrixCosts() -> MatrixCosts {
    let cells = (1..<kernels.leaves.count).map { leafCosts(vectors: $0) }
    return MatrixCosts(
      leaf: [0] + cells.map(\.leaf), leafRow: [0] + cells.map(\.row),
      transposedFloat: transposedFloatCost(),
      panel: [0] + (1..<kernels.matrixPanel.count).map { panelCost(images: $0) })
  }

  /// Time of one leaf, from the slope between long and short rows, and of one row, from the rest.
  private func leafCosts(vectors: Int) -> (leaf: Double, row: Double) {
    let problem = MatrixProblem(
      images: max(1, vectors * kernels.lanes), rows: 1, taps: 1 << 16, activation: .identity)
    let plan = LeafPlan(problem, lanes: kernels.lanes)
    // Rows differ in length, and are many, so that their ends are not foreseen.
    let (many, few, rowCount) = (64, 4, 512)
    let counts = Workspace<Int32>(count: 2 * rowCount, fill: 0)
    for pair in 0..<rowCount / 2 {
      let change = Int32.random(in: -3...3)
      for (first, count) in [(0, Int32(many)), (rowCount, Int32(few))] {
        counts.start[first + 2 * pair] = count + change
        counts.start[first + 2 * pair + 1] = count - change
      }
    }
    let indices = Workspace<UInt64>(count: many * rowCount, fill: 0)
    for quad in 0..<indices.count {
      indices.start[quad] = (0..<4).reduce(0) { quad, _ in
        quad << 16 | UInt64.random(in: 0..<UInt64(plan.chunkTaps))
      }
    }
    func time(_ counts: UnsafePointer<Int32>) -> () -> Void {
      let rows = LeafQuads(
        rowCount: rowCount, counts: counts, indices: indices.start, weights: weights.start)
      return { kernels.leaves[vectors](inputs.start, rows, accumulators.start) }
    }
    let times = Self.interleaved([time(counts.start), time(counts.start + rowCount)])
      .map { $0 / Double(rowCount) }
    let leaf = max(0, (times[0] - times[1]) / Double(4 * (many - few)))
    return (leaf, max(0, times[1] - leaf * Double(4 * few)))
  }

  private func transposedFloatCost() -> Double {
    let problem = MatrixProblem(images: 16, rows: 1, taps: 4096, activation: .identity)
    let step = TransposeImagesStep(
      problem, LeafPlan(problem, lanes: kernels.lanes), input: Placement(offset: 0))
    let memory = StepMemory(
      arena: inputs.start, scratch: accumulators.start, shared: inputs.start + inputs.count / 2)
    let body = { for part in 0..<step.partCount { step.run(part: part, in: memory) } }
    return Self.interleaved([body], repeats: 4)[0] / Double(problem.images * problem.taps)
  }

  /// Time of one vector of weights, which lie in L2, in a product with some images.
  private func panelCost(images: Int) -> Double {
    let taps = 2048
    let body = {
      kernels.matrixPanel[images](weights.start, inputs.start, taps, taps, accumulators.start)
    }
    return Self.interleaved([body], repeats: 4)[0] / Double(taps * kernels.matrixPanelWidth)
  }
}
