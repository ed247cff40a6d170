package import CPUKernels
internal import Covers
internal import Tensors

/// The weights of a matrix in panels of some rows, tap by tap; the last panel is filled with zeros.
package struct WeightPanels: Sendable {
  let panels: AlignedArray<Float>
  let bias: AlignedArray<Float>

  /// - Parameter panelRows: rows of one panel.
  /// - Throws: `outOfMemory`.
  init(_ layer: FilterWeights, rows panelRows: Int) throws(HewnError) {
    let (rows, taps) = (layer.matrix.rows, layer.matrix.taps)
    let count = (rows + panelRows - 1) / panelRows
    panels = try AlignedArray(count: count * taps * panelRows) { packed in
      for row in 0..<rows {
        let base = row / panelRows * taps * panelRows + row % panelRows
        for tap in 0..<taps { packed[base + tap * panelRows] = layer.matrix[row, tap] }
      }
    }
    bias = try AlignedArray(layer.bias)
  }

  var byteCount: Int { panels.byteCount + bias.byteCount }
}

extension KernelSet {
  /// The filters of one panel, for a product of so many images.
  func panelRows(images: Int) -> Int {
    (images == 1 ? vectorPanelWidth : matrixPanelWidth) * lanes
  }
}

/// A dense product with constant weights, packed in panels of a few vectors of filters.
///
/// A part is some panels × all images: each panel is read once for every six images. At batch 1
/// the limit is the stream of weights from memory.
package struct PanelStep: Step {
  private let problem: MatrixProblem
  private let weights: WeightPanels
  private let kernels: KernelSet
  private let input: Placement
  private let output: Placement
  /// Filters of one panel.
  private let panelRows: Int
  private let panelsPerPart: Int
  package let packed: PackedLayer?
  package let decision: StepDecision?

  /// Weights that a part should at least read.
  private static let weightsPerPart = 1 << 14
  /// Images of one pass over a panel.
  private static let imagesPerPass = 6

  package init(
    _ problem: MatrixProblem, _ weights: WeightPanels, kernels: KernelSet, input: Placement,
    output: Placement, packed: PackedLayer, decision: StepDecision
  ) {
    self.problem = problem
    self.weights = weights
    self.kernels = kernels
    self.input = input
    self.output = output
    self.packed = packed
    self.decision = decision
    panelRows = kernels.panelRows(images: problem.images)
    panelsPerPart = max(
      1, Self.weightsPerPart / max(1, problem.taps * panelRows * problem.images))
  }

  private var panelCount: Int { (problem.rows + panelRows - 1) / panelRows }
  package var partCount: Int { (panelCount + panelsPerPart - 1) / panelsPerPart }
  package var scratchFloatCount: Int { Self.imagesPerPass * panelRows }

  package func run(part: Int, in memory: StepMemory) {
    let taps = problem.taps
    let first = part * panelsPerPart
    for panel in first..<min(first + panelsPerPart, panelCount) {
      let panelStart = weights.panels.pointer + panel * taps * panelRows
      var image = 0
      while image < problem.images {
        let count = min(Self.imagesPerPass, problem.images - image)
        let kernel = problem.images == 1 ? kernels.vectorPanel : kernels.matrixPanel[count]
        kernel(panelStart, memory.pointer(input) + image * taps, taps, taps, memory.scratch)
        store(panel: panel, images: image..<image + count, in: memory)
        image += count
      }
    }
  }

  private func store(panel: Int, images: Range<Int>, in memory: StepMemory) {
    let rows = problem.rows
    let first = panel * panelRows
    let count = min(panelRows, rows - first)
    for (index, image) in images.enumerated() {
      let source = memory.scratch + index * panelRows
      let target = memory.pointer(output) + image * rows + first
      for row in 0..<count { target[row] = source[row] + weights.bias.pointer[first + row] }
      apply(problem.activation, to: target, count: count)
    }
  }
}
