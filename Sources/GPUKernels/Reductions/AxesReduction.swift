package import Tensors

/// A reduction along any axes, as kernels that are launched one after the other: a plan for each run of neighbouring
/// axes, the innermost first, with results of f32 between them.
///
/// Axes of lanes [⌈N/8⌉, d₁, …, dₖ, 8] can be reduced but for the first and the last, which hold the images.
package struct AxesReduction: Sendable {
  package let plans: [ReductionPlan]

  /// - Parameters:
  ///   - axes: of the shape, in any order; with none, each element is reduced by itself.
  /// - Throws: `invalidArgument` for axes that are none or double, and for a tensor without elements or with more
  ///   than 2³¹ − 2¹⁰.
  package init(
    _ operator: ReductionOperator, shape: [Int], axes: [Int], input: KernelElement,
    output: KernelElement
  ) throws(HewnError) {
    guard Set(axes).count == axes.count, axes.allSatisfy(shape.indices.contains) else {
      throw HewnError(.invalidArgument, "axes \(axes) of a tensor of \(shape)")
    }
    var ranges = try Self.ranges(shape, Set(axes))
    if ranges.isEmpty {
      ranges = [try AxisRange(outer: try KernelSize.count(shape + [1]), axis: 1, inner: 1)]
    }
    plans = ranges.enumerated().map { index, range in
      // Means of equally many elements have their mean, which the sum of parts is not.
      let combines = `operator` == .mean ? .mean : `operator`.ofParts
      return ReductionPlan(
        ReductionProblem(
          index == 0 ? `operator` : combines, range, input: index == 0 ? input : .f32,
          output: index == ranges.count - 1 ? output : .f32))
    }
  }

  /// The runs of axes, the innermost first; axes of extent 1 belong to any run. Those that are reduced already
  /// are gone.
  private static func ranges(_ shape: [Int], _ axes: Set<Int>) throws(HewnError) -> [AxisRange] {
    var ranges: [AxisRange] = []
    var (axis, inner) = (1, 1)
    func range(before position: Int) throws(HewnError) -> AxisRange {
      try AxisRange(
        outer: try KernelSize.count(Array(shape[..<position]) + [1]), axis: axis, inner: inner)
    }
    for position in shape.indices.reversed() where shape[position] != 1 {
      if axes.contains(position) {
        axis *= shape[position]
        continue
      }
      if axis > 1 {
        ranges.append(try range(before: position + 1))
        axis = 1
      }
      inner *= shape[position]
    }
    if axis > 1 { ranges.append(try range(before: 0)) }
    return ranges
  }

  package var kernels: [ReductionKernel] { plans.flatMap(\.kernels) }

  /// Bytes of device memory that all launches share.
  package var scratchByteCount: Int { scratch(at: 0).end }

  /// The arguments of each kernel.
  ///
  /// - Parameter scratch: aligned to 16 bytes; unused where no bytes are needed.
  package func arguments(input: UInt64, scratch: UInt64, output: UInt64) -> [AxisArguments] {
    let places = self.scratch(at: Int(scratch))
    return plans.indices.flatMap { index in
      plans[index].arguments(
        input: index == 0 ? input : UInt64(places.results[index - 1]),
        scratch: UInt64(places.parts[index]),
        output: index == plans.count - 1 ? output : UInt64(places.results[index]))
    }
  }

  /// Where what lies between kernels is: the parts of each plan, and its results where another follows.
  private func scratch(at start: Int) -> (parts: [Int], results: [Int], end: Int) {
    var (parts, results, end) = ([Int](), [Int](), start)
    func take(_ byteCount: Int) -> Int {
      defer { end += byteCount.dividedRoundingUp(by: 16) * 16 }
      return end
    }
    for (index, plan) in plans.enumerated() {
      parts.append(take(plan.scratchByteCount))
      let isLast = index == plans.count - 1
      results.append(
        take(isLast ? 0 : plan.problem.range.outputCount * KernelElement.f32.byteCount))
    }
    return (parts, results, end)
  }
}
