package import Tensors

/// A matrix product with transposition and broadcasting resolved:
/// [batch…, rows, depth] · [batch…, depth, columns].
package struct MatrixGeometry: Hashable, Sendable {
  /// The leading extents of A, of B and of the result; empty for `Gemm`.
  package var batchA: Shape
  package var batchB: Shape
  package var batch: Shape
  package var rows: Int
  package var depth: Int
  package var columns: Int
}

extension Gemm {
  /// Resolves rows, depth and columns.
  ///
  /// - Throws: `invalidFile` where A and B are no matrices or their depths differ.
  package func geometry(a: Shape, b: Shape) throws(HewnError) -> MatrixGeometry {
    guard a.rank == 2, b.rank == 2 else {
      throw HewnError(.invalidFile, "A and B have shapes \(a) and \(b), expected two matrices")
    }
    let (rows, depth) = transposesA ? (a[1], a[0]) : (a[0], a[1])
    let (depthB, columns) = transposesB ? (b[1], b[0]) : (b[0], b[1])
    guard depth == depthB else {
      throw HewnError(
        .invalidFile,
        "depths differ: A of shape \(a) has \(depth)\(transposesA ? " (transposed)" : ""),"
          + " B of shape \(b) has \(depthB)\(transposesB ? " (transposed)" : "")")
    }
    return MatrixGeometry(
      batchA: [], batchB: [], batch: [], rows: rows, depth: depth, columns: columns)
  }
}

extension MatMul {
  /// Resolves batches, rows, depth and columns; a vector A is one row, a vector B one column.
  ///
  /// - Throws: `invalidFile` where the depths differ or the batches do not broadcast.
  package func geometry(a: Shape, b: Shape) throws(HewnError) -> MatrixGeometry {
    guard a.rank >= 1, b.rank >= 1 else {
      throw HewnError(.invalidFile, "A and B have shapes \(a) and \(b), expected no scalars")
    }
    let matrixA = a.rank == 1 ? [1, a[0]] : a.dimensions
    let matrixB = b.rank == 1 ? [b[0], 1] : b.dimensions
    let depth = matrixA[matrixA.count - 1]
    guard depth == matrixB[matrixB.count - 2] else {
      throw HewnError(
        .invalidFile,
        "depths differ: A of shape \(a) has \(depth), B of shape \(b) has"
          + " \(matrixB[matrixB.count - 2])")
    }
    let batchA = try Shape(checking: Array(matrixA.dropLast(2)))
    let batchB = try Shape(checking: Array(matrixB.dropLast(2)))
    return MatrixGeometry(
      batchA: batchA, batchB: batchB, batch: try Shape.broadcast(batchA, batchB),
      rows: matrixA[matrixA.count - 2], depth: depth, columns: matrixB[matrixB.count - 1])
  }
}
