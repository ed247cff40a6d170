package import CPUKernels
package import Tensors

/// A dense product with constant weights, packed in panels of a few vectors of filters.
///
/// A part is some panels × all images: each panel is read once for every six images. At batch 1
/// the limit is the stream of weights from memory.
package struct PanelStep: Step {
  private let problem: MatrixProblem
  private let kernels: KernelSet
  private let input: Placement
  private let output: Placement
  private let panels: AlignedArray<Float>
  private let bias: AlignedArray<Float>
  /// Filters of one panel.
  private let panelRows: Int
  private let panelsPerPart: Int
  package let decision: StepDecision?

  /// Weights that a part should at least read.
  private static let weightsPerPart = 1 << 14
  /// Images of one pass over a panel.
  private static let imagesPerPass = 6

  package init(
    _ problem: MatrixProblem, kernels: KernelSet, input: Placement, output: Placement,
    decision: StepDecision
  ) throws(HewnError) {
    self.problem = problem
    self.kernels = kernels
    self.input = input
    self.output = output
    let width = problem.images == 1 ? kernels.vectorPanelWidth : kernels.matrixPanelWidth
    let (rows, taps) = (problem.matrix.rows, problem.matrix.taps)
    panelRows = width * kernels.lanes
    let count = (rows + panelRows - 1) / panelRows
    var packed = [Float](repeating: 0, count: count * taps * panelRows)
    for row in 0..<rows {
      let base = row / panelRows * taps * panelRows + row % panelRows
      for tap in 0..<taps { packed[base + tap * panelRows] = problem.matrix[row, tap] }
    }
    panels = try AlignedArray(packed)
    bias = try AlignedArray(problem.bias)
    panelsPerPart = max(1, Self.weightsPerPart / max(1, taps * panelRows * problem.images))
    var decision = decision
    decision.weightByteCount = panels.byteCount + bias.byteCount
    self.decision = decision
  }

  private var panelCount: Int { (problem.matrix.rows + panelRows - 1) / panelRows }
  package var partCount: Int { (panelCount + panelsPerPart - 1) / panelsPerPart }
  package var scratchFloatCount: Int { Self.imagesPerPass * panelRows }

  package func run(part: Int, in memory: StepMemory) {
    let taps = problem.matrix.taps
    let first = part * panelsPerPart
    for panel in first..<min(first + panelsPerPart, panelCount) {
      let weights = panels.pointer + panel * taps * panelRows
      var image = 0
      while image < problem.images {
        let count = min(Self.imagesPerPass, problem.images - image)
        let kernel = problem.images == 1 ? kernels.vectorPanel : kernels.matrixPanel[count]
        kernel(weights, memory.pointer(input) + image * taps, taps, taps, memory.scratch)
        store(panel: panel, images: image..<image + count, in: memory)
        image += count
      }
    }
  }

  private func store(panel: Int, images: Range<Int>, in memory: StepMemory) {
    let rows = problem.matrix.rows
    let first = panel * panelRows
    let count = min(panelRows, rows - first)
    for (index, image) in images.enumerated() {
      let source = memory.scratch + index * panelRows
      let target = memory.pointer(output) + image * rows + first
      for row in 0..<count { target[row] = source[row] + bias.pointer[first + row] }
      apply(problem.activation, to: target, count: count)
    }
  }
}
