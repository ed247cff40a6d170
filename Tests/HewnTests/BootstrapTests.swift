import Hewn
import Testing

@Suite struct BootstrapTests {
  /// How far the share of 10,000 resamples below an end may be from 2.5 %: over four times the standard
  /// deviation of that share.
  private static let shareTolerance = 0.007

  /// Expects the ends to be the 2.5th and 97.5th percentile of a distribution.
  private func expect(
    _ estimate: Estimate?, percentilesOf distribution: [(value: Double, probability: Double)],
    _ label: String
  ) {
    guard let estimate else {
      Issue.record("\(label): no estimate")
      return
    }
    // Ends are rounded to six digits.
    let noise = 1e-5 * (distribution.map { abs($0.value) }.max() ?? 0)
    func share(_ isIncluded: (Double) -> Bool) -> Double {
      distribution.reduce(0) { $0 + (isIncluded($1.value) ? $1.probability : 0) }
    }
    let tolerance = Self.shareTolerance
    #expect(share { $0 < estimate.lower - noise } <= 0.025 + tolerance, "\(label): \(estimate)")
    #expect(share { $0 <= estimate.lower + noise } >= 0.025 - tolerance, "\(label): \(estimate)")
    #expect(share { $0 > estimate.upper + noise } <= 0.025 + tolerance, "\(label): \(estimate)")
    #expect(share { $0 >= estimate.upper - noise } >= 0.025 - tolerance, "\(label): \(estimate)")
  }

  @Test(
    arguments: [
      [3], [0, 1], [1, -1, 0], [0, 0, 7], [0.1, 0.2, 0.4, 0.8], [-5, 0, 0, 1e-3, 12],
      [1, 2, 3, 4, 5, 60],
    ] as [[Double]], [0, 7] as [UInt64])
  func agreesWithAllResamples(values: [Double], seed: UInt64) {
    // Every sequence of n draws from n values is as likely as any other.
    let count = values.count
    let sequenceCount = (0..<count).reduce(1) { product, _ in product * count }
    let all = (0..<sequenceCount).map { sequence in
      var (rest, sum) = (sequence, 0.0)
      for _ in 0..<count {
        sum += values[rest % count]
        rest /= count
      }
      return (value: sum / Double(count), probability: 1 / Double(sequenceCount))
    }
    let estimate = Bootstrap(resampleCount: 10_000, seed: seed).estimate(values)
    expect(estimate, percentilesOf: all, "\(values), seed \(seed)")
    #expect(abs((estimate?.mean ?? .nan) - values.reduce(0, +) / Double(count)) < 1e-4)
  }

  @Test(arguments: [(1, 40), (20, 40), (39, 40), (150, 200)])
  func agreesWithTheBinomialDistribution(right: Int, total: Int) {
    let share = Double(right) / Double(total)
    // The probability of k from that of k − 1.
    var probabilities = [(0..<total).reduce(1.0) { product, _ in product * (1 - share) }]
    for k in 1...total {
      let ratio = Double(total - k + 1) / Double(k) * share / (1 - share)
      probabilities.append(probabilities[k - 1] * ratio)
    }
    let values = (0..<total).map { $0 < right ? 1.0 : 0 }
    expect(
      Bootstrap(resampleCount: 10_000, seed: 1).estimate(values),
      percentilesOf: probabilities.enumerated().map {
        (value: Double($0) / Double(total), probability: $1)
      }, "\(right) of \(total)")
  }

  @Test func nearsTheNormalDistribution() throws {
    let values = try Tensor.random(shape: [2000], seed: 3).floats.map(Double.init)
    let mean = values.reduce(0, +) / 2000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2000
    let radius = 1.96 * (variance / 2000).squareRoot()
    let estimate = try #require(Bootstrap(resampleCount: 10_000, seed: 4).estimate(values))
    #expect(abs(estimate.lower - (mean - radius)) < 0.06 * radius, "\(estimate)")
    #expect(abs(estimate.upper - (mean + radius)) < 0.06 * radius, "\(estimate)")
  }

  /// Of samples of a population with mean 0, about 95 % have an interval that holds it.
  @Test func coversTheMeanOfThePopulation() throws {
    let sampleCount = 400
    let population = try Tensor.random(shape: [sampleCount, 60], seed: 5).floats.map(Double.init)
    let covering = (0..<sampleCount).count { sample in
      let estimate = Bootstrap(resampleCount: 1000, seed: UInt64(sample)).estimate(
        Array(population[(60 * sample)..<(60 * sample + 60)]))
      return estimate.map { ($0.lower...$0.upper).contains(0) } ?? false
    }
    #expect((364...394).contains(covering), "\(covering) of \(sampleCount)")
  }

  @Test func givesEqualValuesNoWidth() {
    let bootstrap = Bootstrap(resampleCount: 100, seed: 0)
    for value in [0, 1, -3, 0.125] {
      let values = [Double](repeating: value, count: 17)
      #expect(bootstrap.estimate(values) == Estimate(mean: value, lower: value, upper: value))
    }
    #expect(bootstrap.estimate([]) == nil)
  }

  @Test func dependsOnTheSeedAlone() {
    let values = (0..<50).map { Double($0 * $0) }
    let first = Bootstrap(resampleCount: 300, seed: 1).estimate(values)
    #expect(first == Bootstrap(resampleCount: 300, seed: 1).estimate(values))
    #expect(first != Bootstrap(resampleCount: 300, seed: 2).estimate(values))
  }

  @Test(
    arguments: [
      (0, 0), (1, 1), (123.4567, 123.457), (-0.000_123_456_78, -0.000_123_457),
      (1e-12, 1e-12), (9.999_999_9, 10), (12_345_678, 12_345_700),
      (.infinity, .greatestFiniteMagnitude), (4e-320, 4e-320),
    ] as [(Double, Double)]) func roundsToSixDigits(value: Double, want: Double)
  {
    let got = Estimate(mean: value, lower: 0, upper: 0).mean
    #expect(abs(got - want) <= 1e-15 * abs(want), "\(got)")
  }
}
