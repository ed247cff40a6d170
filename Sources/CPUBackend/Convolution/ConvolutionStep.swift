package import CPUKernels
internal import Graphs
internal import Runtime
package import Tensors

/// Runs a ``BlockProgram`` over all images and tiles.
///
/// A part is an image × a pixel tile × some sections. The sections' accumulators lie in scratch; each
/// section runs its streams, then stores its rows with residual, activation and mask.
package struct ConvolutionStep: Step {
  private let problem: ConvolutionProblem
  private let program: BlockProgram
  private let plan: TilePlan
  private let kernels: KernelSet
  private let input: Placement
  private let output: Placement
  private let residual: Placement?
  /// For each output phase a flat run of masks; empty where every cell exists.
  private let masks: AlignedArray<UInt32>
  private let hasMasks: Bool
  private let lower: Float
  private let upper: Float
  /// An activation that is no clamp, applied before the store.
  private let activation: Activation?
  /// Sections of each part of one tile.
  private let partitions: AlignedArray<Partition>
  private let partitionCount: Int
  /// Floats from the output's plane 0 to the plane of each of the program's rows.
  private let outputRows: AlignedArray<Int>
  /// Likewise in the residual; zeros without one.
  private let residualRows: AlignedArray<Int>
  /// The output phase of each branch.
  private let phases: AlignedArray<Int>
  private let largestSection: Int
  package let packed: PackedLayer?
  package let decision: StepDecision?

  struct Partition: BitwiseCopyable, Sendable {
    var firstSection: Int
    var sectionCount: Int
  }

  /// - Parameter choice: why this program; `nil` where nobody asks.
  package init(
    _ problem: ConvolutionProblem, program: BlockProgram, plan: TilePlan, kernels: KernelSet,
    input: Placement, output: Placement, residual: Placement?, target: NodeContext.Target,
    choice: EngineChoice?
  ) throws(HewnError) {
    self.problem = problem
    self.program = program
    self.plan = plan
    self.kernels = kernels
    self.input = input
    self.output = output
    self.residual = residual
    packed = choice.map { PackedLayer(choice: $0, weights: .blocks(program)) }
    decision = packed.map { StepDecision($0, target: target) }
    let rows = Self.rows(of: program, problem)
    outputRows = try AlignedArray(rows.output)
    residualRows = try AlignedArray(rows.residual)
    phases = try AlignedArray(
      problem.branches.map {
        $0.verticalPhase * problem.output.horizontalPhases + $0.horizontalPhase
      })
    largestSection = program.largestSection
    if let bounds = problem.activation.clampBounds {
      (lower, upper) = bounds
      activation = nil
    } else {
      (lower, upper) = (-.infinity, .infinity)
      activation = problem.activation
    }
    let masks = problem.output.flatMasks()
    hasMasks = !masks.isEmpty
    self.masks = try AlignedArray(masks)
    let tiles = problem.output.images * plan.tileCount
    let wanted = max(1, (Self.partsPerThread * target.threads + tiles - 1) / max(1, tiles))
    let sections = program.sections.count
    partitionCount = min(max(1, sections), target.threads == 1 ? 1 : wanted)
    let count = partitionCount
    partitions = try AlignedArray(
      (0..<count).map {
        let first = sections * $0 / count
        return Partition(
          firstSection: first, sectionCount: sections * ($0 + 1) / count - first)
      })
  }

  /// Where each row of a program is stored, and where its residual is read.
  private static func rows(
    of program: BlockProgram, _ problem: ConvolutionProblem
  ) -> (output: [Int], residual: [Int]) {
    var output: [Int] = []
    var residual: [Int] = []
    for index in 0..<program.sections.count {
      let section = program.sections.pointer[index]
      let branch = problem.branches[section.branch]
      for row in section.firstRow..<section.firstRow + section.rowCount {
        let filter = Int(program.filters.pointer[row])
        output.append(branch.outputPlanes[filter] * problem.output.channelStride)
        residual.append(
          branch.residualPlanes.isEmpty
            ? 0 : branch.residualPlanes[filter] * (problem.residual?.channelStride ?? 0))
      }
    }
    return (output, residual)
  }

  /// Parts that each thread should find, so that uneven ones even out.
  private static let partsPerThread = 4

  package var partCount: Int { problem.output.images * plan.tileCount * partitionCount }

  /// The accumulators of a section.
  package var scratchFloatCount: Int {
    largestSection * plan.tileVectors * kernels.lanes
  }

  package func run(part: Int, in memory: StepMemory) {
    let partition = partitions.pointer[part % partitionCount]
    let tile = part / partitionCount % plan.tileCount
    let image = part / partitionCount / plan.tileCount
    let vectors = plan.vectors(ofTile: tile)
    let cell = tile * plan.tileVectors * kernels.lanes
    let inputTile = memory.pointer(input) + problem.input.planeStart(image: image, plane: 0) + cell
    let outputBase = memory.pointer(output)
    let outputTile = outputBase + problem.output.planeStart(image: image, plane: 0) + cell
    let residualTile = residual.map {
      UnsafePointer(memory.pointer($0))
        + (problem.residual?.planeStart(image: image, plane: 0) ?? 0) + cell
    }
    for index in partition.firstSection..<partition.firstSection + partition.sectionCount {
      let section = program.sections.pointer[index]
      accumulate(section, input: inputTile, vectors: vectors, into: memory.scratch)
      store(
        section, vectors: vectors, cell: cell, output: outputTile, residual: residualTile,
        scratch: memory.scratch)
      if tile == 0 { zeroTails(of: section, image: image, base: outputBase) }
    }
    if part % (partitionCount * plan.tileCount) == 0 {
      problem.output.zeroHead(of: image, at: outputBase)
    }
  }

  private func accumulate(
    _ section: BlockProgram.Section, input: UnsafeMutablePointer<Float>, vectors: Int,
    into accumulators: UnsafeMutablePointer<Float>
  ) {
    let rowStride = vectors * kernels.lanes
    for index in section.firstStream..<section.firstStream + section.streamCount {
      let record = program.streams.pointer[index]
      let stream = BlockStream(
        blocks: program.blocks.pointer + record.firstBlock, blockCount: record.blockCount,
        offsets: program.offsets.pointer + record.firstOffset,
        sharesOffsets: record.sharesOffsets,
        weights: program.weights.pointer + record.firstWeight,
        start: record.startsFromBias ? program.bias.pointer + section.firstRow : nil)
      let widest = kernels.widestPass[record.height]
      let passes = (vectors + widest - 1) / widest
      for pass in 0..<passes {
        let first = vectors * pass / passes
        let width = vectors * (pass + 1) / passes - first
        guard let kernel = kernels.accumulate[record.height][width] else {
          preconditionFailure("no kernel of \(record.height) rows and \(width) vectors")
        }
        kernel(
          input + first * kernels.lanes, stream, accumulators + first * kernels.lanes, rowStride)
      }
    }
  }

  private func store(
    _ section: BlockProgram.Section, vectors: Int, cell: Int,
    output: UnsafeMutablePointer<Float>, residual: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let rowStride = vectors * kernels.lanes
    var finish = Finish(
      rowCount: section.rowCount, vectorCount: vectors, accumulators: scratch,
      accumulatorStride: rowStride, output: output,
      outputRows: outputRows.pointer + section.firstRow, residual: residual,
      residualRows: residualRows.pointer + section.firstRow,
      mask: hasMasks
        ? masks.pointer + phases.pointer[section.branch] * problem.output.span + cell : nil,
      lower: lower, upper: upper)
    if let activation {
      addResidual(&finish, scratch)
      apply(activation, to: scratch, count: section.rowCount * rowStride)
    }
    kernels.finish(finish)
  }

  /// acc += residual, so that the activation sees the sum; the store then adds nothing.
  private func addResidual(_ finish: inout Finish, _ scratch: UnsafeMutablePointer<Float>) {
    guard let residual = finish.residual else { return }
    for row in 0..<finish.rowCount {
      let source = residual + finish.residualRows[row]
      let target = scratch + row * finish.accumulatorStride
      for p in 0..<finish.accumulatorStride { target[p] += source[p] }
    }
    finish.residual = nil
  }

  private func zeroTails(
    of section: BlockProgram.Section, image: Int, base: UnsafeMutablePointer<Float>
  ) {
    // The flat run covers the plane up to its rounded-up end; behind it lies the shared halo.
    let layout = problem.output
    let written = plan.vectorCount * kernels.lanes
    let start = base + layout.planeStart(image: image, plane: 0) + written
    for row in section.firstRow..<section.firstRow + section.rowCount {
      (start + outputRows.pointer[row]).update(
        repeating: 0, count: layout.channelStride - written)
    }
  }
}

extension Activation {
  /// The bounds of an activation that is a clamp.
  var clampBounds: (lower: Float, upper: Float)? {
    switch self {
    case .identity: (-.infinity, .infinity)
    case .relu: (0, .infinity)
    case .clip(let lower, let upper): (lower, upper)
    default: nil
    }
  }
}

extension PlanesLayout {
  /// For each phase a mask of `span` cells: all ones where a pixel exists. Empty where all exist.
  func flatMasks() -> [UInt32] {
    let hasGaps = pitch != planeWidth || span != planeHeight * pitch
    guard hasGaps || height % verticalPhases != 0 || width % horizontalPhases != 0 else {
      return []
    }
    var masks = [UInt32](repeating: 0, count: phaseCount * span)
    for py in 0..<verticalPhases {
      for px in 0..<horizontalPhases {
        let base = (py * horizontalPhases + px) * span
        for y in 0..<planeHeight where y * verticalPhases + py < height {
          for x in 0..<planeWidth where x * horizontalPhases + px < width {
            masks[base + y * pitch + x] = .max
          }
        }
      }
    }
    return masks
  }
}
