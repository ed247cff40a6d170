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

  /// The images of one pass over a panel: as many as there is a kernel for, or fewer so that all
  /// passes are alike.
  func panelImages(_ images: Int) -> Int {
    images.dividedUp(by: max(1, images.dividedUp(by: matrixPanel.count - 1)))
  }
}

/// A dense product with constant weights, packed in panels of a few vectors of filters.
///
/// A part is some panels × all images. Of several images, some at a time run over some taps of a panel,
/// which stay in the second-level cache until all images have; then come the next taps. At batch 1 the
/// limit is the stream of weights from memory.
package struct PanelStep: Step {
  private let problem: MatrixProblem
  private let weights: WeightPanels
  private let kernels: KernelSet
  private let input: Placement
  private let output: Placement
  /// Filters of one panel.
  private let panelRows: Int
  private let panelsPerPart: Int
  /// Images of one pass over a panel.
  private let passImages: Int
  /// Images whose sums are kept at once.
  private let blockImages: Int
  /// Taps of a panel that stay in the cache.
  private let chunkTaps: Int
  package let packed: PackedLayer?
  package let decision: StepDecision?

  /// Weights that a part should at least read.
  private static let weightsPerPart = 1 << 14
  /// The most passes over a panel whose sums are kept.
  private static let passesPerBlock = 16
  private static let chunkBytes = 128 << 10

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
    passImages = kernels.panelImages(problem.images)
    blockImages = max(1, min(problem.images, passImages * Self.passesPerBlock))
    chunkTaps =
      problem.images == passImages ? max(1, problem.taps) : Self.chunkBytes / (4 * panelRows)
  }

  private var panelCount: Int { (problem.rows + panelRows - 1) / panelRows }
  package var partCount: Int { (panelCount + panelsPerPart - 1) / panelsPerPart }
  package var scratchFloatCount: Int { blockImages * panelRows }

  package func run(part: Int, in memory: StepMemory) {
    let first = part * panelsPerPart
    for panel in first..<min(first + panelsPerPart, panelCount) {
      for image in stride(from: 0, to: problem.images, by: blockImages) {
        let images = image..<min(image + blockImages, problem.images)
        start(panel: panel, images: images.count, in: memory)
        for tap in stride(from: 0, to: problem.taps, by: chunkTaps) {
          accumulate(
            panel: panel, taps: tap..<min(tap + chunkTaps, problem.taps), images: images, in: memory
          )
        }
        store(panel: panel, images: images, in: memory)
      }
    }
  }

  /// The filters of a panel.
  private func rows(of panel: Int) -> Range<Int> {
    panel * panelRows..<min((panel + 1) * panelRows, problem.rows)
  }

  /// Starts the sums of every image from the bias; those beyond the last filter from zero.
  private func start(panel: Int, images: Int, in memory: StepMemory) {
    let rows = rows(of: panel)
    for image in 0..<images {
      let sums = memory.scratch + image * panelRows
      sums.update(from: weights.bias.pointer + rows.lowerBound, count: rows.count)
      (sums + rows.count).update(repeating: 0, count: panelRows - rows.count)
    }
  }

  private func accumulate(
    panel: Int, taps: Range<Int>, images: Range<Int>, in memory: StepMemory
  ) {
    let start =
      weights.panels.pointer + (panel * problem.taps + taps.lowerBound) * panelRows
    var image = images.lowerBound
    while image < images.upperBound {
      let count = min(passImages, images.upperBound - image)
      let kernel = problem.images == 1 ? kernels.vectorPanel : kernels.matrixPanel[count]
      kernel(
        start, memory.pointer(input) + image * problem.taps + taps.lowerBound, problem.taps,
        taps.count, memory.scratch + (image - images.lowerBound) * panelRows)
      image += count
    }
  }

  private func store(panel: Int, images: Range<Int>, in memory: StepMemory) {
    let rows = rows(of: panel)
    for image in images {
      let sums = memory.scratch + (image - images.lowerBound) * panelRows
      let target = memory.pointer(output) + image * problem.rows + rows.lowerBound
      target.update(from: sums, count: rows.count)
      apply(problem.activation, to: target, count: rows.count)
    }
  }
}
