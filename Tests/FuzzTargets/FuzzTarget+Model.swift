internal import CPUBackend
internal import Graphs
internal import ONNXFormat
internal import Passes
internal import ReferenceBackend
internal import Runtime
internal import Tensors

extension FuzzTarget {
  /// - Returns: the optimised graph, and what it compiles to, if that is fast.
  static func readModel(_ bytes: [UInt8]) throws -> (Graph, CPUPlan?) {
    let template = try ONNXModel.read(bytes: bytes).template
    var bindings = ShapeBindings()
    for input in template.inputs {
      guard let dimensions = input.dimensions, dimensions.contains(where: \.isFree) else {
        continue
      }
      bindings.shapes[input.name] = try Shape(checking: dimensions.map(\.extent))
    }
    let evaluate = BoundedEvaluation(Reference.evaluate).evaluator
    let graph = try template.bind(bindings, evaluate: evaluate)
    let optimised = try PassPipeline.standard(evaluate: evaluate).run(graph).graph
    guard optimised.isCompilable else { return (optimised, nil) }
    let plan = try CPUBackend(evaluate: Reference.evaluate).compile(
      optimised, options: CompileOptions(threads: 1), compiled: nil)
    return (optimised, plan)
  }
}

extension Dimension {
  fileprivate var isFree: Bool { if case .fixed = self { false } else { true } }
  /// Free extents become 2.
  fileprivate var extent: Int { if case .fixed(let extent) = self { extent } else { 2 } }
}
