import CPUBackend
import CPUKernels
import Covers
import Graphs
import Tensors
import TestSupport
import Testing

/// Programs of covers and of dense matrices, run as steps and compared with the matrix product.
@Suite struct BlockProgramTests {
  /// Blocks add up to the rows, and every height has a kernel of every width up to its widest.
  @Test func blockHeights() throws {
    for isa in InstructionSet.available {
      let kernels = try isa.kernelSet()
      for rows in 0...100 {
        let heights = BlockProgram.blockHeights(rows: rows)
        #expect(heights.reduce(0, +) == rows, "\(rows) rows: \(heights)")
        for height in Set(heights) { try expectKernels(height, kernels) }
      }
      for height in CPUCostTable.segmentHeights + [1] { try expectKernels(height, kernels) }
    }
  }

  private func expectKernels(_ height: Int, _ kernels: KernelSet) throws {
    try #require(height < kernels.widestPass.count, "\(kernels.isa), height \(height)")
    let widest = kernels.widestPass[height]
    #expect(widest >= 1, "\(kernels.isa), height \(height)")
    for vectors in 1...max(1, widest) {
      #expect(
        kernels.accumulate[height][vectors] != nil,
        "\(kernels.isa), \(height) rows, \(vectors) vectors")
    }
  }

  /// A cost table has a time for every kernel that programs use.
  @Test func costTables() throws {
    for isa in InstructionSet.available {
      let (kernels, costs) = (try isa.kernelSet(), CPUCostTable.builtIn(for: isa))
      for height in kernels.widestPass.indices where kernels.widestPass[height] > 0 {
        for table in [costs.tap, costs.unalignedTap, costs.block] {
          #expect(
            height < table.count && table[height].count == kernels.widestPass[height] + 1,
            "\(isa.rawValue), height \(height)")
        }
      }
    }
  }

  @Test func passes() {
    for vectors in 0...40 {
      for widest in 1...12 {
        let passes = TileGrid.passes(of: vectors, widest: widest)
        #expect(passes.reduce(0, +) == vectors, "\(vectors) in passes of \(widest)")
        #expect(passes.allSatisfy { $0 >= 1 && $0 <= widest }, "\(vectors) of \(widest)")
        #expect((passes.max() ?? 0) - (passes.min() ?? 0) <= 1, "\(vectors) of \(widest)")
      }
    }
  }

  /// Tiles cover the plane, and chunks hold whole channels.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func tilePlans(seed: UInt64) throws {
    var random = RandomProblem(seed: seed)
    let (problem, _) = try random.layer()
    for isa in InstructionSet.available {
      let kernels = try isa.kernelSet()
      let planner = TilePlanner(problem, kernels: kernels, costs: .builtIn(for: isa))
      for plan in [
        planner.leaves(nonZeroCount: 0), planner.leaves(nonZeroCount: 500), planner.blocks(),
      ] {
        let grid = TileGrid(problem, tileVectors: plan.tileVectors, lanes: kernels.lanes)
        let tiles = (0..<grid.tileCount).map { grid.tile($0).vectors }
        let cells = problem.output.planeHeight * problem.output.pitch
        let vectors = tiles.reduce(0, +)
        #expect(tiles.allSatisfy { $0 >= 1 && $0 <= plan.tileVectors }, "seed \(seed): \(plan)")
        #expect(vectors * kernels.lanes == grid.runFloats, "seed \(seed): \(plan)")
        #expect(grid.runFloats >= cells, "seed \(seed): \(plan)")
        #expect(grid.runFloats <= problem.output.span, "seed \(seed): \(plan)")
        #expect(
          grid.widths.reduce(0) { $0 + $1.vectors * $1.tileCount } == vectors,
          "seed \(seed): \(plan)")
        #expect(plan.tapsPerChunk >= 1, "seed \(seed): \(plan)")
        for branch in problem.branches {
          #expect(plan.tapsPerChunk % branch.tapsPerChannel == 0, "seed \(seed): \(plan)")
        }
        #expect(planner.sectionRows(plan) >= 1, "seed \(seed): \(plan)")
      }
    }
  }

  /// Sections hold every unit once, in order, within the limit of rows, and share the work.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func sectionCuts(seed: UInt64) {
    var random = CaseGraph(seed: seed)
    let count = random.below(60)
    let rows = (0..<count).map { _ in 1 + random.below(4) }
    let work = (0..<count).map { _ in random.below(100) }
    let (limit, partitions) = (4 + random.below(40), 1 + random.below(6))
    let sections = SectionCut(rowLimit: limit, partitions: partitions).sections(
      rows: rows, work: work)
    let name: Comment = "seed \(seed): \(sections)"
    #expect(sections.flatMap(Array.init) == Array(0..<count), name)
    #expect(sections.allSatisfy { rows[$0].reduce(0, +) <= limit }, name)
    let share = work.reduce(0, +) / partitions
    #expect(sections.allSatisfy { work[$0].reduce(0, +) <= share + 200 }, name)
  }

  /// Every kind of cover, sectioned and chunked every way, gives the product of the matrix.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func products(seed: UInt64) throws {
    var failures: [String] = []
    for isa in InstructionSet.available {
      var random = RandomProblem(seed: seed)
      let (problem, weights) = try random.layer()
      let kernels = try isa.kernelSet()
      for sectionRows in [1, 5, 1000] {
        for tapsPerChunk in [nil, 1, 3] as [Int?] {
          let costs = CPUCostTable.builtIn(for: isa)
          let planner = TilePlanner(problem, kernels: kernels, costs: costs)
          var plan = seed % 2 == 0 ? planner.blocks() : planner.leaves(nonZeroCount: 100)
          if let tapsPerChunk {
            plan.tapsPerChunk = tapsPerChunk * (problem.branches.first?.tapsPerChannel ?? 1)
          }
          let grid = TileGrid(
            problem, tileVectors: plan.tileVectors, lanes: kernels.lanes)
          let layer = costs.coverCosts(taps: weights[0].matrix.taps, plan, grid)
          let covers: [(String, [Cover])] = [
            (
              "exact",
              weights.map {
                .exact($0.matrix, costs: layer, tree: .greedy($0.matrix, costs: layer))
              }
            ),
            ("leaves", weights.map { .leavesOnly($0.matrix) }),
            ("dense cover", weights.map { .dense($0.matrix, rootHeight: 4) }),
          ]
          var programs = try covers.map { name, covers in
            (
              name,
              try BlockProgram.sparse(
                problem, weights, covers: covers, plan: plan, grid: grid, costs: costs,
                sectionRows: sectionRows, partitions: 1 + Int(seed % 3)
              ).program
            )
          }
          programs.append(
            (
              "dense",
              try BlockProgram.dense(
                problem, weights, plan: plan, grid: grid, costs: costs, sectionRows: sectionRows,
                partitions: 1 + Int(seed % 3)
              ).program
            ))
          for (name, program) in programs {
            let violation = try random.violation(problem, weights, program, grid, kernels)
            guard let violation else { continue }
            failures.append(
              "seed \(seed), \(isa.rawValue), \(name), sections of \(sectionRows), chunks of"
                + " \(plan.tapsPerChunk): \(violation)")
          }
        }
      }
    }
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
  }
}

/// A small convolution of stride 1 in terms of planes, made from a seed.
private struct RandomProblem {
  private var net: CaseGraph
  private let seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
    net = CaseGraph(seed: seed)
  }

  mutating func layer() throws -> (ConvolutionProblem, [FilterWeights]) {
    let reach = net.below(2)
    let (height, width) = (1 + net.below(9), 1 + net.below(40))
    let halo = PlanesLayout.Halo(top: reach, left: reach, bottom: reach, right: reach)
    let (channels, rows, groups) = (1 + net.below(6), 1 + net.below(30), 1 + net.below(2))
    let images = 1 + net.below(2)
    let input = PlanesLayout(
      images: images, channels: groups * channels, height: height, width: width, halo: halo)
    let output = PlanesLayout(
      images: images, channels: groups * rows, height: height, width: width, pitch: input.pitch)
    let density = net.pick([0, 0.1, 0.3, 0.6, 1])
    let shifts = (-reach...reach).flatMap { dy in (-reach...reach).map { (dy, $0) } }
    let layer = try (0..<groups).map { group in
      let taps = (0..<channels).flatMap { channel in
        shifts.map {
          ConvolutionProblem.Tap(plane: group * channels + channel, dy: $0.0, dx: $0.1)
        }
      }
      let weights = Tensor.random(
        [rows, taps.count], zeros: 1 - density, seed: seed &* 31 &+ UInt64(group))
      let bias = Tensor.random([rows], seed: seed &+ 77).elements(as: Float.self)
      let branch = ConvolutionProblem.Branch(
        taps: taps,
        // Rows in another order than their planes.
        outputPlanes: (0..<rows).map { group * rows + (rows - 1 - $0) },
        tapsPerChannel: shifts.count)
      let matrix = try FilterMatrix(
        rows: rows, taps: taps.count, values: weights.elements(as: Float.self))
      return (branch, FilterWeights(matrix: matrix, bias: bias))
    }
    let problem = ConvolutionProblem(
      input: input, output: output, residual: nil, branches: layer.map(\.0),
      activation: .identity)
    return (problem, layer.map(\.1))
  }

  /// Runs a program on a random input; says where the result differs from the sum over taps.
  func violation(
    _ problem: ConvolutionProblem, _ weights: [FilterWeights], _ program: BlockProgram,
    _ grid: TileGrid, _ kernels: KernelSet
  ) throws -> String? {
    let (input, output) = (problem.input, problem.output)
    let slack = 1 << 12
    let outputStart = (input.floatCount + slack).roundedUp(to: 16)
    let step = try ConvolutionStep(
      problem, program: program, grid: grid, kernels: kernels, input: Placement(offset: 0),
      output: Placement(offset: outputStart), residual: nil,
      target: NodeContext.Target(engine: .sparse, threads: 2, costs: .portable), choice: nil)
    let x = Tensor.random(
      [input.images, input.channels, input.height, input.width], seed: seed &+ 5
    ).elements(as: Float.self)
    let count = outputStart + output.floatCount + slack
    let arena = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
      .bindMemory(to: Float.self, capacity: count)
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: 4 * step.scratchFloatCount, alignment: 64
    ).bindMemory(to: Float.self, capacity: step.scratchFloatCount)
    defer {
      arena.deallocate()
      scratch.deallocate()
    }
    arena.update(repeating: .nan, count: count)
    scratch.update(repeating: .nan, count: step.scratchFloatCount)
    arena.update(repeating: 0, count: input.floatCount)
    var next = 0
    for image in 0..<input.images {
      for channel in 0..<input.channels {
        for y in 0..<input.height {
          for column in 0..<input.width {
            arena[input.offset(image: image, channel: channel, y: y, x: column)] = x[next]
            next += 1
          }
        }
      }
    }
    for part in 0..<step.partCount {
      step.run(part: part, in: StepMemory(arena: arena, scratch: scratch, shared: scratch))
    }
    return compare(problem, weights, arena, arena + outputStart)
  }

  private func compare(
    _ problem: ConvolutionProblem, _ weights: [FilterWeights],
    _ input: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>
  ) -> String? {
    let layout = problem.output
    var got: [Float] = []
    var want: [Double] = []
    for image in 0..<layout.images {
      let start = problem.input.planeStart(image: image, plane: 0)
      for (branch, weights) in zip(problem.branches, weights) {
        for row in 0..<branch.rowCount {
          for y in 0..<layout.height {
            for x in 0..<layout.width {
              var sum = Double(weights.bias[row])
              for (tap, place) in branch.taps.enumerated() {
                let cell = start + problem.offset(of: place) + y * layout.pitch + x
                sum += Double(weights.matrix[row, tap]) * Double(input[cell])
              }
              want.append(sum)
              got.append(
                output[
                  layout.offset(image: image, channel: branch.outputPlanes[row], y: y, x: x)])
            }
          }
        }
      }
    }
    return Tolerance.relativeToLargest(1e-5).violation(got: got, want: want)
  }
}
