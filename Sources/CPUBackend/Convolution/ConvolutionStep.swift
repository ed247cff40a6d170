internal import CMemory
package import CPUKernels
internal import Graphs
internal import Runtime
package import Tensors

/// Runs a ``BlockProgram`` over all images and tiles.
///
/// A part is an image, or a cell's images, × a pixel tile × some sections. For each section the streams
/// run chunk by chunk. A row's accumulators lie in scratch between chunks; its last stream stores it with
/// residual, activation and mask.
package struct ConvolutionStep: Step {
  private let problem: ConvolutionProblem
  private let program: BlockProgram
  private let grid: TileGrid
  private let kernels: KernelSet
  /// The kernels for the distance and the alignment of a tile's inputs.
  private let accumulateKernels: [[AccumulateKernel?]]
  private let input: Placement
  private let output: Placement
  private let residual: Placement?
  /// For each output phase a flat run of masks; empty where no tile has cells that do not exist.
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
  private let distance: Finish.Distance
  /// What to ask for of the next tile's inputs; `nil` where inputs are near.
  private let inputAhead: InputAhead?
  package let packed: PackedLayer?
  package let decision: StepDecision?

  struct Partition: BitwiseCopyable, Sendable {
    var firstSection: Int
    var sectionCount: Int
  }

  /// - Parameter choice: why this program; `nil` where nobody asks.
  package init(
    _ problem: ConvolutionProblem, program: BlockProgram, grid: TileGrid, kernels: KernelSet,
    input: Placement, output: Placement, residual: Placement?, target: NodeContext.Target,
    choice: EngineChoice?
  ) throws(HewnError) {
    self.problem = problem
    self.program = program
    self.grid = grid
    self.kernels = kernels
    accumulateKernels =
      if problem.step.horizontal > 1 { kernels.accumulateStrided } else {
        grid.readsAligned ? kernels.accumulate : kernels.accumulateUnaligned
      }
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
    distance = Self.distance(of: problem.output, target.costs)
    inputAhead =
      Self.distance(of: problem.input, target.costs) == .near
      ? nil : try InputAhead(problem, program, grid)
    let masks = grid.isByRow ? [] : problem.output.flatMasks()
    hasMasks = !masks.isEmpty
    self.masks = try AlignedArray(masks)
    let tiles = problem.output.imageGroups * grid.tileCount
    let wanted = (Self.partsPerThread * target.threads + tiles - 1) / max(1, tiles)
    let sections = program.sections.count
    partitionCount = target.threads == 1 ? 1 : min(max(1, sections), max(1, wanted))
    let count = partitionCount
    partitions = try AlignedArray(
      (0..<count).map {
        let first = sections * $0 / count
        return Partition(
          firstSection: first, sectionCount: sections * ($0 + 1) / count - first)
      })
  }

  /// Where a tensor is when it is touched tile by tile. Only cells are aligned as stores around the caches
  /// must be.
  private static func distance(
    of layout: PlanesLayout, _ costs: CPUCostTable
  ) -> Finish.Distance {
    let byteCount = 4 * layout.floatCount
    if layout.lanes > 1, byteCount > costs.lastCacheByteCount { return .beyond }
    return byteCount > costs.secondCacheByteCount / 2 ? .far : .near
  }

  /// Where each row of a program is stored, and where its residual is read.
  private static func rows(
    of program: BlockProgram, _ problem: ConvolutionProblem
  ) -> (output: [Int], residual: [Int]) {
    var output: [Int] = []
    var residual: [Int] = []
    let lanes = problem.output.lanes
    for index in 0..<program.sections.count {
      let section = program.sections.pointer[index]
      let branch = problem.branches[section.branch]
      for row in section.firstRow..<section.firstRow + section.rowCount {
        let filter = Int(program.filters.pointer[row])
        output.append(branch.outputPlanes[filter] * problem.output.channelStride * lanes)
        residual.append(
          branch.residualPlanes.isEmpty
            ? 0 : branch.residualPlanes[filter] * (problem.residual?.channelStride ?? 0) * lanes)
      }
    }
    return (output, residual)
  }

  /// Parts that each thread should find, so that uneven ones even out.
  private static let partsPerThread = 16

  package var partCount: Int {
    problem.output.imageGroups * grid.tileCount * partitionCount
  }

  /// The accumulators of a section.
  package var scratchFloatCount: Int {
    largestSection * grid.tileVectors * kernels.lanes
  }

  package func run(part: Int, in memory: StepMemory) {
    let partition = partitions.pointer[part % partitionCount]
    let tile = grid.tile(part / partitionCount % grid.tileCount)
    let image = part / partitionCount / grid.tileCount * problem.output.lanes
    let outputBase = memory.pointer(output)
    let outputTile = outputBase + start(of: tile, image, problem.output)
    let inputTile = UnsafePointer(
      memory.pointer(input)
        + start(of: tile, image, problem.input, step: problem.step))
    let next = nextTile(after: part, memory)
    let residualTile = residual.map { place in
      UnsafePointer(memory.pointer(place))
        + (problem.residual.map { start(of: tile, image, $0) } ?? 0)
    }
    for index in partition.firstSection..<partition.firstSection + partition.sectionCount {
      let section = program.sections.pointer[index]
      let finish = Finish(
        output: outputTile, outputRows: outputRows.pointer + section.firstRow,
        residual: residualTile, residualRows: residualRows.pointer + section.firstRow,
        mask: hasMasks
          ? masks.pointer + phases.pointer[section.branch] * problem.output.span + tile.cell : nil,
        lower: lower, upper: upper, distance: distance)
      accumulate(
        section, input: inputTile, tile: tile, into: memory.scratch, finish: finish,
        next: index == partition.firstSection ? next : nil)
      if let activation {
        store(section, activation, vectors: tile.vectors, finish: finish, scratch: memory.scratch)
      }
      if tile.endsRun { zeroAround(section, tile, image: image, base: outputBase) }
    }
    if part % (partitionCount * grid.tileCount) == 0 {
      problem.output.zeroHead(of: image, at: outputBase)
    }
    if distance == .beyond { finish_stores_around_caches() }
  }

  /// The inputs of the tile that this thread probably gets next, if it is another one.
  private func nextTile(after part: Int, _ memory: StepMemory) -> UnsafePointer<Float>? {
    guard inputAhead != nil, part + 1 < partCount else { return nil }
    let next = (part + 1) / partitionCount
    guard next != part / partitionCount else { return nil }
    let image = next / grid.tileCount * problem.output.lanes
    return UnsafePointer(
      memory.pointer(input)
        + start(of: grid.tile(next % grid.tileCount), image, problem.input, step: problem.step))
  }

  /// Floats from a tensor's start to a tile's first cell in plane 0.
  private func start(
    of tile: TileGrid.Tile, _ image: Int, _ layout: PlanesLayout,
    step: ConvolutionProblem.Step = .init()
  ) -> Int {
    (layout.planeStart(image: image, plane: 0) + tile.row * step.vertical * layout.pitch
      + tile.cell * step.horizontal) * layout.lanes
  }

  private func accumulate(
    _ section: BlockProgram.Section, input: UnsafePointer<Float>, tile: TileGrid.Tile,
    into accumulators: UnsafeMutablePointer<Float>, finish: Finish, next: UnsafePointer<Float>?
  ) {
    let lanes = kernels.lanes
    let vectors = tile.vectors
    let rowStride = vectors * lanes
    let step = problem.step.horizontal * problem.input.lanes
    for index in section.firstStream..<section.firstStream + section.streamCount {
      let record = program.streams.pointer[index]
      var stream = BlockStream(
        blocks: program.blocks.pointer + record.firstBlock, blockCount: record.blockCount,
        offsets: program.offsets.pointer + record.firstOffset,
        sharesOffsets: record.sharesOffsets,
        weights: program.weights.pointer + record.firstWeight,
        start: record.startsFromBias ? program.bias.pointer + section.firstRow : nil, step: step)
      if let next, let inputAhead { stream.ahead = inputAhead.ahead(ofStream: index, tile: next) }
      let stores = record.finishes && activation == nil
      let widest = kernels.widestPass[record.height]
      let passes = (vectors + widest - 1) / widest
      for pass in 0..<passes {
        let first = vectors * pass / passes
        let width = vectors * (pass + 1) / passes - first
        guard let kernel = accumulateKernels[record.height][width] else {
          preconditionFailure("no kernel of \(record.height) rows and \(width) vectors")
        }
        let from = input + first * (grid.isByRow ? step : lanes)
        let sums = accumulators + first * lanes
        if stores {
          withUnsafePointer(to: finish.advanced(by: first * lanes)) {
            stream.finish = $0
            kernel(from, stream, sums, rowStride)
          }
        } else {
          kernel(from, stream, sums, rowStride)
        }
      }
    }
  }

  /// Applies an activation to accumulated rows with their residual, and stores them.
  private func store(
    _ section: BlockProgram.Section, _ activation: Activation, vectors: Int, finish: Finish,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let rowStride = vectors * kernels.lanes
    if let residual = finish.residual {
      for row in 0..<section.rowCount {
        let source = residual + finish.residualRows[row]
        let target = scratch + row * rowStride
        for p in 0..<rowStride { target[p] += source[p] }
      }
    }
    apply(activation, to: scratch, count: section.rowCount * rowStride)
    var finish = finish
    finish.residual = nil
    kernels.finish(finish, 0..<section.rowCount, vectors, scratch, rowStride)
  }

  /// Zeroes what comes after a run in the planes of a section's rows: after a flat run everything up to
  /// the next plane, after a row the gap, and after the last row that too.
  private func zeroAround(
    _ section: BlockProgram.Section, _ tile: TileGrid.Tile, image: Int,
    base: UnsafeMutablePointer<Float>
  ) {
    let layout = problem.output
    let first: Int
    let end: Int
    if grid.isByRow {
      first = tile.row * layout.pitch + layout.planeWidth
      end =
        tile.row == layout.planeHeight - 1
        ? layout.channelStride : (tile.row + 1) * layout.pitch
    } else {
      first = grid.runFloats
      end = layout.channelStride
    }
    let start = base + (layout.planeStart(image: image, plane: 0) + first) * layout.lanes
    for row in section.firstRow..<section.firstRow + section.rowCount {
      (start + outputRows.pointer[row]).update(repeating: 0, count: (end - first) * layout.lanes)
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
