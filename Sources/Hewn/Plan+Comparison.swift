extension Plan {
  /// Runs the plan and compares its outputs with expected ones.
  ///
  /// - Parameters:
  ///   - inputs: one tensor for each input, by name.
  ///   - expected: one tensor for each output, by name.
  ///   - against: where the expected outputs come from, for the report.
  ///   - tolerance: the greatest relative error that passes.
  ///   - seed: what random inputs were made from, for the report.
  /// - Throws: ``HewnError``: `invalidArgument` for missing outputs or different shapes, what
  ///   `Session.run` throws.
  public func compare(
    inputs: [String: Tensor], expected: [String: Tensor], against: String, tolerance: Double,
    seed: UInt64? = nil
  ) throws -> CompareReport {
    var session = try makeSession()
    let outputs = try session.run(inputs)
    var differences: [String: OutputDifference] = [:]
    for (name, got) in outputs {
      guard let want = expected[name] else {
        throw HewnError(.invalidArgument, "no expected output \"\(name)\" in \(against)")
      }
      do {
        differences[name] = try OutputDifference(got: got, want: want)
      } catch {
        let error = HewnError(wrapping: error)
        throw HewnError(error.code, "output \"\(name)\": \(error.message)")
      }
    }
    return CompareReport(
      model: model, plan: summary, against: against, tolerance: tolerance, seed: seed,
      outputs: differences)
  }
}
