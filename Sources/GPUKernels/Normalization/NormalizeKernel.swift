package import KernelIR

// y[o, a, j] = (x[o, a, j] − m) / √(v + ε) · scale[i] + shift[i], see NormalizeProblem
//
// Pointers: x and y [outer, axis, 8], of one element type and aligned to 16 bytes; scale and shift f32. y may be x.
// Statistics are f32, in an order that only the shape and the configuration decide: first a mean, then the sums of
// the differences from it and of their squares. The first of them corrects what rounding took from the mean, so
// that means far greater than deviations cost no digits.
// Tiles: a warp or a block takes a row, each thread every 32nd or 256th vector.
// Limiter: bandwidth of device memory; where there are fewer rows than multiprocessors, what a block can read of
// it, as no row has more than one block.
//
// Source: Chan, Golub and LeVeque, "Algorithms for computing the sample variance" (1983), the corrected two-pass
// algorithm.

/// The parameter struct of normalizing kernels.
package struct NormalizeArguments: BitwiseCopyable, Sendable {
  package var input: DeviceAddress<U32>
  package var output: DeviceAddress<U32>
  package var scale: DeviceAddress<F32>
  package var shift: DeviceAddress<F32>
  var outer: UInt32
  var axis: UInt32
  var period: Divisor
  var run: Divisor
  /// Scales of a row.
  var perRow: UInt32
  var epsilon: Float
}

/// The kernel of a normalization; extents are arguments.
package struct NormalizeKernel: ProblemKernel {
  package typealias Arguments = NormalizeArguments

  package let problem: NormalizeProblem
  package let configuration: NormalizeConfiguration

  /// Of a block.
  static let threadCount = 256

  /// - Precondition: a row's vectors fit into the registers of its threads, where they keep them.
  package init(_ problem: NormalizeProblem, _ configuration: NormalizeConfiguration? = nil) {
    self.problem = problem
    self.configuration = configuration ?? NormalizeConfiguration(for: problem)
    precondition(
      self.configuration.fits(problem.axis),
      "\(self.configuration) does not fit rows of \(problem.axis)")
  }

  private var isWarp: Bool { configuration.threadCount == 32 }
  private var rowsOfBlock: Int { Self.threadCount / configuration.threadCount }

  package var name: String {
    let parts = (problem.hasScale ? "scale" : "") + (problem.hasShift ? "shift" : "")
    let form = isWarp ? "warps" : "blocks"
    let kept = configuration.keptCount == 0 ? "" : "x\(configuration.keptCount)"
    return "normalize\(parts)_lanes8\(form)_\(problem.element.rawValue)"
      + "_\(Self.threadCount)\(kept)__sm80"
  }

  package var grid: Grid { Grid(problem.outer.dividedRoundingUp(by: rowsOfBlock)) }

  /// - Parameters:
  ///   - scale: nil where the problem has none.
  ///   - shift: likewise.
  package func arguments(
    input: UInt64, scale: UInt64? = nil, shift: UInt64? = nil, output: UInt64
  ) -> NormalizeArguments {
    precondition((scale != nil) == problem.hasScale, "a scale that the problem does not say")
    precondition((shift != nil) == problem.hasShift, "a shift that the problem does not say")
    return NormalizeArguments(
      input: DeviceAddress(input), output: DeviceAddress(output), scale: DeviceAddress(scale ?? 0),
      shift: DeviceAddress(shift ?? 0), outer: UInt32(problem.outer), axis: UInt32(problem.axis),
      period: Divisor(problem.period), run: Divisor(problem.run),
      perRow: UInt32(problem.axis / problem.run), epsilon: problem.epsilon)
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: Self.threadCount, registers: 96, arguments: NormalizeArguments.self
    ) { k, a in
      if isWarp {
        let row = k.blockIndex.x * Value<U32>(rowsOfBlock) + k.warpIndex
        k.if(row < a.outer) { normalize(k, a, row: row) }
      } else {
        normalize(k, a, row: k.blockIndex.x)
      }
    }
  }

  private func normalize(
    _ k: KernelBuilder, _ a: KernelArguments<NormalizeArguments>, row: Value<U32>
  ) {
    let rows = RowVectors(
      k, ElementPointer(a.input, problem.element).advanced(by: row * a.axis * 8), axis: a.axis,
      configuration)
    let share = reciprocal(Value<F32>(a.axis))
    let sums = StateVariables(k, Array(repeating: 0, count: 8))
    rows.forEach { _, x in sums.values = zip(sums.values, x).map { $0 + $1 } }
    let means = total(k, sums).map { $0 * share }

    let moments = StateVariables(k, Array(repeating: 0, count: 16))
    rows.forEach { _, x in
      let differences = zip(x, means).map { $0 - $1 }
      let old = moments.values
      moments.values =
        zip(old[..<8], differences).map { $0 + $1 }
        + zip(old[8...], differences).map { fma($1, $1, $0) }
    }
    let totals = total(k, moments)
    let corrections = totals[..<8].map { $0 * share }
    let factors = zip(totals[8...], corrections).map { squares, correction in
      let variance = squares * share - correction * correction
      return reciprocal(squareRoot(maximum(variance, 0) + a.epsilon))
    }

    let firstParameter = a.period.divide(row).remainder * a.perRow
    let output = ElementPointer(a.output, problem.element).advanced(by: row * a.axis * 8)
    rows.forEach { place, x in
      let parameter = firstParameter + a.run.divide(place).quotient
      let scale = problem.hasScale ? a.scale[parameter] : nil
      let shift = problem.hasShift ? a.shift[parameter] : nil
      let results = x.indices.map { image in
        let y = ((x[image] - means[image]) - corrections[image]) * factors[image]
        let scaled = scale.map { y * $0 } ?? y
        return shift.map { scaled + $0 } ?? scaled
      }
      output.advanced(by: place * 8).store(results)
    }
  }

  /// The sums of all threads of a row, in each of them.
  private func total(_ k: KernelBuilder, _ state: StateVariables) -> [Value<F32>] {
    func add(_ a: [Value<F32>], _ b: [Value<F32>]) -> [Value<F32>] { zip(a, b).map { $0 + $1 } }
    return isWarp
      ? k.reduceWarp(state.values, add)
      : k.reduceBlock(state.values, threadCount: Self.threadCount, add)
  }
}

/// A thread's vectors of a row, in registers or read anew each time.
private struct RowVectors {
  private let builder: KernelBuilder
  private let row: ElementPointer
  private let axis: Value<U32>
  private let first: Value<U32>
  private let threadCount: Int
  private let kept: [[Value<F32>]]

  init(
    _ k: KernelBuilder, _ row: ElementPointer, axis: Value<U32>,
    _ configuration: NormalizeConfiguration
  ) {
    builder = k
    self.row = row
    self.axis = axis
    threadCount = configuration.threadCount
    let first = threadCount == 32 ? k.laneIndex : k.threadIndex
    self.first = first
    kept = (0..<configuration.keptCount).map { number in
      let vector = k.variables(8, F32.self, initially: 0)
      let place = first + Value<U32>(number * configuration.threadCount)
      k.if(place < axis) {
        let loaded = row.advanced(by: place * 8).load(8)
        for (variable, value) in zip(vector, loaded) { variable.value = value }
      }
      return vector.map(\.value)
    }
  }

  func forEach(_ body: (_ place: Value<U32>, _ vector: [Value<F32>]) -> Void) {
    if kept.isEmpty {
      builder.loop(from: first, to: axis, by: Value<U32>(threadCount)) { place in
        body(place, row.advanced(by: place * 8).load(8))
      }
    }
    for (number, vector) in kept.enumerated() {
      let place = first + Value<U32>(number * threadCount)
      builder.if(place < axis) { body(place, vector) }
    }
  }
}
