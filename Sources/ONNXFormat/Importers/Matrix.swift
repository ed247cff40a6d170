internal import Graphs
internal import Tensors

let matrixImporters: [OperatorImporter] = [
  OperatorImporter("Gemm", inputs: 2...3, build: gemm),
  OperatorImporter("MatMul", inputs: 2...2) { node throws(HewnError) in node.emit(MatMul()) },
  OperatorImporter("Det", opsets: 11..., inputs: 1...1) { node throws(HewnError) in node.emit(Det())
  },
  OperatorImporter("Einsum", opsets: 12..., inputs: 1...Int.max) { node throws(HewnError) in
    let equation = try node.attributes.string("equation")
    node.emit(Einsum(try node.attributes.required("equation", equation)))
  },
]

private func gemm(_ node: inout NodeImport) throws(HewnError) {
  // Whether C is broadcast, which it may always be since.
  if node.opset < 7 { node.attributes.ignore("broadcast") }
  node.emit(
    Gemm(
      alpha: try node.attributes.float("alpha") ?? 1, beta: try node.attributes.float("beta") ?? 1,
      transposesA: try node.attributes.flag("transA"),
      transposesB: try node.attributes.flag("transB")))
}
