package import Graphs
package import Runtime
internal import Tensors

/// Runs a graph in double precision, one reference operator after the other: the oracle that other
/// backends and passes are compared with.
///
/// Every float32 value is a float64 here; outputs are rounded to the declared type at the end.
/// Slow, and a session allocates while it runs.
package struct ReferenceBackend: Backend {
  package var name: String { "reference" }

  package init() {}

  /// - Throws: `unsupported`, with the node named, for an operator without a reference
  ///   implementation.
  package func compile(_ graph: Graph, options: CompileOptions) throws -> any Plan {
    try ReferencePlan(graph)
  }
}
