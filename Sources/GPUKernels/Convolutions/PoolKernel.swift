package import KernelIR

// y[g, c, p, q, j] = the greatest, or the mean, of x[g, c, p·u + r·d − t, q·v + s·e − l, j] over r and s
//
// Pointers: x [⌈N/8⌉, C, H, W, 8], y [⌈N/8⌉, C, P, Q, 8], of one element type and aligned to 16 bytes, groups of
// images as far apart as the window says. Sums are f32, over s, then r. Padding is −∞ to a maximum.
// Tiles: a thread computes one output of 8 images, neighbours take neighbouring columns; grid y is the group.
// Limiter: bandwidth of device memory, and of the first-level cache where windows overlap much.

package enum PoolKind: Hashable, Sendable {
  /// NaN where an element is; −∞ of a window without elements.
  case maximum
  /// What the sum is divided by: all taps on elements and padding, or those on elements. Taps beyond the
  /// padding count in neither case.
  case average(countsPadding: Bool)

  var name: String {
    switch self {
    case .maximum: "maxpool"
    case .average(let countsPadding): countsPadding ? "averagepoolpadded" : "averagepool"
    }
  }
}

/// A pool whose window slides over planes.
package struct PoolProblem: Hashable, Sendable {
  package var kind: PoolKind
  package var window: LanesWindow
  package var element: KernelElement

  package init(_ kind: PoolKind, _ window: LanesWindow, element: KernelElement) {
    self.kind = kind
    self.window = window
    self.element = element
  }
}

/// How a pool's kernel goes about it.
package struct PoolConfiguration: Hashable, Sendable {
  /// Whether rows and columns of taps are written out, or loops.
  package var unrollsRows: Bool
  package var unrollsColumns: Bool

  package init(unrollsRows: Bool, unrollsColumns: Bool) {
    self.unrollsRows = unrollsRows
    self.unrollsColumns = unrollsColumns
  }

  package init(for problem: PoolProblem) {
    unrollsRows = problem.window.kernel.vertical <= 8
    unrollsColumns = problem.window.kernel.product <= 9
  }

  /// For kernel names.
  var name: String {
    (unrollsRows ? "" : "rowloop") + (unrollsColumns ? "" : "columnloop")
  }
}

/// The kernel of a pool; it knows the window, extents are arguments.
package struct PoolKernel: ProblemKernel {
  package typealias Arguments = WindowArguments

  package let problem: PoolProblem
  package let configuration: PoolConfiguration

  package init(_ problem: PoolProblem, _ configuration: PoolConfiguration? = nil) {
    self.problem = problem
    self.configuration = configuration ?? PoolConfiguration(for: problem)
  }

  private var window: LanesWindow { problem.window }

  package var name: String {
    "\(problem.kind.name)\(window.name)_lanes8_\(problem.element.rawValue)"
      + "_\(WindowStrip.threadCount)\(configuration.name)__sm80"
  }

  package var grid: Grid {
    let threads = WindowArguments.threadCount(window, rows: 1)
    return Grid(threads.dividedRoundingUp(by: WindowStrip.threadCount), window.groups)
  }

  package func arguments(input: UInt64, output: UInt64) -> WindowArguments {
    WindowArguments(window, rows: 1, input: input, output: output)
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: WindowStrip.threadCount, registers: 80, arguments: WindowArguments.self
    ) { k, a in
      let strip = WindowStrip(k, a, window, problem.element, rows: 1)
      k.if(strip.isActive) {
        switch problem.kind {
        case .maximum:
          switch problem.element {
          case .f32: storeMaxima(k, strip, as: F32.self)
          case .f16: storeMaxima(k, strip, as: F16x2.self)
          case .bf16: storeMaxima(k, strip, as: BF16x2.self)
          }
        case .average(let countsPadding):
          let means = means(k, a, strip, countsPadding: countsPadding)
          strip.store(index: 0) { _ in means }
        }
      }
    }
  }

  /// In registers as they are loaded, two images in each of 16 bits, as comparing is exact.
  private func storeMaxima<T: KernelFloat>(
    _ k: KernelBuilder, _ strip: WindowStrip, as type: T.Type
  ) {
    let count = problem.element.lanesByteCount / GlobalPointer<T>.stride
    let greatest = k.variables(count, T.self, initially: Value(-.infinity))
    forEachTap(k, strip) { taps, row in
      let vector = taps.load(as: T.self, row: row, outside: -.infinity)
      for (variable, value) in zip(greatest, vector) {
        variable.value = maximum(variable.value, value)
      }
    }
    strip.store(index: 0, packed: greatest.map(\.value))
  }

  private func means(
    _ k: KernelBuilder, _ a: KernelArguments<WindowArguments>, _ strip: WindowStrip,
    countsPadding: Bool
  ) -> [Value<F32>] {
    let sums = k.variables(8, F32.self, initially: 0)
    let count = k.variable(F32.self, "count", initially: 0)
    forEachTap(k, strip) { taps, row in
      for (sum, element) in zip(sums, taps.load(row: row, outside: 0)) {
        sum += element
      }
      // Positions before the padding there are none; adding it makes those within it positive again.
      let counts =
        countsPadding
        ? taps.firstY + row + a.paddingTop < a.paddedHeight + a.paddingTop
          && taps.x + a.paddingLeft < a.paddedWidth + a.paddingLeft
        : taps.isInside(row: row)
      count += select(counts, 1, 0)
    }
    let factor = reciprocal(count.value)
    return sums.map { $0.value * factor }
  }

  /// Runs `body` for each tap, with those of its column and its rows below the first.
  private func forEachTap(
    _ k: KernelBuilder, _ strip: WindowStrip,
    _ body: (_ taps: WindowStrip.TapColumn, _ row: Value<U32>) -> Void
  ) {
    func forEach(_ count: Int, unrolled isUnrolled: Bool, _ body: (Value<U32>) -> Void) {
      if isUnrolled {
        for index in 0..<count { body(Value<U32>(index)) }
      } else {
        k.loop(from: 0, to: Value<U32>(count)) { body($0) }
      }
    }
    let (kernel, dilation) = (window.kernel, window.dilation)
    forEach(kernel.horizontal, unrolled: configuration.unrollsColumns) { s in
      let taps = strip.taps(column: s * Value<U32>(dilation.horizontal))
      forEach(kernel.vertical, unrolled: configuration.unrollsRows) { r in
        body(taps, r * Value<U32>(dilation.vertical))
      }
    }
  }
}
