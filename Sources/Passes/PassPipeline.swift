package import Graphs
internal import Tensors

/// Applies passes to a graph until none of them changes it any more, and trusts none of them.
///
/// Each pass sweeps over the nodes until it no longer matches, and the list of passes is repeated
/// until a whole round changes nothing, or the sweeps have visited as many nodes as is allowed. The
/// graph is verified before the first pass and after every sweep that changed it.
package struct PassPipeline: Sendable {
  package var passes: [any Pass]

  /// The rounds after which passes that still change the graph must be undoing each other's work.
  static let maximumRounds = 32

  /// The nodes that all sweeps may visit together: a pass that changes one node of a long chain in each
  /// sweep must not take hours. Large graphs may take ``sweepLimit`` sweeps instead.
  package var visitLimit = 1 << 19
  /// More sweeps than the passes need for known networks.
  static let sweepLimit = 128

  package init(_ passes: [any Pass]) { self.passes = passes }

  package struct Result: Sendable {
    package var graph: Graph
    /// One for each pass, in order.
    package var reports: [PassReport]
    /// The number of patches applied.
    package var steps: Int
  }

  /// Optimises a graph.
  ///
  /// - Parameter limit: The number of patches after which to stop; every prefix of the patches
  ///   gives a valid graph, so a bad rewrite is found by bisection.
  /// - Throws: `internal` for an invalid graph or patch, with pass and node named; what a pass
  ///   throws.
  /// - Complexity: linear in the graph for each sweep, apart from the evaluation of constants.
  ///   Where the sweeps would take too long the rest is left undone and a note says so: passes make a
  ///   graph faster, not right.
  package func run(_ graph: Graph, limit: Int = .max) throws -> Result {
    var reports = passes.map { PassReport(pass: $0.name) }
    var steps = 0
    do {
      try graph.verify()
    } catch {
      throw HewnError(error.code, "before the first pass: \(error.message)", node: error.node)
    }
    var view = GraphView(graph)
    var visits = max(visitLimit, Self.sweepLimit * graph.nodes.count)
    for _ in 0..<Self.maximumRounds {
      let stepsBefore = steps
      for (index, pass) in passes.enumerated() {
        // A sweep shortens what it works on, so more sweeps than nodes cannot be progress.
        for sweepCount in 0... {
          guard sweepCount <= graph.nodes.count + 1 else {
            throw HewnError(.internal, "pass \(pass.name) does not come to rest")
          }
          guard visits >= 0 else {
            var graph = view.graph
            graph.notes.append(
              "optimisation stopped early, in pass \(pass.name): the graph takes too many sweeps")
            return Result(graph: graph, reports: reports, steps: steps)
          }
          visits -= view.graph.nodes.count
          let sweep = try sweep(pass, over: view, limit: limit - steps)
          reports[index].blocked = sweep.blocked
          guard let changed = sweep.graph else { break }
          reports[index].applied += sweep.applied
          steps += sweep.applied.count
          view = GraphView(changed)
          if steps == limit { return Result(graph: changed, reports: reports, steps: steps) }
        }
      }
      if steps == stepsBefore {
        return Result(graph: view.graph, reports: reports, steps: steps)
      }
    }
    throw HewnError(
      .internal, "the passes still change the graph after \(Self.maximumRounds) rounds")
  }

  private struct Sweep {
    /// `nil` where the pass changed nothing.
    var graph: Graph?
    var applied: [PassReport.Entry] = []
    var blocked: [PassReport.Entry] = []
  }

  /// Tries one pass at every node and applies what it found, at most `limit` patches.
  private func sweep(_ pass: any Pass, over view: GraphView, limit: Int) throws -> Sweep {
    var sweep = Sweep()
    var rewriter = GraphRewriter(view, pass: pass.name)
    for (index, node) in view.graph.nodes.enumerated() where sweep.applied.count < limit {
      let rewrite: Rewrite
      do {
        rewrite = try pass.rewrite(view, at: index)
      } catch let error as HewnError {
        throw HewnError(error.code, "pass \(pass.name): \(error.message)", node: node.label)
      }
      switch rewrite {
      case .noMatch: break
      case .blocked(let reason):
        sweep.blocked.append(PassReport.Entry(node: node.label, what: reason))
      case .patch(let patch):
        if try rewriter.collect(patch, at: index) {
          sweep.applied.append(PassReport.Entry(node: node.label, what: patch.summary))
        }
      }
    }
    guard !rewriter.isEmpty else { return sweep }
    let graph = try rewriter.apply()
    do {
      try graph.verify()
    } catch {
      let nodes = sweep.applied.map(\.node).joined(separator: ", ")
      throw HewnError(
        .internal, "pass \(pass.name) at \(nodes) leaves an invalid graph: \(error)")
    }
    sweep.graph = graph
    return sweep
  }
}
