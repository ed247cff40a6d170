package import KernelIR

// y[g, m, p, q, j] = activation(b[m] + Σ_r,s w[m, r, s] · x[g, ⌊m/k⌋, p·u + r·d − t, q·v + s·e − l, j]
//                               + z[g, m, p, q, j])
//
// Pointers: x [⌈N/8⌉, C, H, W, 8], y and z [⌈N/8⌉, C·k, P, Q, 8], of one element type and aligned to 16 bytes,
// groups of images as far apart as the problem says; w f32 [C·k, R, S], b f32 [C·k]. y may be z.
// Sums are f32, over s, then r, whatever the configuration.
// Tiles: a thread computes a strip of outputs of one column, so that outputs above each other share the
// input rows that their windows have in common; a warp takes 32 neighbouring columns. Grid y is the group
// of images.
// Limiter: bandwidth of device memory; with large windows, arithmetic.

/// A convolution of groups of one input channel: each filter sees one channel, each channel has `multiplier`
/// filters.
package struct DepthwiseProblem: Hashable, Sendable {
  package var window: LanesWindow
  package var element: KernelElement
  package var hasBias: Bool
  /// Vectors of 8 images from one group of images of z to the next; nil without a z. The rest of it is
  /// dense.
  package var residualGroupStride: Int?
  package var activation: BlockActivation

  /// - Precondition: groups of images of z do not overlap.
  package init(
    _ window: LanesWindow, element: KernelElement, hasBias: Bool,
    residualGroupStride: Int? = nil, activation: BlockActivation = .identity
  ) {
    precondition(
      residualGroupStride.map { $0 >= window.outputChannels * window.output.product } ?? true,
      "groups of a residual that overlap")
    self.window = window
    self.element = element
    self.hasBias = hasBias
    self.residualGroupStride = residualGroupStride
    self.activation = activation
  }
}

/// How a depthwise kernel goes about it.
package struct DepthwiseConfiguration: Hashable, Sendable {
  /// Outputs of a thread.
  package var rows: Int
  /// Whether all columns of taps are written out; else they are a loop, which needs fewer registers.
  package var isUnrolled: Bool

  package init(rows: Int, unrolled isUnrolled: Bool) {
    self.rows = rows
    self.isUnrolled = isUnrolled
  }

  /// Several rows where their windows share more than they step, and as many as the output has.
  package init(for problem: DepthwiseProblem) {
    let window = problem.window
    let shares =
      window.kernel.vertical > window.stride.vertical && window.dilation.vertical == 1
      && window.kernel.vertical <= 8
    let most = !shares ? 1 : window.stride.vertical == 1 ? 4 : 2
    rows = min(most, window.output.vertical)
    isUnrolled = window.kernel.product <= 9
  }
}

/// The kernel of a depthwise convolution; it knows the window, extents are arguments.
package struct DepthwiseKernel: ProblemKernel {
  package typealias Arguments = WindowArguments

  package let problem: DepthwiseProblem
  package let configuration: DepthwiseConfiguration

  package init(_ problem: DepthwiseProblem, _ configuration: DepthwiseConfiguration? = nil) {
    self.problem = problem
    self.configuration = configuration ?? DepthwiseConfiguration(for: problem)
  }

  private var window: LanesWindow { problem.window }

  package var name: String {
    let parts =
      (problem.hasBias ? "bias" : "") + (problem.residualGroupStride == nil ? "" : "residual")
      + problem.activation.name
    let form = configuration.isUnrolled ? "x\(configuration.rows)" : "x\(configuration.rows)loop"
    return "depthwise\(window.name)\(parts)_lanes8_\(problem.element.rawValue)"
      + "_\(WindowStrip.threadCount)\(form)__sm80"
  }

  package var grid: Grid {
    let threads = WindowArguments.threadCount(window, rows: configuration.rows)
    return Grid(threads.dividedRoundingUp(by: WindowStrip.threadCount), window.groups)
  }

  /// - Parameters:
  ///   - bias: nil where the problem has none.
  ///   - residual: likewise.
  package func arguments(
    input: UInt64, weights: UInt64, bias: UInt64? = nil, residual: UInt64? = nil, output: UInt64
  ) -> WindowArguments {
    precondition((bias != nil) == problem.hasBias, "a bias that the problem does not say")
    precondition(
      (residual != nil) == (problem.residualGroupStride != nil),
      "a residual that the problem does not say")
    var arguments = WindowArguments(
      window, rows: configuration.rows, input: input, output: output)
    arguments.weights = DeviceAddress(weights)
    arguments.bias = DeviceAddress(bias ?? 0)
    arguments.residual = DeviceAddress(residual ?? 0)
    arguments.residualGroupStride = UInt32(problem.residualGroupStride ?? 0)
    arguments.activation = ActivationArguments(problem.activation)
    return arguments
  }

  /// Loops keep a column's weights and addresses; the assembler loads residuals long before they are needed; vectors
  /// of f32 are twice as long.
  private var registerBudget: Int {
    let isSmall =
      configuration.isUnrolled && problem.residualGroupStride == nil && problem.element != .f32
    return isSmall ? 96 : 128
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: WindowStrip.threadCount, registers: registerBudget,
      arguments: WindowArguments.self
    ) { k, a in
      let strip = WindowStrip(k, a, window, problem.element, rows: configuration.rows)
      k.if(strip.isActive) {
        let bias = problem.hasBias ? a.bias.advanced(by: strip.channel).loadReadOnly() : 0
        let sums = (0..<configuration.rows).map { _ in k.variables(8, F32.self, initially: bias) }
        let weights = a.weights.advanced(by: strip.channel * Value<U32>(window.kernel.product))
        if configuration.isUnrolled {
          for s in 0..<window.kernel.horizontal {
            addColumn(Value<U32>(s), strip, weights.advanced(by: s), to: sums)
          }
        } else {
          k.loop(from: 0, to: Value<U32>(window.kernel.horizontal)) { s in
            addColumn(s, strip, weights.advanced(by: s), to: sums)
          }
        }
        for (index, sum) in sums.enumerated() {
          strip.store(index: index) { place in results(k, a, sum.map(\.value), place) }
        }
      }
    }
  }

  /// Adds the taps of column `s`. Reads each input row of the strip once, for all outputs whose windows have it.
  private func addColumn(
    _ s: Value<U32>, _ strip: WindowStrip, _ weights: GlobalPointer<F32>,
    to sums: [[Variable<F32>]]
  ) {
    let (stride, dilation) = (window.stride.vertical, window.dilation.vertical)
    let weights = (0..<window.kernel.vertical).map { r in
      weights.advanced(by: r * window.kernel.horizontal).loadReadOnly()
    }
    let inputRows = Set(
      sums.indices.flatMap { output in weights.indices.map { output * stride + $0 * dilation } })
    let taps = strip.taps(column: s * Value<U32>(window.dilation.horizontal))
    for row in inputRows.sorted() {
      let elements = taps.load(row: Value<U32>(row), outside: 0)
      for (output, sum) in sums.enumerated() where row >= output * stride {
        let (r, rest) = (row - output * stride).quotientAndRemainder(dividingBy: dilation)
        if rest == 0, r < weights.count { add(elements, times: weights[r], to: sum) }
      }
    }
  }

  private func add(
    _ elements: [Value<F32>], times weight: Value<F32>, to sum: [Variable<F32>]
  ) {
    for (variable, element) in zip(sum, elements) {
      variable.value = fma(element, weight, variable.value)
    }
  }

  /// What is stored for sums, at a place of a group of images.
  private func results(
    _ k: KernelBuilder, _ a: KernelArguments<WindowArguments>, _ sums: [Value<F32>],
    _ place: Value<U32>
  ) -> [Value<F32>] {
    var sums = sums
    if problem.residualGroupStride != nil {
      let vector = multiplyAdd(k.blockIndex.y, a.residualGroupStride, place)
      let residual = ElementPointer(
        a.residual.advanced(by: vector, rowsOf: Value<U32>(problem.element.lanesByteCount)),
        problem.element)
      sums = zip(sums, residual.load(8)).map { $0 + $1 }
    }
    return sums.map { problem.activation.apply(to: $0, a.activation) }
  }
}
