import KernelIR

extension InstructionCase {
  /// A case for every operation that computes registers from registers, and for those that move
  /// matrices.
  package static func all() throws -> [InstructionCase] {
    try operations.map { try InstructionCase($0) }
  }

  package static var operations: [Operation] {
    var operations: [Operation] = []
    for type in ValueType.allCases {
      operations += [.move(type), .select(type), .pack(type), .unpack(type)]
      operations += UnaryOperator.allCases.map { .unary($0, type) }
      operations += BinaryOperator.allCases.map { .binary($0, type) }
      operations += TernaryOperator.allCases.map { .ternary($0, type) }
      operations += Comparison.allCases.map { .compare($0, type) }
      operations += [.multiplyWide(type), .multiplyAddWide(type)]
      operations += [ShuffleMode.up, .down, .exclusiveOr, .index].map { .shuffle($0, type) }
    }
    operations += Conversion.allCases.map { .convert($0) }
    operations += VoteMode.allCases.map { .vote($0) }
    operations.append(.ballot)
    for count in [1, 2, 4] {
      for transposed in [false, true] {
        operations += [
          .loadMatrix(count: count, transposed: transposed),
          .storeMatrix(count: count, transposed: transposed),
        ]
      }
    }
    operations += MatrixShape.dense.map { .multiplyMatrices($0) }
    operations += MatrixShape.sparse.flatMap { shape in
      (0..<4).map { .multiplySparseMatrices(shape, selector: $0) }
    }
    operations.append(.remoteAddress)
    for count in [1, 2, 4] {
      operations += [
        .load(Access(.cluster, .u32, count: count)), .store(Access(.cluster, .u32, count: count)),
      ]
    }
    return operations.filter(\.isDefined)
  }
}
