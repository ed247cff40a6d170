extension MatrixCosts {
  static let avx512 = MatrixCosts(
    leaf: [0.000, 0.350, 0.620, 0.900, 1.200],
    leafRow: [0.000, 4.000, 5.000, 6.000, 7.000],
    transposedFloat: 0.300,
    panel: [0.000, 0.300, 0.400, 0.500, 0.600, 0.700, 0.800])
  static let avx2 = avx512
  static let portable = avx512
}
