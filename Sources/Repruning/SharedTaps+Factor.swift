internal import Tensors

extension SharedTaps {
  /// Factors Ĥ_SS + δI for the kept taps S of every filter, and calls `body` for the filters of each S.
  ///
  /// Where the matrix is not positive definite, the filters concerned are tried again with more
  /// damping. Children of the root are parts of `parts`, each with a copy of the root's factor: a thread
  /// holds |S|² / 2 numbers for the longest S.
  ///
  /// - Parameter body: gets filters, the factor of their taps, and δ; called from several threads at
  ///   once, never twice for a filter.
  /// - Returns: the filters that no damping helped, ascending.
  /// - Throws: `outOfMemory`.
  static func factor(
    _ equations: NormalEquations, kept: KeptEntries, damping: Damping, parts: PartLoop,
    _ body: @escaping (_ filters: [Int], CholeskyFactor, _ delta: Double) -> Void
  ) throws(HewnError) -> [Int] {
    let longest = (0..<kept.rows).reduce(0) { longest, row in
      max(longest, equations.taps.count { kept[row, $0] })
    }
    try MemoryLimit.check(
      SymmetricMatrix.byteCount(longest).saturatingMultiply(2),
      for: "solving for \(longest) weights of a filter")
    let unit = equations.meanSquare
    var failed: Set<Int> = []
    for (attempt, relative) in damping.attempts.enumerated() {
      let open = failed
      let tree = SharedTaps(kept, block: equations.taps) { attempt == 0 || open.contains($0) }
      failed = Set(tree.factor(equations, damping: relative * unit, parts: parts, body))
      if failed.isEmpty { break }
    }
    return failed.sorted()
  }

  /// One attempt; returns the filters that failed.
  private func factor(
    _ equations: NormalEquations, damping: Double, parts: PartLoop,
    _ body: @escaping ([Int], CholeskyFactor, Double) -> Void
  ) -> [Int] {
    var factor = CholeskyFactor()
    guard factor.append(root.taps, of: equations, damping: damping) else {
      return root.allFilters
    }
    let shared = factor
    let walk = Walk(equations: equations, damping: damping, body: body)
    if !root.filters.isEmpty { body(root.filters, shared, damping) }
    let children = root.children
    var failed = [[Int]](repeating: [], count: children.count)
    failed.withUnsafeMutableBufferPointer { failed in
      guard let failed = failed.baseAddress else { return }
      parts(children.count) { part in
        var factor = shared
        failed[part] = walk.visit(children[part], &factor)
      }
    }
    return failed.flatMap { $0 }
  }

  private struct Walk {
    let equations: NormalEquations
    let damping: Double
    let body: ([Int], CholeskyFactor, Double) -> Void

    /// - Returns: the filters that failed.
    func visit(_ node: Node, _ factor: inout CholeskyFactor) -> [Int] {
      let count = factor.taps.count
      guard factor.append(node.taps, of: equations, damping: damping) else {
        return node.allFilters
      }
      defer { factor.truncate(to: count) }
      if !node.filters.isEmpty { body(node.filters, factor, damping) }
      var failed: [Int] = []
      for child in node.children { failed += visit(child, &factor) }
      return failed
    }
  }
}

extension SharedTaps.Node {
  /// The filters of the node and of all nodes below.
  fileprivate var allFilters: [Int] { filters + children.flatMap(\.allFilters) }
}
