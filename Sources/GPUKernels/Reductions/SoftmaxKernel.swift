package import KernelIR

// y[o, a, i] = e^(x[o, a, i] − m) / Σ_a' e^(x[o, a', i] − m), m the greatest of x[o, ·, i]
//
// Pointers: x and y dense [outer, axis, inner], aligned to 16 bytes; y may be x.
// Tiles: see AxisForm. A warp keeps its row in registers and reads it once; blocks and columns read
// theirs twice, the first time with a running maximum.
// Limiter: bandwidth of device memory; where there are fewer rows, or tiles of columns, than multiprocessors, what
// a block can read of it, as no row has more than one block.

/// The normalized exponentials along an axis, or their logarithms. A row with NaN or ∞ is NaN, as is one of −∞
/// alone.
package struct SoftmaxProblem: Hashable, Sendable {
  package var range: AxisRange
  package var input: KernelElement
  package var output: KernelElement
  package var isLogarithm: Bool

  package init(
    _ range: AxisRange, input: KernelElement, output: KernelElement, logarithm isLogarithm: Bool
  ) {
    self.range = range
    self.input = input
    self.output = output
    self.isLogarithm = isLogarithm
  }
}

/// How a softmax kernel goes about it.
package struct SoftmaxConfiguration: Hashable, Sendable {
  /// All but ``AxisForm/threads``.
  package var form: AxisForm
  /// Elements of a row that a lane of ``AxisForm/warps(vectorCount:)`` keeps.
  package var elementsPerLane: Int

  /// The most elements that a lane keeps.
  static let elementLimit = 32

  /// - Precondition: with warps and blocks, inner is 1 and rows consist of whole vectors; with warps, they have
  ///   at most 1024 elements.
  package init(_ form: AxisForm, for problem: SoftmaxProblem) {
    precondition(form != .threads && form.fits(problem.range), "\(form) of \(problem.range)")
    self.form = form
    elementsPerLane = 0
    if case .warps(let vectorCount) = form {
      elementsPerLane = problem.range.axis.dividedRoundingUp(by: 32 * vectorCount) * vectorCount
      precondition(elementsPerLane <= Self.elementLimit, "rows of \(problem.range.axis)")
    }
  }

  package init(for problem: SoftmaxProblem) {
    let range = problem.range
    let vectorCount = AxisForm.vectorCount(range, problem.input)
    let form: AxisForm =
      if range.inner > 1 {
        .columns
      } else if range.axis <= 32 * Self.elementLimit {
        .warps(vectorCount: vectorCount)
      } else {
        .blocks(vectorCount: vectorCount)
      }
    self.init(form, for: problem)
  }
}

/// The kernel of a softmax; extents are arguments.
package struct SoftmaxKernel: ProblemKernel {
  package typealias Arguments = AxisArguments

  package let problem: SoftmaxProblem
  package let configuration: SoftmaxConfiguration

  /// - Precondition: the configuration is for the problem, or one of the same range.
  package init(_ problem: SoftmaxProblem, _ configuration: SoftmaxConfiguration? = nil) {
    self.problem = problem
    self.configuration = configuration ?? SoftmaxConfiguration(for: problem)
    precondition(
      self.configuration == SoftmaxConfiguration(self.configuration.form, for: problem),
      "\(self.configuration) does not fit \(problem.range)")
  }

  package var name: String {
    let function = problem.isLogarithm ? "logsoftmax" : "softmax"
    let types = problem.input.rawValue + "to" + problem.output.rawValue
    let perLane =
      configuration.elementsPerLane > 0 ? "x\(configuration.elementsPerLane)" : ""
    return "\(function)_\(configuration.form.name)_\(types)_\(AxisForm.threadCount)\(perLane)__sm80"
  }

  package var grid: Grid { configuration.form.grid(problem.range) }

  package func arguments(input: UInt64, output: UInt64) -> AxisArguments {
    AxisArguments(problem.range, input: input, output: output)
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: AxisForm.threadCount, registers: 96, arguments: AxisArguments.self
    ) { k, a in
      switch configuration.form {
      case .threads: preconditionFailure("a thread has no row of its own")
      case .warps(let vectorCount): warps(k, a, vectorCount)
      case .blocks(let vectorCount): blocks(k, a, vectorCount)
      case .columns: columns(k, a)
      }
    }
  }

  private typealias KernelArguments = KernelIR.KernelArguments<AxisArguments>

  private func warps(_ k: KernelBuilder, _ a: KernelArguments, _ vectorCount: Int) {
    let row = k.blockIndex.x * Value<U32>(AxisForm.threadCount / 32) + k.warpIndex
    k.if(row < a.outer) {
      let first = row * a.axis
      let places = (0..<configuration.elementsPerLane / vectorCount).map { vector in
        k.laneIndex * Value<U32>(vectorCount) + Value<U32>(vector * 32 * vectorCount)
      }
      // What lies beyond the row counts as −∞.
      let elements = places.map { place in
        let vector = k.variables(vectorCount, F32.self, initially: Value(-.infinity))
        k.if(place < a.axis) {
          let loaded = input(a).advanced(by: first + place).load(vectorCount)
          for (variable, value) in zip(vector, loaded) { variable.value = value }
        }
        return vector.map(\.value)
      }
      let all = elements.flatMap(\.self)
      let greatest = k.reduceWarp(all.dropFirst().reduce(all[0], maximum), maximum)
      let shifted = elements.map { $0.map { $0 - greatest } }
      let powers = shifted.map { $0.map(exp) }
      let flat = powers.flatMap(\.self)
      let sum = k.reduceWarp(flat.dropFirst().reduce(flat[0], +), +)
      let results: [[Value<F32>]]
      if problem.isLogarithm {
        let logarithm = log(sum)
        results = shifted.map { $0.map { $0 - logarithm } }
      } else {
        let factor = reciprocal(sum)
        results = powers.map { $0.map { $0 * factor } }
      }
      for (place, vector) in zip(places, results) {
        k.if(place < a.axis) { output(a).advanced(by: first + place).store(vector) }
      }
    }
  }

  private func blocks(_ k: KernelBuilder, _ a: KernelArguments, _ vectorCount: Int) {
    let first = k.blockIndex.x * a.axis
    func forEachVector(_ body: (Value<U32>) -> Void) {
      let start = k.threadIndex * Value<U32>(vectorCount)
      k.loop(from: start, to: a.axis, by: Value<U32>(AxisForm.threadCount * vectorCount)) {
        body(first + $0)
      }
    }
    let state = StateVariables(k, OnlineSum.identity)
    forEachVector { place in
      state.values = input(a).advanced(by: place).load(vectorCount)
        .reduce(state.values) { OnlineSum.include($1, in: $0) }
    }
    let total = Normalizer(
      k.reduceBlock(state.values, threadCount: AxisForm.threadCount, OnlineSum.combine),
      isLogarithm: problem.isLogarithm)
    forEachVector { place in
      let elements = input(a).advanced(by: place).load(vectorCount)
      output(a).advanced(by: place).store(elements.map(total.apply))
    }
  }

  private func columns(_ k: KernelBuilder, _ a: KernelArguments) {
    let tile = ColumnTile(k, a, AxisPart(k, a, isWhole: true))
    let state = StateVariables(k, OnlineSum.identity)
    tile.forEachRow { place in
      state.values = OnlineSum.include(input(a).advanced(by: place).load(), in: state.values)
    }
    let shared = state.values.map { _ in k.shared(F32.self, count: AxisForm.threadCount) }
    tile.combine(state, through: shared, OnlineSum.combine)
    // Group 0 has left the sums of the columns in front.
    let (_, column) = a.width.divide(k.threadIndex)
    let total = Normalizer(shared.map { $0[column] }, isLogarithm: problem.isLogarithm)
    tile.forEachRow { place in
      let element = input(a).advanced(by: place).load()
      output(a).advanced(by: place).store([total.apply(element)])
    }
  }

  private func input(_ a: KernelArguments) -> ElementPointer {
    ElementPointer(a.input, problem.input)
  }

  private func output(_ a: KernelArguments) -> ElementPointer {
    ElementPointer(a.output, problem.output)
  }
}

/// What is done to each element once the sum is known.
private struct Normalizer {
  private let greatest: Value<F32>
  /// The sum's logarithm or inverse.
  private let term: Value<F32>
  private let isLogarithm: Bool

  init(_ sum: [Value<F32>], isLogarithm: Bool) {
    greatest = sum[0]
    let total = select(greatest == Value(.infinity), Value(.nan), sum[1])
    term = isLogarithm ? log(total) : reciprocal(total)
    self.isLogarithm = isLogarithm
  }

  func apply(_ x: Value<F32>) -> Value<F32> {
    isLogarithm ? (x - greatest) - term : exp(x - greatest) * term
  }
}
