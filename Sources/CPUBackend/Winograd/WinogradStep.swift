package import CPUKernels
internal import Graphs
internal import Runtime
package import Tensors

/// Runs a convolution by F(T×T, 3×3).
///
/// A part is a block of tiles × a share of the filters: the block's inputs are transformed once; then,
/// for some filters at a time, the E² products over channels, their inverse transform and the store
/// with bias, residual and activation.
package struct WinogradStep: Step {
  private let problem: WinogradProblem
  private let weights: WinogradWeights
  private let kernels: KernelSet
  private let transforms: WinogradKernels
  private let input: Placement
  private let output: Placement
  private let residual: Placement?
  private let blocks: AlignedArray<WinogradSchedule.Block>
  private let segments: AlignedArray<WinogradSegment>
  private let shares: AlignedArray<WinogradSchedule.Share>
  private let blockVectors: Int
  private let passRows: Int
  private let branches: AlignedArray<WinogradProblem.Branch>
  /// Floats from the output's plane 0 to the plane of each row.
  private let outputPlanes: AlignedArray<Int>
  /// Likewise in the residual; zeros without one.
  private let residualPlanes: AlignedArray<Int>
  private let zeros: AlignedArray<Float>
  private let mask: AlignedArray<UInt32>
  /// For each tile, in vectors, whether a segment ends with it.
  private let ends: AlignedArray<UInt32>
  private let lower: Float
  private let upper: Float
  /// An activation that is no clamp, applied to stored pixels.
  private let activation: Activation?
  private let mostChannels: Int
  package let packed: PackedLayer?
  package let decision: StepDecision?

  /// - Parameter choice: why this way; `nil` where nobody asks.
  package init(
    _ convolution: ConvolutionProblem, _ problem: WinogradProblem, _ weights: WinogradWeights,
    kernels: KernelSet, input: Placement, output: Placement, residual: Placement?,
    target: NodeContext.Target, choice: EngineChoice?
  ) throws(HewnError) {
    guard let transforms = kernels.winograd.first(where: { $0.tile == problem.tile }) else {
      throw HewnError(.invalidFile, "no kernels for Winograd tiles of \(problem.tile) pixels")
    }
    precondition(
      problem.lanes == 1 || problem.lanes == kernels.lanes, "cells of \(problem.lanes) images")
    self.problem = problem
    self.weights = weights
    self.kernels = kernels
    self.transforms = transforms
    (self.input, self.output, self.residual) = (input, output, residual)
    packed = choice.map { PackedLayer(choice: $0, weights: .winograd(weights)) }
    decision = packed.map { StepDecision($0, target: target) }
    let schedule = WinogradSchedule(problem, kernels, threads: target.threads)
    blocks = try AlignedArray(schedule.blocks)
    segments = try AlignedArray(schedule.segments)
    shares = try AlignedArray(schedule.shares)
    (blockVectors, passRows) = (schedule.blockVectors, schedule.passRows)
    branches = try AlignedArray(problem.branches)
    let (layout, residualLayout) = (convolution.output, convolution.residual)
    outputPlanes = try AlignedArray(
      convolution.branches.flatMap { branch in
        branch.outputPlanes.map { $0 * layout.channelStride * layout.lanes }
      })
    residualPlanes = try AlignedArray(
      convolution.branches.flatMap { branch in
        branch.residualPlanes.isEmpty
          ? [Int](repeating: 0, count: branch.rowCount)
          : branch.residualPlanes.map {
            $0 * (residualLayout?.channelStride ?? 0) * layout.lanes
          }
      })
    zeros = try AlignedArray(
      [Float](repeating: 0, count: (problem.tile + 1) * kernels.lanes))
    mask = try AlignedArray(
      (0..<2 * kernels.lanes).map { $0 < kernels.lanes ? UInt32.max : 0 })
    ends = try AlignedArray(schedule.ends(kernels.lanes))
    (lower, upper) = convolution.activation.clampBounds ?? (-.infinity, .infinity)
    activation = convolution.activation.clampBounds == nil ? convolution.activation : nil
    mostChannels = problem.branches.reduce(0) { max($0, $1.channels) }
  }

  package var partCount: Int { blocks.count * shares.count }

  /// The transformed inputs of a block: E² matrices, each with a vector behind it.
  private var inputFloats: Int {
    transforms.productCount * (mostChannels * blockVectors + 1) * kernels.lanes
  }
  /// The products of a pass, likewise.
  private var productFloats: Int {
    transforms.productCount * (passRows * blockVectors + 1) * kernels.lanes
  }

  package var scratchFloatCount: Int {
    transforms.scratchVectorCount * kernels.lanes + inputFloats + productFloats
  }

  package func run(part: Int, in memory: StepMemory) {
    let block = blocks.pointer[part / shares.count]
    let share = shares.pointer[part % shares.count]
    let branch = branches.pointer[share.branch]
    transformInputs(branch, block, memory)
    var first = share.firstRow
    let end = share.firstRow + share.rowCount
    while first < end {
      // Passes end where blocks of rows do.
      let rows = passEnd(branch, from: first, limit: end) - first
      multiply(branch, block, rows: first..<first + rows, memory)
      store(branch, block, rows: first..<first + rows, memory)
      first += rows
    }
    if part / shares.count == 0 || block.firstSegment == 0 { zeroAround(branch, share, memory) }
  }

  private func passEnd(_ branch: WinogradProblem.Branch, from first: Int, limit: Int) -> Int {
    let blocks = ProductBlocks(rows: branch.rows, most: kernels.productRows)
    var end = first
    var block = first * blocks.count / max(1, branch.rows)
    while blocks.firstRow(of: block) < first { block += 1 }
    while end < limit {
      let next = blocks.firstRow(of: block + 1)
      if next - first > passRows { break }
      end = next
      block += 1
    }
    return end
  }

  private func transformInputs(
    _ branch: WinogradProblem.Branch, _ block: WinogradSchedule.Block, _ memory: StepMemory
  ) {
    let layout = problem.input
    let rowStride = block.vectors * kernels.lanes
    let channelStride = layout.channelStride * layout.lanes
    let kernel = problem.lanes == 1 ? transforms.planesInput : transforms.cellsInput
    kernel(
      WinogradInput(
        segments: segments.pointer + block.firstSegment, segmentCount: block.segmentCount,
        vectorCount: block.vectors,
        input: memory.pointer(input) + branch.firstPlane * channelStride,
        channelCount: branch.channels, channelStride: channelStride,
        pitch: layout.pitch * layout.lanes, products: transformedInputs(memory),
        matrixStride: branch.channels * rowStride + kernels.lanes, rowStride: rowStride,
        scratch: memory.scratch, zeros: zeros.pointer, mask: mask.pointer,
        ends: ends.pointer + block.firstVector * kernels.lanes))
  }

  private func transformedInputs(_ memory: StepMemory) -> UnsafeMutablePointer<Float> {
    memory.scratch + transforms.scratchVectorCount * kernels.lanes
  }

  private func products(_ memory: StepMemory) -> UnsafeMutablePointer<Float> {
    transformedInputs(memory) + inputFloats
  }

  private func productStride(_ block: WinogradSchedule.Block) -> Int {
    (passRows * block.vectors + 1) * kernels.lanes
  }

  private func multiply(
    _ branch: WinogradProblem.Branch, _ block: WinogradSchedule.Block, rows: Range<Int>,
    _ memory: StepMemory
  ) {
    let rowStride = block.vectors * kernels.lanes
    let inputs = transformedInputs(memory)
    let products = products(memory)
    let blocks = ProductBlocks(rows: branch.rows, most: kernels.productRows)
    var firstBlock = rows.lowerBound * blocks.count / max(1, branch.rows)
    while blocks.firstRow(of: firstBlock) < rows.lowerBound { firstBlock += 1 }
    let passes = (block.vectors + kernels.productVectors - 1) / kernels.productVectors
    for index in 0..<transforms.productCount {
      let weights =
        weights.weights.pointer + branch.firstWeight + index * branch.rows * branch.channels
      let matrix = UnsafePointer(inputs) + index * (branch.channels * rowStride + kernels.lanes)
      var rowBlock = firstBlock
      while blocks.firstRow(of: rowBlock) < rows.upperBound {
        let first = blocks.firstRow(of: rowBlock)
        let height = blocks.firstRow(of: rowBlock + 1) - first
        for pass in 0..<passes {
          let start = block.vectors * pass / passes
          let width = block.vectors * (pass + 1) / passes - start
          guard let kernel = kernels.product[height][width] else {
            preconditionFailure("no product of \(height) rows and \(width) vectors")
          }
          kernel(
            Product(
              weights: weights + first * branch.channels, inputs: matrix + start * kernels.lanes,
              inputStride: rowStride, depth: branch.channels,
              output: products + index * productStride(block)
                + (first - rows.lowerBound) * rowStride + start * kernels.lanes,
              outputStride: rowStride))
        }
        rowBlock += 1
      }
    }
  }

  private func store(
    _ branch: WinogradProblem.Branch, _ block: WinogradSchedule.Block, rows: Range<Int>,
    _ memory: StepMemory
  ) {
    let first = branch.firstRow + rows.lowerBound
    let kernel = problem.lanes == 1 ? transforms.planesOutput : transforms.cellsOutput
    let base = memory.pointer(output)
    kernel(
      WinogradOutput(
        segments: segments.pointer + block.firstSegment, segmentCount: block.segmentCount,
        vectorCount: block.vectors, products: products(memory), matrixStride: productStride(block),
        rowStride: block.vectors * kernels.lanes, filterCount: rows.count,
        bias: weights.bias.pointer + first, output: base,
        outputPlanes: outputPlanes.pointer + first,
        residual: residual.map { UnsafePointer(memory.pointer($0)) },
        residualPlanes: residualPlanes.pointer + first,
        outputPitch: problem.output.pitch * problem.lanes,
        residualPitch: (problem.residual?.pitch ?? 0) * problem.lanes, lower: lower, upper: upper,
        scratch: memory.scratch))
    guard let activation else { return }
    for row in first..<first + rows.count {
      for index in block.firstSegment..<block.firstSegment + block.segmentCount {
        let segment = segments.pointer[index]
        let corner = base + outputPlanes.pointer[row] + segment.output
        for y in 0..<segment.outputRows {
          apply(
            activation, to: corner + y * problem.output.pitch * problem.lanes,
            count: segment.outputColumns * problem.lanes)
        }
      }
    }
  }

  /// Zeroes the cells around the planes of a share's filters, in all images.
  private func zeroAround(
    _ branch: WinogradProblem.Branch, _ share: WinogradSchedule.Share, _ memory: StepMemory
  ) {
    let layout = problem.output
    let base = memory.pointer(output)
    let planeFloats = layout.channelStride * layout.lanes
    for group in 0..<layout.imageGroups {
      let image = group * layout.lanes
      for row in share.firstRow..<share.firstRow + share.rowCount {
        let plane = outputPlanes.pointer[branch.firstRow + row] / planeFloats
        layout.zeroTail(ofPlane: plane, image: image, at: base)
      }
      if share.branch == 0, share.firstRow == 0 { layout.zeroHead(of: image, at: base) }
    }
  }
}
