internal import CPUBackend
internal import Emulator
internal import GPUBackend
internal import GPUKernels
internal import Graphs
internal import PlanFiles
internal import ReferenceBackend
internal import Runtime
internal import Tensors

extension FuzzTarget {
  /// - Returns: the plan's graph, and what it compiles to for processors, if that is fast.
  static func readPlan(_ bytes: [UInt8]) throws -> (Graph, CPUPlan?) {
    let model = try PlanFile(FileBytes(copying: bytes)).model
    guard model.graph.isCompilable else { return (model.graph, nil) }
    switch model.target {
    case .cpu(let compiled):
      // Rows are divided for the threads of the plan; one thread can run them all.
      let backend = try CPUBackend(
        instructionSet: compiled.instructionSet, evaluate: Reference.evaluate)
      let plan = try backend.compile(
        model.graph, options: CompileOptions(engine: model.engine, threads: 1),
        compiled: compiled.layers)
      return (model.graph, plan)
    case .gpu(let compiled):
      // Lowered only: the emulator is too slow to run it.
      let backend = try GPUBackend(
        .emulator(.h200, EmulatorOptions()), evaluate: Reference.evaluate)
      _ = try backend.compileForGPU(
        model.graph,
        options: CompileOptions(engine: model.engine, threads: 1, precision: compiled.precision),
        choices: compiled.choices)
      return (model.graph, nil)
    }
  }
}
