internal import Graphs
internal import Tensors

let matrixImporters: [OperatorImporter] = [
  OperatorImporter("Gemm", inputs: 2...3, build: gemm),
  OperatorImporter("MatMul", inputs: 2...2) { node throws(HewnError) in node.emit(MatMul()) },
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
