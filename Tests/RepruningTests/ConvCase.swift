import Graphs
import Tensors
import TestSupport

/// A convolution that can be made again from its numbers.
struct ConvCase: CustomStringConvertible, Sendable {
  /// [N, C, spatial…].
  let input: [Int]
  let filters: Int
  let kernel: [Int]
  var strides: [Int] = []
  var dilations: [Int] = []
  /// [begin…, end…].
  var pads: [Int] = []
  var groups = 1

  var description: String {
    "\(input), \(filters) filters of \(kernel), strides \(strides), dilations \(dilations),"
      + " pads \(pads), \(groups) groups"
  }

  var axes: Int { kernel.count }
  var ones: [Int] { kernel.map { _ in 1 } }
  var allPads: [Int] { pads.isEmpty ? kernel.map { _ in 0 } + kernel.map { _ in 0 } : pads }

  var op: Conv {
    Conv(
      kernel: kernel, strides: strides, dilations: dilations,
      padding: .explicit(begin: Array(allPads[..<axes]), end: Array(allPads[axes...])),
      groups: groups)
  }

  /// A group by the definition.
  func naive(_ input: Tensor, weights: Tensor, bias: Tensor?, group: Int) -> NaiveLayer {
    NaiveLayer(
      conv: input, weights: weights, bias: bias, groups: groups, group: group,
      strides: strides.isEmpty ? ones : strides, dilations: dilations.isEmpty ? ones : dilations,
      pads: allPads)
  }

  static let all = [
    ConvCase(input: [1, 1, 1, 1], filters: 1, kernel: [1, 1]),
    ConvCase(input: [2, 3, 5, 4], filters: 4, kernel: [1, 1]),
    ConvCase(input: [1, 2, 7, 6], filters: 3, kernel: [3, 3], pads: [1, 1, 1, 1]),
    ConvCase(
      input: [3, 2, 8, 9], filters: 2, kernel: [3, 2], strides: [2, 3], pads: [0, 2, 1, 1]),
    ConvCase(input: [2, 4, 9, 8], filters: 6, kernel: [2, 3], dilations: [3, 2], groups: 2),
    ConvCase(
      input: [2, 6, 7, 7], filters: 3, kernel: [3, 3], strides: [2, 1], dilations: [1, 2],
      pads: [2, 3, 0, 4], groups: 3),
    ConvCase(input: [1, 1, 2, 2], filters: 2, kernel: [4, 4], pads: [3, 3, 2, 2]),
    ConvCase(
      input: [2, 3, 11], filters: 5, kernel: [4], strides: [2], dilations: [2], pads: [3, 1]),
    ConvCase(input: [1, 4, 6], filters: 4, kernel: [3], pads: [1, 1], groups: 2),
  ]
}
