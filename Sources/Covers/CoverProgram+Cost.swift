extension CoverProgram {
  /// What a root group costs: the time of its cheapest cover found, start-up and rounding included,
  /// and the price of what that drops, less what its filled slots may win back.
  ///
  /// - Parameter rows: the filters of the root group, a power of two.
  /// - Complexity: O(H·K).
  static func cost(
    _ matrix: FilterMatrix, rows: ArraySlice<Int>, costs: CoverCosts, prices: DropPrices?
  ) -> Double {
    costs.chunks(taps: matrix.taps).reduce(0) { sum, taps in
      var program = CoverProgram(matrix, rows: rows, taps: taps, costs: costs, prices: prices)
      return sum + program.solve().cost
    }
  }
}
