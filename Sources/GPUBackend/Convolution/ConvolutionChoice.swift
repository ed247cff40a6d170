package import Covers
package import GPUKernels
internal import Graphs
package import Runtime
internal import Tensors

/// What was decided for a node that convolves, from which the same kernels and tables follow without a search.
package struct ConvolutionChoice: Sendable {
  /// One of the node's convolutions: a transposed one has several.
  package struct Part: Sendable {
    package enum Tiling: Hashable, Sendable {
      case blocks(BlockTiling)
      case leaves(LeafTiling)
    }

    package var tiling: Tiling
    /// For each branch; none of a dense choice, whose covers follow from the tiling.
    package var covers: [CoverOutline]

    package init(tiling: Tiling, covers: [CoverOutline]) {
      self.tiling = tiling
      self.covers = covers
    }
  }

  package var matrix: MatrixReport
  /// Predicted for all parts; `nil` where there was no choice.
  package var sparseSeconds: Double?
  package var denseSeconds: Double
  /// Of the faster.
  package var parts: [Part]

  package init(
    matrix: MatrixReport, sparseSeconds: Double?, denseSeconds: Double, parts: [Part]
  ) {
    self.matrix = matrix
    self.sparseSeconds = sparseSeconds
    self.denseSeconds = denseSeconds
    self.parts = parts
  }

  package var isSparse: Bool { sparseSeconds.map { $0 < denseSeconds } ?? false }

  /// Why it is so, for the user.
  ///
  /// - Parameter asked: the engine that was asked for.
  func reason(asked: Engine) -> String {
    guard let sparseSeconds else { return asked == .dense ? "asked for" : "no zeros" }
    let (less, more) =
      isSparse ? (sparseSeconds, denseSeconds) : (denseSeconds, sparseSeconds)
    let ratio = more / max(less, .leastNonzeroMagnitude)
    return "predicted \(twoDigits(ratio)) × faster than \(isSparse ? "dense" : "sparse")"
  }
}

/// The choices of a program, by the index of the node.
package typealias GPUChoices = [Int: ConvolutionChoice]

extension ConvolutionChoice.Part {
  init(_ plan: ConvolutionPlan, isSparse: Bool) {
    switch plan {
    case .blocks(let plan): tiling = .blocks(plan.layer.tiling)
    case .leaves(let plan): tiling = .leaves(plan.tiling)
    }
    covers = isSparse ? plan.covers.map(CoverOutline.init) : []
  }
}

extension ConvolutionChoice {
  /// Checks the facts that reports are made from.
  ///
  /// - Parameters:
  ///   - matrix: of the node, without what its covers consist of.
  ///   - asked: the engine that was asked for.
  /// - Throws: `invalidFile`.
  func check(against matrix: MatrixReport, asked: Engine) throws(HewnError) {
    try self.matrix.check(rows: matrix.rows, taps: matrix.taps, weights: matrix.weights)
    guard self.matrix.zeros == matrix.zeros else {
      throw HewnError(
        .invalidFile, "the report is of \(self.matrix.zeros) zeros; the layer has \(matrix.zeros)")
    }
    guard sparseSeconds == nil || asked == .sparse else {
      throw HewnError(.invalidFile, "a sparse choice for the engine \(asked.rawValue)")
    }
    for seconds in [sparseSeconds ?? 0, denseSeconds] {
      guard (0...Self.greatestTime).contains(seconds) else {
        throw HewnError(.invalidFile, "a predicted time of \(seconds) s")
      }
    }
  }

  /// The most seconds that a prediction may claim: thirty years.
  private static let greatestTime = 1e9
}

extension MatrixReport {
  /// Counts what is covered.
  init(_ branches: [BlockWork.Branch]) {
    self.init(rows: 0, taps: 0, weights: 0, zeros: 0)
    for branch in branches {
      let values = branch.weights.matrix
      let count = values.values.count - branch.foreignCount
      rows += values.rows
      taps = max(taps, count / values.rows)
      weights += count
      zeros += values.zeroCount - branch.foreignCount
    }
  }
}

extension ConvolutionPlanner {
  /// The faster of sparse and dense for all of a node's convolutions, or the one that was asked for.
  ///
  /// - Parameter matrix: of the node, without what its covers consist of.
  func choose(
    _ works: [BlockWork], _ matrix: MatrixReport
  ) throws(HewnError) -> (ConvolutionChoice, [ConvolutionPlan]) {
    let hasZeros = works.contains { work in
      work.branches.contains { $0.weights.matrix.zeroCount > 0 }
    }
    let dense = try works.map { (work) throws(HewnError) in
      try self.dense(work.problem, work.branches)
    }
    var choice = ConvolutionChoice(
      matrix: matrix, sparseSeconds: nil,
      denseSeconds: dense.reduce(0) { $0 + $1.seconds }, parts: [])
    var plans = dense
    if target.engine == .sparse, hasZeros {
      let sparse = try works.map { (work) throws(HewnError) in
        try self.sparse(work.problem, work.branches)
      }
      choice.sparseSeconds = sparse.reduce(0) { $0 + $1.seconds }
      for plan in sparse { plan.count(in: &choice.matrix) }
      if choice.isSparse { plans = sparse }
    }
    choice.parts = plans.map { .init($0, isSparse: choice.isSparse) }
    return (choice, plans)
  }

  /// Convolutions as they were chosen before. Of the choice nothing is believed.
  ///
  /// - Throws: `invalidFile` where it is none for these convolutions.
  func plans(
    of choice: ConvolutionChoice, for works: [BlockWork]
  ) throws(HewnError) -> [ConvolutionPlan] {
    guard choice.parts.count == works.count else {
      throw HewnError(
        .invalidFile,
        "choices for \(choice.parts.count) convolutions, where there are \(works.count)")
    }
    var plans: [ConvolutionPlan] = []
    for (part, work) in zip(choice.parts, works) {
      let covers = choice.isSparse ? try covers(of: part, for: work.branches) : nil
      switch part.tiling {
      case .blocks(let tiling):
        plans.append(.blocks(try blocks.plan(work.problem, work.branches, tiling, covers)))
      case .leaves(let tiling):
        guard target.precision == .f32 else {
          throw HewnError(.invalidFile, "leaves in \(target.precision.rawValue)")
        }
        plans.append(.leaves(try leaves.plan(work.problem, work.branches, tiling, covers)))
      }
    }
    return plans
  }

  private func covers(
    of part: ConvolutionChoice.Part, for branches: [BlockWork.Branch]
  ) throws(HewnError) -> [Cover] {
    guard part.covers.count == branches.count else {
      throw HewnError(
        .invalidFile, "\(part.covers.count) covers for \(branches.count) filter matrices")
    }
    var covers: [Cover] = []
    for (outline, branch) in zip(part.covers, branches) {
      covers.append(try Cover(outline, of: branch.weights.matrix))
    }
    return covers
  }
}
