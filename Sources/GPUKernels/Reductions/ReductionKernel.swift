package import KernelIR

// y[o, i] = reduce x[o, a, i] over a, or y[o, p, i] over the a of part p
//
// Pointers: x dense [outer, axis, inner], y dense [outer, inner] or [outer, parts, inner]; sums are f32, in an
// order that only the shape and the configuration decide.
// Tiles: see AxisForm; with parts, grid y is the part. A mean's parts are divided by the whole axis.
// Limiter: bandwidth of device memory; where there are fewer blocks than multiprocessors, what a block can
// read of it. ReductionPlan then cuts the axis to parts.

/// A reduction along neighbouring axes.
package struct ReductionProblem: Hashable, Sendable {
  package var `operator`: ReductionOperator
  package var range: AxisRange
  package var input: KernelElement
  package var output: KernelElement

  package init(
    _ operator: ReductionOperator, _ range: AxisRange, input: KernelElement, output: KernelElement
  ) {
    self.operator = `operator`
    self.range = range
    self.input = input
    self.output = output
  }
}

/// How a reduction's kernel goes about it.
package struct ReductionConfiguration: Hashable, Sendable {
  package var form: AxisForm
  /// Elements of the axis that a block takes, with blocks and columns; all where nil.
  package var partLength: Int?

  package init(_ form: AxisForm, partLength: Int? = nil) {
    self.form = form
    self.partLength = partLength
  }

  /// Threads of their own for outputs that are many and coalesced, or have few elements; warps for short
  /// rows, blocks for long ones.
  package init(for problem: ReductionProblem) {
    let range = problem.range
    let vectorCount = AxisForm.vectorCount(range, problem.input)
    if range.axis < 16 || (range.inner >= 32 && range.outputCount >= 1 << 17) {
      form = .threads
    } else if range.inner > 1 {
      form = .columns
    } else {
      form =
        range.axis <= 2048 ? .warps(vectorCount: vectorCount) : .blocks(vectorCount: vectorCount)
    }
  }

  /// Whether threads can share a range so: see ``AxisForm/fits(_:)``, also for parts of the axis.
  func fits(_ range: AxisRange) -> Bool {
    guard form.fits(range), let partLength else { return form.fits(range) }
    guard (1...range.axis).contains(partLength),
      range.axis.dividedRoundingUp(by: partLength) <= KernelSize.gridLimit
    else { return false }
    return switch form {
    case .threads, .warps: false
    case .blocks(let vectorCount): partLength % vectorCount == 0
    case .columns: true
    }
  }
}

/// The kernel of a reduction, or of the reductions of an axis' parts; extents are arguments.
package struct ReductionKernel: ProblemKernel {
  package typealias Arguments = AxisArguments

  package let problem: ReductionProblem
  package let configuration: ReductionConfiguration

  /// - Precondition: with warps and blocks, inner is 1, and rows and parts consist of whole vectors.
  package init(_ problem: ReductionProblem, _ configuration: ReductionConfiguration? = nil) {
    self.problem = problem
    self.configuration = configuration ?? ReductionConfiguration(for: problem)
    precondition(
      self.configuration.fits(problem.range),
      "\(self.configuration) does not fit \(problem.range)")
  }

  package var name: String {
    let types = problem.input.rawValue + "to" + problem.output.rawValue
    let form = configuration.form.name + (configuration.partLength == nil ? "" : "parts")
    return "reduce_\(problem.operator.rawValue.lowercased())_\(form)_\(types)"
      + "_\(AxisForm.threadCount)__sm80"
  }

  /// Parts that each row and column is cut to.
  package var partCount: Int {
    configuration.partLength.map(problem.range.axis.dividedRoundingUp) ?? 1
  }

  package var grid: Grid { Grid(configuration.form.grid(problem.range).x, partCount) }

  package func arguments(input: UInt64, output: UInt64) -> AxisArguments {
    AxisArguments(
      problem.range, partLength: configuration.partLength, input: input, output: output)
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: AxisForm.threadCount, registers: 64, arguments: AxisArguments.self
    ) { k, a in
      let state = StateVariables(k, problem.operator.identity)
      switch configuration.form {
      case .threads: threads(k, a, state)
      case .warps(let vectorCount): warps(k, a, state, vectorCount)
      case .blocks(let vectorCount): blocks(k, a, state, vectorCount)
      case .columns: columns(k, a, state)
      }
    }
  }

  private typealias KernelArguments = KernelIR.KernelArguments<AxisArguments>

  private func threads(_ k: KernelBuilder, _ a: KernelArguments, _ state: StateVariables) {
    let thread = k.blockIndex.x * Value<U32>(AxisForm.threadCount) + k.threadIndex
    let (outer, inner) = a.inner.divide(thread)
    k.if(outer < a.outer) {
      let first = input(a).advanced(by: multiplyAdd(outer * a.axis, a.inner.divisor, inner))
      k.loop(from: 0, to: a.axis) { row in
        include([first.advanced(by: row * a.inner.divisor).load()], in: state)
      }
      store(state.values, at: thread, a)
    }
  }

  private func warps(
    _ k: KernelBuilder, _ a: KernelArguments, _ state: StateVariables, _ vectorCount: Int
  ) {
    let row = k.blockIndex.x * Value<U32>(AxisForm.threadCount / 32) + k.warpIndex
    k.if(row < a.outer) {
      let first = input(a).advanced(by: row * a.axis)
      let start = k.laneIndex * Value<U32>(vectorCount)
      k.loop(from: start, to: a.axis, by: Value<U32>(32 * vectorCount)) { place in
        include(first.advanced(by: place).load(vectorCount), in: state)
      }
      let result = k.reduceWarp(state.values, problem.operator.combine)
      k.if(k.laneIndex == 0) { store(result, at: row, a) }
    }
  }

  private func blocks(
    _ k: KernelBuilder, _ a: KernelArguments, _ state: StateVariables, _ vectorCount: Int
  ) {
    let row = k.blockIndex.x
    let part = part(k, a)
    let first = input(a).advanced(by: row * a.axis)
    let start = part.start + k.threadIndex * Value<U32>(vectorCount)
    k.loop(from: start, to: part.end, by: Value<U32>(AxisForm.threadCount * vectorCount)) { place in
      include(first.advanced(by: place).load(vectorCount), in: state)
    }
    let result = k.reduceBlock(
      state.values, threadCount: AxisForm.threadCount, problem.operator.combine)
    k.if(k.threadIndex == 0) { store(result, at: part.row(of: row), a) }
  }

  private func columns(_ k: KernelBuilder, _ a: KernelArguments, _ state: StateVariables) {
    let tile = ColumnTile(k, a, part(k, a))
    tile.forEachRow { place in
      include([input(a).advanced(by: place).load()], in: state)
    }
    let shared = state.values.map { _ in k.shared(F32.self, count: AxisForm.threadCount) }
    tile.combine(state, through: shared, problem.operator.combine)
    k.if(tile.group == 0 && tile.isActive) { store(state.values, at: tile.output, a) }
  }

  private func part(_ k: KernelBuilder, _ a: KernelArguments) -> AxisPart {
    AxisPart(k, a, isWhole: configuration.partLength == nil)
  }

  private func input(_ a: KernelArguments) -> ElementPointer {
    ElementPointer(a.input, problem.input)
  }

  private func include(_ elements: [Value<F32>], in state: StateVariables) {
    state.values = elements.reduce(state.values) { problem.operator.include($1, in: $0) }
  }

  private func store(_ state: [Value<F32>], at place: Value<U32>, _ a: KernelArguments) {
    let result = problem.operator.result(state, count: a.axis)
    ElementPointer(a.output, problem.output).advanced(by: place).store([result])
  }
}
