extension WinogradCosts {
  package static let portable = WinogradCosts(
    transforms: [
      Transform(tile: 2, input: 10, output: 10), Transform(tile: 4, input: 30, output: 30),
    ], product: [0, 0.25, 0.25], weights: 0.3)
  package static let avx2 = WinogradCosts(
    transforms: [
      Transform(tile: 2, input: 10, output: 10), Transform(tile: 4, input: 30, output: 30),
    ], product: [0, 0.15, 0.13], weights: 0.6)
  package static let avx512 = WinogradCosts(
    transforms: [
      Transform(tile: 2, input: 10, output: 10), Transform(tile: 4, input: 30, output: 30),
    ], product: [0, 0.18, 0.13], weights: 1.5)
}
