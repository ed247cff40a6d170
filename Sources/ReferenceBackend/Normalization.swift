package import Graphs
package import Tensors

extension BatchNormalization: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    let (scale, bias) = (try inputs.required(1).doubles(), try inputs.required(2).doubles())
    let (mean, variance) = (try inputs.required(3).doubles(), try inputs.required(4).doubles())
    var y = x.doubles()
    let geometry = AxisGeometry(x.shape, axis: 1)
    for n in 0..<geometry.outer {
      for c in 0..<geometry.extent {
        let deviation = (variance[c] + Double(epsilon)).squareRoot()
        for pixel in 0..<geometry.inner {
          let index = (n * geometry.extent + c) * geometry.inner + pixel
          y[index] = (y[index] - mean[c]) / deviation * scale[c] + bias[c]
        }
      }
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}

extension LRN: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let tensor = try inputs.required(0)
    let x = tensor.doubles()
    var y = x
    let geometry = AxisGeometry(tensor.shape, axis: 1)
    // An even window reaches one channel further up than down.
    let (before, after) = ((size - 1) / 2, size / 2)
    for n in 0..<geometry.outer {
      for c in 0..<geometry.extent {
        let window = max(0, c - before)...min(geometry.extent - 1, c + after)
        for pixel in 0..<geometry.inner {
          func index(_ channel: Int) -> Int {
            (n * geometry.extent + channel) * geometry.inner + pixel
          }
          var sum = 0.0
          for channel in window { sum += x[index(channel)] * x[index(channel)] }
          let divisor = Double(bias) + Double(alpha) / Double(size) * sum
          y[index(c)] = x[index(c)] / divisor.power(Double(beta))
        }
      }
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}

extension Softmax: ReferenceOperator {
  package func evaluate(_ inputs: [Tensor?], outputs: [TensorType]) throws -> [Tensor] {
    let x = try inputs.required(0)
    var y = x.doubles()
    let geometry = try geometry(input: x.shape)
    for outer in 0..<geometry.outer {
      for inner in 0..<geometry.inner {
        let line = (0..<geometry.extent).map {
          (outer * geometry.extent + $0) * geometry.inner + inner
        }
        let maximum = line.reduce(-.infinity) { max($0, y[$1]) }
        if kind == .hard {
          let winner = line.first { y[$0] == maximum }
          for index in line { y[index] = index == winner ? 1 : 0 }
          continue
        }
        // Subtracting the maximum changes nothing but keeps e^x finite.
        let sum = line.reduce(0) { $0 + (y[$1] - maximum).exponential }
        for index in line {
          let difference = y[index] - maximum
          y[index] =
            kind == .logarithm ? difference - sum.logarithm : difference.exponential / sum
        }
      }
    }
    return [try Tensor(rounding: y, to: outputs[0])]
  }
}
