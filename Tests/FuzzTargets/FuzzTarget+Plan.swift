internal import CPUBackend
internal import Graphs
internal import PlanFiles
internal import ReferenceBackend
internal import Runtime
internal import Tensors

extension FuzzTarget {
  static func readPlan(_ bytes: [UInt8]) throws {
    let model = try PlanFile(FileBytes(copying: bytes)).model
    guard model.graph.isCompilable else { return }
    // The threads of the plan decide how its rows are divided; one thread runs them all.
    try run(
      model.graph,
      compiled: try CPUBackend(
        instructionSet: model.instructionSet, evaluate: Reference.evaluate
      ).compile(
        model.graph, options: CompileOptions(engine: model.engine, threads: 1),
        packed: model.packed))
  }
}
