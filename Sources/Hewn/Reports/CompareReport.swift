/// How far the outputs of a plan are from expected ones.
public struct CompareReport: Report {
  public var schemaVersion = ReportSchema.version
  public var hewnVersion: String
  /// The model that was read.
  public var model: ModelSummary
  /// What the model was compiled to.
  public var plan: PlanSummary
  /// Where the expected outputs come from: `reference`, `dense`, or a folder.
  public var against: String
  /// The greatest relative error that passes.
  public var tolerance: Double
  /// What the random inputs were made from; `nil` where all inputs were given.
  @Nullable public var seed: UInt64?
  /// How far off each output is, by name.
  public var outputs: [String: OutputDifference]
  /// The share of items whose greatest element is at the same place, over all outputs that look
  /// like class scores; `nil` where none does.
  @Nullable public var top1Agreement: Double?
  /// Whether every output is within the tolerance.
  public var passed: Bool

  package init(
    hewnVersion: String = Release.version, model: ModelSummary, plan: PlanSummary,
    against: String, tolerance: Double, seed: UInt64?, outputs: [String: OutputDifference]
  ) {
    self.hewnVersion = hewnVersion
    self.model = model
    self.plan = plan
    self.against = against
    self.tolerance = tolerance
    self.seed = seed
    self.outputs = outputs
    let scored = outputs.values.filter { $0.top1Agreement != nil }
    let items = scored.reduce(0) { $0 + ($1.shape.first ?? 1) }
    let agreeing = scored.reduce(0.0) { $0 + ($1.top1Agreement ?? 0) * Double($1.shape.first ?? 1) }
    top1Agreement = items == 0 ? nil : agreeing / Double(items)
    passed = outputs.values.allSatisfy { $0.passes(tolerance: tolerance) }
  }

  private enum CodingKeys: String, CodingKey {
    case model, plan, against, tolerance, seed, outputs, passed
    case schemaVersion = "schema_version"
    case hewnVersion = "hewn_version"
    case top1Agreement = "top1_agreement"
  }
}

/// The difference of one output from the expected one.
public struct OutputDifference: Codable, Sendable, Equatable {
  /// The extents of the output.
  public var shape: [Int]
  /// The greatest |got − want|, over elements that are finite in both.
  public var maxAbsolute: Double
  /// `maxAbsolute` over the greatest |want|; where every `want` is 0, `maxAbsolute` itself.
  public var maxRelative: Double
  /// Where the greatest difference is, as an index into the elements in row-major order.
  public var worstIndex: Int
  /// The greatest |want|.
  public var maxExpected: Double
  /// Elements that are not finite in one of the two and not equal.
  public var nonFiniteCount: Int
  /// The share of items whose greatest element is at the same place; `nil` for outputs that do not
  /// look like class scores: N × K, all further extents 1, K ≥ 2.
  @Nullable public var top1Agreement: Double?

  package init(
    shape: [Int], maxAbsolute: Double, maxRelative: Double, worstIndex: Int, maxExpected: Double,
    nonFiniteCount: Int = 0, top1Agreement: Double? = nil
  ) {
    self.shape = shape
    self.maxAbsolute = maxAbsolute
    self.maxRelative = maxRelative
    self.worstIndex = worstIndex
    self.maxExpected = maxExpected
    self.nonFiniteCount = nonFiniteCount
    self.top1Agreement = top1Agreement
  }

  /// Compares an output with the expected one.
  ///
  /// Float elements are compared in double precision.
  ///
  /// - Throws: ``HewnError``: `invalidArgument` when the shapes differ.
  public init(got: Tensor, want: Tensor) throws {
    guard got.shape == want.shape else {
      throw HewnError(
        .invalidArgument, "shape \(got.core.shape), the expected one has \(want.core.shape)")
    }
    self.init(got: got.core.doubles(), want: want.core.doubles(), shape: got.shape)
  }

  /// Compares elements with the expected ones, both of `shape` and in row-major order.
  init(got: [Double], want: [Double], shape: [Int]) {
    self.init(
      shape: shape, maxAbsolute: 0, maxRelative: 0, worstIndex: 0, maxExpected: 0,
      top1Agreement: ClassScores.agreement(got, want, shape: shape))
    for (index, (g, w)) in zip(got, want).enumerated() {
      guard g.isFinite, w.isFinite else {
        if g != w, !(g.isNaN && w.isNaN) { nonFiniteCount += 1 }
        continue
      }
      maxExpected = max(maxExpected, abs(w))
      let difference = abs(g - w)
      // Two finite doubles can be further apart than the greatest double.
      guard difference.isFinite else {
        nonFiniteCount += 1
        continue
      }
      if difference > maxAbsolute {
        maxAbsolute = difference
        worstIndex = index
      }
    }
    // A quotient by a denormal number can overflow; it fails any tolerance all the same.
    let relative = maxExpected > 0 ? maxAbsolute / maxExpected : maxAbsolute
    maxRelative = relative.isFinite ? relative : .greatestFiniteMagnitude
  }

  /// Whether no element is further off than `tolerance`, relative to the greatest expected one.
  public func passes(tolerance: Double) -> Bool {
    nonFiniteCount == 0 && maxRelative <= tolerance
  }

  private enum CodingKeys: String, CodingKey {
    case shape
    case maxAbsolute = "max_abs"
    case maxRelative = "max_rel"
    case worstIndex = "worst_index"
    case maxExpected = "max_expected"
    case nonFiniteCount = "non_finite"
    case top1Agreement = "top1_agreement"
  }
}
