internal import Graphs
internal import Tensors

extension NodeImport {
  /// The inputs of a binary operator as operator set 7 and newer ones want them.
  ///
  /// Operator set 6 places the second operand's axes below those of the first from `axis` on;
  /// without that attribute they are the last ones, as in NumPy.
  ///
  /// - Throws: `unsupported` for a negative axis.
  mutating func broadcastOperands() throws(HewnError) -> [String] {
    guard opset < 7 else { return inputs }
    let isBroadcast = try attributes.flag("broadcast")
    guard let axis = try attributes.integer("axis"), isBroadcast else { return inputs }
    guard axis >= 0 else { throw unsupported("axis", axis, "it must not be negative") }
    return [input(0), align(input(1), to: input(0), from: axis)]
  }

  /// Adds operators that append axes of extent 1 to a value, so that its first axis lies below
  /// axis `axis` of another one.
  ///
  /// The importer knows no ranks, so the shape is computed in the graph, and folded when the graph
  /// is bound.
  ///
  /// - Returns: the name of the result.
  mutating func align(_ value: String, to other: String, from axis: Int) -> String {
    let shape = compute(ShapeOf(), value, as: "shape")
    let rank = compute(ShapeOf(), shape, as: "rank")
    let otherRank = compute(ShapeOf(), compute(ShapeOf(), other, as: "shape"), as: "rank")
    let below = compute(Binary(.subtract), otherRank, add("axis", [axis]), as: "below")
    let missing = compute(Binary(.subtract), below, rank, as: "missing")
    let count = compute(Binary(.maximum), missing, add("none", [0]), as: "count")
    let ones = compute(ConstantOfShape(value: Tensor([1], [Int64(1)])), count, as: "ones")
    let aligned = compute(Concat(axis: 0), shape, ones, as: "aligned")
    return compute(Reshape(), value, aligned, as: "operand")
  }

  private mutating func compute(
    _ op: any Operator, _ inputs: String..., as role: String
  ) -> String {
    let result = temporary(role)
    emit(op, inputs, outputs: [result])
    return result
  }
}
