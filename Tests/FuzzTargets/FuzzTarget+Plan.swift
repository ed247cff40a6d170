internal import CPUBackend
internal import Graphs
internal import PlanFiles
internal import ReferenceBackend
internal import Runtime
internal import Tensors

extension FuzzTarget {
  /// - Returns: the plan's graph, and what it compiles to, if that is fast.
  static func readPlan(_ bytes: [UInt8]) throws -> (Graph, CPUPlan?) {
    let model = try PlanFile(FileBytes(copying: bytes)).model
    guard model.graph.isCompilable else { return (model.graph, nil) }
    // Rows are divided for the threads of the plan; one thread can run them all.
    let backend = try CPUBackend(
      instructionSet: model.instructionSet, evaluate: Reference.evaluate)
    let plan = try backend.compile(
      model.graph, options: CompileOptions(engine: model.engine, threads: 1),
      compiled: model.layers)
    return (model.graph, plan)
  }
}
