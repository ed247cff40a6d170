import Graphs
import Passes
import ReferenceBackend
import Tensors

/// Computes the outputs of a graph, node by node in double precision.
func outputs(of graph: Graph, seed: UInt64) throws -> [Tensor] {
  var generator = SplitMix64(seed: seed)
  var tensors = graph.values.map(\.constant)
  for input in graph.inputs {
    let shape = graph[input].type.shape
    // Beyond the corners of hard swish and of the usual clips.
    let elements = (0..<shape.elementCount).map { _ in 8 * Double(generator.uniform()) }
    tensors[input.index] = Tensor(shape, elements)
  }
  for node in graph.nodes {
    let inputs = node.inputs.map { $0.flatMap { tensors[$0.index] } }
    let types = node.outputs.map { graph[$0].type }
    for (output, tensor) in zip(node.outputs, try Reference.evaluate(node.op, inputs, types)) {
      tensors[output.index] = tensor
    }
  }
  return graph.outputs.compactMap { tensors[$0.index] }
}

/// Describes how the outputs of two graphs differ for the same inputs; `nil` where they agree to
/// `tolerance` times the largest element, infinities and NaN exactly.
func difference(
  got: Graph, want: Graph, seed: UInt64, tolerance: Double = 1e-9
) throws -> String? {
  let names = (got.outputs.map { got[$0].name }, want.outputs.map { want[$0].name })
  guard names.0 == names.1 else { return "outputs \(names.0), want \(names.1)" }
  for (index, (a, b)) in try zip(outputs(of: got, seed: seed), outputs(of: want, seed: seed))
    .enumerated()
  {
    guard a.type == b.type else { return "output \(index) is \(a.type), want \(b.type)" }
    let (got, want) = (a.doubles(), b.doubles())
    let bound = tolerance * want.filter(\.isFinite).reduce(1) { max($0, abs($1)) }
    for (element, (got, want)) in zip(got, want).enumerated() {
      let isSame = got == want || got.isNaN && want.isNaN || abs(got - want) <= bound
      guard isSame else {
        return "output \(index), element \(element), seed \(seed): got \(got), want \(want)"
      }
    }
  }
  return nil
}

extension PassPipeline {
  static let reference = PassPipeline.standard(evaluate: Reference.evaluate)
}
