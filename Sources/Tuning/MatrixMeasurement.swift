internal import CPUBackend
internal import CPUKernels
internal import Tensors

/// Times the kernels of matrix products of one instruction set.
struct MatrixMeasurement {
  private let kernels: KernelSet
  private let inputs = Workspace<Float>(count: 1 << 20, fill: 1)
  private let weights = Workspace<Float>(count: 1 << 18, fill: 1e-3)
  private let sums = Workspace<Float>(count: 1 << 16, fill: 0)
  /// More than any cache holds.
  private let farWeights = Workspace<Float>(count: 64 << 20, fill: 1e-3)

  /// Quads of long and of short rows, and rows of one call.
  private static let (many, few, rowCount) = (64, 4, 512)
  private static let farTaps = 4096
  private static let panelTaps = 2048
  private static let transposed = MatrixProblem(
    images: 16, rows: 1, taps: 4096, activation: .identity)

  /// The pieces of leaves by vectors of a cell, of panels by images, of transposing, and of panels from
  /// memory, in the results of rounds.
  private var leaves: [(long: Int, short: Int)] = []
  private var panels: [Int] = []
  private var transposing = 0
  private var farPanels = 0

  /// Adds the pieces that the costs need.
  init(_ kernels: KernelSet, adding rounds: inout Rounds) {
    self.kernels = kernels
    leaves = kernels.leaves.indices.map { vectors in
      let rows = self.rows(vectors: vectors)
      return (rounds.add(.least, rows.long), rounds.add(.least, rows.short))
    }
    panels = (1..<kernels.matrixPanel.count).map { images in
      let (kernel, weights, inputs, sums) = (kernels.matrixPanel[images], weights, inputs, sums)
      return rounds.add(.least) {
        kernel(weights.start, inputs.start, Self.panelTaps, Self.panelTaps, sums.start)
      }
    }
    transposing = rounds.add(.least, transpose())
    farPanels = rounds.add(.median, productFromMemory())
  }

  /// Time of one vector of weights from memory in a product with one image.
  func panelCost(_ times: [Double]) -> Double {
    times[farPanels] / Double(farPanelCount * Self.farTaps * kernels.vectorPanelWidth)
  }

  /// Time of one leaf of one image, whose inputs stay in L1.
  func gatheredLeafCost(_ times: [Double]) -> Double { leafCosts(vectors: 0, times).leaf }

  func costs(_ times: [Double]) -> MatrixCosts {
    let cells = leaves.indices.dropFirst().map { leafCosts(vectors: $0, times) }
    return MatrixCosts(
      leaf: [0] + cells.map(\.leaf), leafRow: [0] + cells.map(\.row),
      transposedFloat: times[transposing]
        / Double(Self.transposed.images * Self.transposed.taps),
      panel: [0]
        + panels.map { times[$0] / Double(Self.panelTaps * kernels.matrixPanelWidth) })
  }

  /// Time of one leaf, from the slope between long and short rows, and of one row, from the rest.
  private func leafCosts(vectors: Int, _ times: [Double]) -> (leaf: Double, row: Double) {
    let (long, short) = (
      times[leaves[vectors].long] / Double(Self.rowCount),
      times[leaves[vectors].short] / Double(Self.rowCount)
    )
    let leaf = max(0, (long - short) / Double(4 * (Self.many - Self.few)))
    return (leaf, max(0, short - leaf * Double(4 * Self.few)))
  }

  /// Products of long and of short rows. Rows differ in length, and are many, so that their ends are
  /// not foreseen.
  private func rows(vectors: Int) -> (long: () -> Void, short: () -> Void) {
    let problem = MatrixProblem(
      images: max(1, vectors * kernels.lanes), rows: 1, taps: 1 << 16, activation: .identity)
    let chunk = UInt64(LeafPlan(problem, lanes: kernels.lanes).chunkTaps)
    var random = SplitMix64(seed: 1)
    let counts = Workspace<Int32>(count: 2 * Self.rowCount, fill: 0)
    for pair in 0..<Self.rowCount / 2 {
      let change = Int32(random.next() % 7) - 3
      for (first, count) in [(0, Int32(Self.many)), (Self.rowCount, Int32(Self.few))] {
        counts.start[first + 2 * pair] = count + change
        counts.start[first + 2 * pair + 1] = count - change
      }
    }
    let indices = Workspace<UInt64>(count: Self.many * Self.rowCount, fill: 0)
    for quad in 0..<indices.count {
      indices.start[quad] = (0..<4).reduce(0) { quad, _ in quad << 16 | random.next() % chunk }
    }
    let (kernel, inputs, weights, sums) = (kernels.leaves[vectors], inputs, weights, sums)
    func product(_ first: Int) -> () -> Void {
      {
        kernel(
          inputs.start,
          LeafQuads(
            rowCount: Self.rowCount, counts: counts.start + first, indices: indices.start,
            weights: weights.start), sums.start)
      }
    }
    return (product(0), product(Self.rowCount))
  }

  private func transpose() -> () -> Void {
    let plan = LeafPlan(Self.transposed, lanes: kernels.lanes)
    let step = TransposeImagesStep(Self.transposed, plan, input: Placement(offset: 0))
    let (inputs, sums) = (inputs, sums)
    return {
      let memory = StepMemory(
        arena: inputs.start, scratch: sums.start, shared: inputs.start + inputs.count / 2)
      for part in 0..<step.partCount { step.run(part: part, in: memory) }
    }
  }

  private var farPanelFloats: Int { kernels.vectorPanelWidth * kernels.lanes * Self.farTaps }
  private var farPanelCount: Int { farWeights.count / farPanelFloats }

  private func productFromMemory() -> () -> Void {
    let (kernel, weights, inputs, sums) = (kernels.vectorPanel, farWeights, inputs, sums)
    let (count, floats) = (farPanelCount, farPanelFloats)
    return {
      for panel in 0..<count {
        kernel(
          weights.start + panel * floats, inputs.start, Self.farTaps, Self.farTaps, sums.start)
      }
    }
  }
}
