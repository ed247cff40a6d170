import Graphs
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite("Operators give the outputs of the catalogue")
struct OperatorCaseTests {
  @Test("every operator is in the catalogue and has a reference implementation")
  func catalogueIsComplete() {
    let covered = Set(OperatorCase.all.map { ObjectIdentifier(type(of: $0.op)) })
    for type in OperatorCatalog.types {
      #expect(type is any ReferenceOperator.Type, "\(type) has no reference implementation")
      #expect(covered.contains(ObjectIdentifier(type)), "\(type) has no case")
    }
  }

  @Test("evaluated alone", arguments: OperatorCase.all)
  func evaluates(_ operatorCase: OperatorCase) throws {
    let types = try operatorCase.op.outputTypes(for: operatorCase.operands)
    let outputs = try Reference.evaluate(operatorCase.op, operatorCase.inputs, types)
    expect(outputs, operatorCase)
  }

  @Test("as a graph in double precision", arguments: OperatorCase.all)
  func runs(_ operatorCase: OperatorCase) throws {
    var graph = Graph(name: "case")
    var inputs: [Tensor] = []
    let operands: [ValueID?] = operatorCase.inputs.enumerated().map { index, tensor in
      guard let tensor else { return nil }
      // What shapes depend on must be constant; so is everything but the first float input.
      if index == 0, tensor.element == .float32 {
        inputs.append(tensor)
        return graph.addInput("input", tensor.type)
      }
      return graph.addConstant("constant \(index)", tensor)
    }
    graph.outputs = try graph.addNode(operatorCase.op, operands, name: "node")
    let plan = try ReferenceBackend().compile(graph, options: CompileOptions(threads: 1))
    let session = try plan.makeSession()
    for (index, input) in inputs.enumerated() { try session.setInput(index, input) }
    try session.execute()
    expect(try graph.outputs.indices.map { try session.output($0) }, operatorCase)
  }

  private func expect(
    _ got: [Tensor], _ operatorCase: OperatorCase, location: SourceLocation = #_sourceLocation
  ) {
    #expect(got.map(\.type) == operatorCase.want.map(\.type), sourceLocation: location)
    for (index, (got, want)) in zip(got, operatorCase.want).enumerated() {
      if want.element.isFloatingPoint, !(operatorCase.op is any MovementOperator) {
        let violation = Tolerance.close.violation(got: got.floats(), want: want.doubles())
        #expect(violation == nil, "output \(index)", sourceLocation: location)
      } else {
        let (got, want) = (got.withUnsafeBytes(Array.init), want.withUnsafeBytes(Array.init))
        #expect(got == want, "bytes of output \(index)", sourceLocation: location)
      }
    }
  }
}
