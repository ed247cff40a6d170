/// Y = activation(alpha · op(A) · op(B) + beta · C), C broadcast to Y.
///
/// Inputs: A [M, K] or its transpose, B [K, N] or its transpose, C (optional).
package struct Gemm: Operator, Hashable {
  package var alpha: Float
  package var beta: Float
  package var transposesA: Bool
  package var transposesB: Bool
  package var activation: Activation

  package var name: String { "Gemm" }

  package init(
    alpha: Float = 1, beta: Float = 1, transposesA: Bool = false, transposesB: Bool = false,
    activation: Activation = .identity
  ) {
    self.alpha = alpha
    self.beta = beta
    self.transposesA = transposesA
    self.transposesB = transposesB
    self.activation = activation
  }
}

/// Matrix product with NumPy's batching and rank-1 rules. Inputs: A, B.
package struct MatMul: Operator, Hashable {
  package var name: String { "MatMul" }
  package init() {}
}

/// The determinants of square matrices. Input: X [batch…, M, M].
package struct Det: Operator, Hashable {
  package var name: String { "Det" }
  package init() {}
}
