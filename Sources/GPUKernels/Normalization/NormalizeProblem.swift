package import Tensors

/// A tensor [outer, axis, 8] whose rows are normalized, each of its 8 images on its own:
///
///     y[o, a, j] = (x[o, a, j] − m) / √(v + ε) · scale[i] + shift[i],  i = (o mod period) · axis/run + ⌊a / run⌋
///
/// where m and v are mean and variance of x[o, ·, j]. A tensor without a scale or a shift has 1 or 0.
package struct NormalizeProblem: Hashable, Sendable {
  /// Rows of 8 images.
  package let outer: Int
  package let axis: Int
  /// Rows until scale and shift repeat.
  package let period: Int
  /// Neighbours along the axis that share a scale and a shift.
  package let run: Int
  package let hasScale: Bool
  package let hasShift: Bool
  /// ε
  package let epsilon: Float
  package let element: KernelElement

  /// - Throws: `invalidArgument` for tensors without elements or with more than 2³¹ − 2¹⁰, runs that do not divide
  ///   the axis, and periods that do not divide the rows.
  package init(
    outer: Int, axis: Int, period: Int, run: Int, scale hasScale: Bool, shift hasShift: Bool,
    epsilon: Float, element: KernelElement
  ) throws(HewnError) {
    _ = try KernelSize.count([outer, axis, 8])
    guard run > 0, axis % run == 0, period > 0, outer % period == 0 else {
      throw HewnError(
        .invalidArgument,
        "\(outer) rows of \(axis) have no scales that repeat after \(period) rows, of \(run) each")
    }
    self.outer = outer
    self.axis = axis
    self.period = period
    self.run = run
    self.hasScale = hasScale
    self.hasShift = hasShift
    self.epsilon = epsilon
    self.element = element
  }

  /// Elements of scale and of shift.
  package var parameterCount: Int { period * (axis / run) }
}

extension NormalizeProblem {
  /// `InstanceNormalization` and `GroupNormalization` of [⌈N/8⌉, C, H·W, 8], with a scale and a shift for each
  /// channel, or for each group of channels.
  ///
  /// - Parameters:
  ///   - groups: ⌈N/8⌉.
  ///   - channelGroups: C for `InstanceNormalization`.
  ///   - sharesScale: whether the channels of a group have one scale and one shift, as before opset 21.
  package static func channels(
    groups: Int, channels: Int, area: Int, channelGroups: Int, sharesScale: Bool = false,
    epsilon: Float, element: KernelElement
  ) throws(HewnError) -> NormalizeProblem {
    _ = try KernelSize.count([groups, channels, area, 8])
    guard channelGroups > 0, channels % channelGroups == 0 else {
      throw HewnError(.invalidArgument, "\(channels) channels in \(channelGroups) groups")
    }
    let axis = try KernelSize.count([channels / channelGroups, area])
    return try NormalizeProblem(
      outer: groups * channelGroups, axis: axis, period: channelGroups,
      run: sharesScale ? axis : area, scale: true, shift: true, epsilon: epsilon, element: element)
  }

  /// `LayerNormalization` of [⌈N/8⌉, d₁, …, 8] along its last axes, with a scale and perhaps a shift for each place
  /// of a row.
  ///
  /// - Parameters:
  ///   - outer: ⌈N/8⌉ and the extents before the normalized axes, multiplied.
  ///   - axis: those of the normalized axes.
  package static func layer(
    outer: Int, axis: Int, shift hasShift: Bool, epsilon: Float, element: KernelElement
  ) throws(HewnError) -> NormalizeProblem {
    try NormalizeProblem(
      outer: outer, axis: axis, period: 1, run: 1, scale: true, shift: hasShift, epsilon: epsilon,
      element: element)
  }
}

/// How a normalizing kernel goes about it.
package struct NormalizeConfiguration: Hashable, Sendable {
  /// Threads of a row: a warp, or a block of 256.
  package var threadCount: Int
  /// Vectors of a row that a thread keeps in registers, at most 4; 0 where it reads them three times.
  package var keptCount: Int

  package init(threadCount: Int, keptCount: Int) {
    self.threadCount = threadCount
    self.keptCount = keptCount
  }

  package init(for problem: NormalizeProblem) {
    threadCount = problem.axis <= 4 * 32 ? 32 : NormalizeKernel.threadCount
    let count = problem.axis.dividedRoundingUp(by: threadCount)
    keptCount = count <= 4 ? count : 0
  }

  /// Whether rows of an extent can be computed so.
  func fits(_ axis: Int) -> Bool {
    (threadCount == 32 || threadCount == NormalizeKernel.threadCount)
      && (keptCount == 0 || (keptCount <= 4 && axis <= keptCount * threadCount))
  }
}
