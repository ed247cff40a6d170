import Graphs
import Tensors

/// What filters read and compute, by the definitions of ONNX: one loop for each index.
struct NaiveLayer {
  /// X, by tap and position.
  var x: [[Double]]
  /// WX + b, by filter and position.
  var y: [[Double]]

  /// A group of a convolution with one or two spatial axes; pads are [begin…, end…].
  init(
    conv input: Tensor, weights: Tensor, bias: Tensor?, groups: Int, group: Int, strides: [Int],
    dilations: [Int], pads: [Int]
  ) {
    let axes = input.shape.rank - 2
    // A single axis is the columns of one row.
    func both(_ values: [Int], _ first: Int) -> [Int] { axes == 2 ? values : [first] + values }
    let kernel = both(Array(weights.shape.dimensions[2...]), 1)
    let extents = both(Array(input.shape.dimensions[2...]), 1)
    let (strides, dilations) = (both(strides, 1), both(dilations, 1))
    let begin = both(Array(pads[..<axes]), 0)
    let end = both(Array(pads[axes...]), 0)
    let (images, channels) = (input.shape[0], input.shape[1])
    let (filters, groupChannels) = (weights.shape[0] / groups, weights.shape[1])
    let outputs = (0..<2).map { (axis: Int) -> Int in
      let room = extents[axis] + begin[axis] + end[axis]
      let span = dilations[axis] * (kernel[axis] - 1) + 1
      return (room - span) / strides[axis] + 1
    }
    let (elements, w) = (input.doubles(), weights.doubles())
    x = []
    for c in 0..<groupChannels {
      for r in 0..<kernel[0] {
        for s in 0..<kernel[1] {
          var row: [Double] = []
          for n in 0..<images {
            for oy in 0..<outputs[0] {
              for ox in 0..<outputs[1] {
                let y = oy * strides[0] + r * dilations[0] - begin[0]
                let x = ox * strides[1] + s * dilations[1] - begin[1]
                guard y >= 0, y < extents[0], x >= 0, x < extents[1] else {
                  row.append(0)
                  continue
                }
                let plane = n * channels + group * groupChannels + c
                row.append(elements[(plane * extents[0] + y) * extents[1] + x])
              }
            }
          }
          x.append(row)
        }
      }
    }
    let taps = x.count
    y = Self.products(
      x, filters: filters,
      bias: bias.map { Array($0.doubles()[group * filters..<(group + 1) * filters]) }
    ) { w[(group * filters + $0) * taps + $1] }
  }

  /// A product of a matrix.
  ///
  /// - Parameters:
  ///   - rows: what each position reads.
  ///   - weight: that of a filter and a tap.
  init(rows: [[Double]], filters: Int, bias: [Double]?, weight: (Int, Int) -> Double) {
    let taps = rows.first?.count ?? 0
    x = (0..<taps).map { tap in rows.map { $0[tap] } }
    y = Self.products(x, filters: filters, bias: bias, weight: weight)
  }

  private static func products(
    _ x: [[Double]], filters: Int, bias: [Double]?, weight: (Int, Int) -> Double
  ) -> [[Double]] {
    (0..<filters).map { filter in
      (0..<(x.first?.count ?? 0)).map { position in
        var sum = bias?[filter] ?? 0
        for tap in x.indices { sum += weight(filter, tap) * x[tap][position] }
        return sum
      }
    }
  }
}
