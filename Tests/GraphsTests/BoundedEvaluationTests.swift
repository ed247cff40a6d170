import Graphs
import Tensors
import Testing

/// What computing constants may take.
@Suite struct BoundedEvaluationTests {
  private static func limits(
    workOfNode: Int = 1 << 40, work: Int = 1 << 40, byteCount: Int = 1 << 40
  ) -> BoundedEvaluation.Limits {
    var limits = BoundedEvaluation.Limits()
    (limits.workOfNode, limits.work, limits.byteCount) = (workOfNode, work, byteCount)
    return limits
  }

  /// How many of three nodes are evaluated: the identity of 100 float32 elements, which reads and
  /// writes 200.
  private func evaluatedCount(_ limits: BoundedEvaluation.Limits) throws -> Int {
    let evaluate = BoundedEvaluation(tinyEvaluator, limits: limits).evaluator
    let x = Tensor([100], [Float](repeating: 1, count: 100))
    for count in 0..<3 {
      do {
        _ = try evaluate(Identity(), [x], [x.type])
      } catch let error as HewnError {
        #expect(error.code == .outOfMemory)
        return count
      }
    }
    return 3
  }

  @Test func limits() throws {
    #expect(try evaluatedCount(Self.limits()) == 3)
    #expect(try evaluatedCount(Self.limits(workOfNode: 199)) == 0)
    #expect(try evaluatedCount(Self.limits(workOfNode: 200)) == 3)
    #expect(try evaluatedCount(Self.limits(work: 599)) == 2)
    #expect(try evaluatedCount(Self.limits(work: 600)) == 3)
    #expect(try evaluatedCount(Self.limits(byteCount: 799)) == 1)
    #expect(try evaluatedCount(Self.limits(byteCount: 1200)) == 3)
  }

  /// Multiply-adds count, not only elements.
  @Test func products() throws {
    let evaluate = BoundedEvaluation(tinyEvaluator, limits: Self.limits(workOfNode: 999)).evaluator
    let x = Tensor([10, 10], [Float](repeating: 1, count: 100))
    let error = #expect(throws: HewnError.self) { try evaluate(MatMul(), [x, x], [x.type]) }
    #expect(error?.message.contains("takes 1000 operations") == true, "\(error?.message ?? "")")
  }

  /// Binding leaves to run time what is beyond the limits.
  @Test func binding() throws {
    let template = GraphTemplate(
      name: "net", inputs: [],
      outputs: [GraphTemplate.Port(name: "y", element: .float32, dimensions: nil)],
      constants: ["x": Tensor([100], [Float](repeating: 1, count: 100))],
      nodes: [
        GraphTemplate.NamedNode(name: "n", op: Identity(), inputs: ["x"], outputs: ["y"])
      ])
    for (limit, isKnown) in [(199, false), (200, true)] {
      let graph = try template.bind(
        ShapeBindings(),
        evaluate: BoundedEvaluation(tinyEvaluator, limits: Self.limits(work: limit)).evaluator)
      #expect((graph[graph.outputs[0]].constant != nil) == isKnown, "limit \(limit)")
    }
  }
}
