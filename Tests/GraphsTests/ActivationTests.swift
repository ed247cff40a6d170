import Graphs
import Testing

@Suite struct ActivationTests {
  @Test func valuesFollowTheFormulas() {
    let cases: [(Activation, Double, Double)] = [
      (.identity, -1.5, -1.5),
      (.relu, -1, 0), (.relu, 2, 2), (.relu, 0, 0),
      (.leakyRelu(slope: 0.25), -4, -1), (.leakyRelu(slope: 0.25), 4, 4),
      (.clip(lower: 0, upper: 6), -1, 0), (.clip(lower: 0, upper: 6), 7, 6),
      (.clip(lower: 0, upper: 6), 3, 3), (.clip(lower: 2, upper: 1), 0, 1),
      (.sigmoid, 0, 0.5), (.sigmoid, 1, 0.731_058_578_630_004_9), (.sigmoid, -1000, 0),
      (.hardSigmoid(alpha: 0.25, beta: 0.5), 1, 0.75),
      (.hardSigmoid(alpha: 0.25, beta: 0.5), 9, 1),
      (.hardSwish, -3, 0), (.hardSwish, 3, 3), (.hardSwish, 1, 2.0 / 3),
      (.silu, 0, 0), (.silu, 1, 0.731_058_578_630_004_9),
      (.tanh, 0, 0), (.tanh, 1, 0.761_594_155_955_764_9),
    ]
    for (activation, x, want) in cases {
      let got = activation(x)
      #expect(abs(got - want) <= 1e-15, "\(activation)(\(x)): got \(got), want \(want)")
    }
  }

  @Test func notANumberStays() {
    let activations: [Activation] = [
      .identity, .relu, .leakyRelu(slope: 0.1), .clip(lower: 0, upper: 6), .sigmoid,
      .hardSigmoid(alpha: 0.2, beta: 0.5), .hardSwish, .silu, .tanh,
    ]
    for activation in activations { #expect(activation(.nan).isNaN, "\(activation)") }
  }
}
