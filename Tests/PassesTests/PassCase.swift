import Graphs
import Passes
import Testing

/// A graph, a pass, and what comes out, as text: what the report says, then the graph.
struct PassCase: Sendable, CustomTestStringConvertible {
  let name: String
  let pass: any Pass
  let build: @Sendable (inout Net) throws -> Graph
  let want: String
  /// How far results may differ, relative to the largest.
  let tolerance: Double

  init(
    _ name: String, _ pass: any Pass, tolerance: Double = 1e-9, want: String,
    _ build: @escaping @Sendable (inout Net) throws -> Graph
  ) {
    self.name = name
    self.pass = pass
    self.build = build
    self.want = want
    self.tolerance = tolerance
  }

  var testDescription: String { "\(pass.name): \(name)" }

  func graph() throws -> Graph {
    var net = Net()
    return try build(&net)
  }

  static let all: [PassCase] =
    folding + fusion + padding + normalization + cleanup + halfPrecision + gelu
}

extension PassReport {
  var lines: [String] {
    applied.map { "applied \($0.node): \($0.what)" }
      + blocked.map { "blocked \($0.node): \($0.what)" }
  }
}
