/// The output of `KernelCosts` on an AMD EPYC, family 26 model 2.
extension MatrixCosts {
  static let avx512 = MatrixCosts(
    leaf: [0.000, 0.262, 0.394, 0.557, 0.670],
    leafRow: [0.000, 0.405, 0.645, 0.848, 1.063],
    transposedFloat: 0.107,
    panel: [0.000, 0.460, 0.462, 0.493, 0.498, 0.608, 0.697])
  static let avx2 = MatrixCosts(
    leaf: [0.000, 0.251, 0.372, 0.511, 0.630],
    leafRow: [0.000, 0.217, 0.374, 0.476, 0.732],
    transposedFloat: 0.110,
    panel: [0.000, 0.469, 0.470, 0.503, 0.508, 0.619, 0.705])
  static let portable = MatrixCosts(
    leaf: [0.000, 0.307, 0.379, 0.506, 0.795],
    leafRow: [0.000, 0.551, 0.444, 0.556, 1.532],
    transposedFloat: 0.109,
    panel: [0.000, 0.238, 0.356, 0.499, 0.660, 0.811, 0.973])
}
