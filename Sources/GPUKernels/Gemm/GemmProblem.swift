package import Tensors

/// A matrix product of a size, and where its matrices' rows lie.
///
/// Rows start at multiples of 16 bytes, so that they can be copied 16 bytes at a time: a leading
/// dimension is a multiple of 8 (f16) or 4 (f32). M, N and K are any numbers from 1 on.
package struct GemmProblem: Hashable, Sendable {
  package let operation: GemmOperation
  package let m: Int
  package let n: Int
  package let k: Int
  /// Elements from one row of A, B and D in memory to the next.
  package let leadingA: Int
  package let leadingB: Int
  package let leadingD: Int

  /// - Parameters:
  ///   - leadingA: of A, at least K; K rounded up where `nil`, and so are the others.
  ///   - leadingB: of B, at least N (row-major) or K (column-major).
  ///   - leadingD: of D, at least N.
  /// - Throws: `invalidArgument` where a size is not from 1 to 2²⁸, D has more than 2⁴⁰ elements, or
  ///   a leading dimension is too small or not a multiple of 16 bytes.
  package init(
    _ operation: GemmOperation, m: Int, n: Int, k: Int, leadingA: Int? = nil,
    leadingB: Int? = nil, leadingD: Int? = nil
  ) throws(HewnError) {
    for (name, size) in [("M", m), ("N", n), ("K", k)] where !(1...GemmProblem.limit ~= size) {
      throw HewnError(
        .invalidArgument,
        "\(name) = \(size) of a matrix product is not from 1 to \(GemmProblem.limit)")
    }
    guard m * n <= GemmProblem.outputLimit else {
      throw HewnError(
        .invalidArgument, "a matrix product of \(m) × \(n) elements is over 2⁴⁰")
    }
    let (inputBytes, outputBytes) = (operation.format.byteCount, operation.output.byteCount)
    let innermostOfB = operation.layoutOfB == .rowMajor ? n : k
    self.operation = operation
    (self.m, self.n, self.k) = (m, n, k)
    self.leadingA = try GemmProblem.leading(leadingA, "A", of: k, inputBytes)
    self.leadingB = try GemmProblem.leading(leadingB, "B", of: innermostOfB, inputBytes)
    self.leadingD = try GemmProblem.leading(leadingD, "D", of: n, outputBytes)
  }

  /// Byte offsets within a row fit in 31 bits with room for some tiles.
  private static let limit = 1 << 28
  /// Tiles of D have numbers of 32 bits.
  private static let outputLimit = 1 << 40

  private static func leading(
    _ given: Int?, _ matrix: String, of count: Int, _ byteCount: Int
  ) throws(HewnError) -> Int {
    let step = 16 / byteCount
    let leading = given ?? (count + step - 1) / step * step
    guard leading >= count, leading <= limit, leading % step == 0 else {
      throw HewnError(
        .invalidArgument,
        "the leading dimension \(leading) of \(matrix) must be a multiple of \(step), at least "
          + "\(count) and at most \(limit)")
    }
    return leading
  }
}

extension GemmProblem {
  /// Rows of B in memory.
  package var rowCountOfB: Int { operation.layoutOfB == .rowMajor ? k : n }

  /// Two for each multiply-add.
  package var operationCount: Int { 2 * m * n * k }

  /// What must be read and written at least.
  package var byteCount: Int {
    (m * k + k * n) * operation.format.byteCount + m * n * operation.output.byteCount
      + (operation.hasBias ? 4 * m : 0)
  }
}
