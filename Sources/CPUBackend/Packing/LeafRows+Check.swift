internal import Tensors

extension LeafRows {
  /// Checks that rows read the inputs of `problem` and nothing else.
  ///
  /// - Throws: `invalidFile`.
  func check(_ problem: MatrixProblem, _ plan: LeafPlan) throws(HewnError) {
    guard starts.count == plan.blockCount * plan.chunkCount + 1,
      counts.count == problem.rows * plan.chunkCount, bias.count == problem.rows,
      weights.count.isMultiple(of: 4), weights.count / 4 == indices.count
    else {
      throw failure(
        "\(starts.count) starts, \(counts.count) counts, \(bias.count) biases,"
          + " \(indices.count) quads and \(weights.count) weights for \(problem.rows) rows of"
          + " \(problem.taps) taps")
    }
    var quad = 0
    for block in 0..<plan.blockCount {
      for chunk in 0..<plan.chunkCount {
        let start = starts.pointer[block * plan.chunkCount + chunk]
        guard start == quad else {
          throw failure("chunk \(chunk) of block \(block) starts at quad \(start), not \(quad)")
        }
        let first = plan.firstCount(block: block, chunk: chunk)
        for index in first..<first + plan.rows(ofBlock: block).count {
          let count = Int(counts.pointer[index])
          guard count >= 0, count <= indices.count - quad else {
            throw failure("a row of \(count) quads after \(quad) of \(indices.count)")
          }
          quad += count
        }
        try checkIndices(start..<quad, below: plan.taps(ofChunk: chunk).count)
      }
    }
    guard quad == indices.count, starts.pointer[starts.count - 1] == quad else {
      throw failure("\(indices.count) quads, the rows have \(quad)")
    }
  }

  private func checkIndices(_ quads: Range<Int>, below taps: Int) throws(HewnError) {
    var greatest = SIMD4<UInt16>()
    for quad in quads {
      let four = unsafeBitCast(indices.pointer[quad], to: SIMD4<UInt16>.self)
      greatest.replace(with: four, where: four .> greatest)
    }
    guard quads.isEmpty || Int(greatest.max()) < taps else {
      throw failure("a leaf at input \(greatest.max()) of a chunk of \(taps)")
    }
  }

  private func failure(_ message: String) -> HewnError {
    HewnError(.invalidFile, "packed leaves do not fit their layer: \(message)")
  }
}
