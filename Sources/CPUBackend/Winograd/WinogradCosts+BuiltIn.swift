extension WinogradCosts {
  package static let avx512 = WinogradCosts(
    transforms: [
      Transform(tile: 2, input: 26.948, output: 38.760),
      Transform(tile: 4, input: 57.600, output: 81.336),
    ],
    product: [0.000, 0.135, 0.124], weights: 2.604)

  package static let avx2 = WinogradCosts(
    transforms: [
      Transform(tile: 2, input: 16.244, output: 15.585),
      Transform(tile: 4, input: 43.368, output: 41.224),
    ],
    product: [0.000, 0.182, 0.122], weights: 1.502)

  package static let portable = WinogradCosts(
    transforms: [
      Transform(tile: 2, input: 14.397, output: 10.224),
      Transform(tile: 4, input: 34.932, output: 48.590),
    ],
    product: [0.000, 0.204, 0.169], weights: 0.834)
}
