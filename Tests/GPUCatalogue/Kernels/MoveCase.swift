import GPUKernels
import Tensors

/// A movement of tensors [groups, shape…] of vectors, said twice: as axes for the kernel, and element by element.
struct MoveCase: Sendable {
  var name: String
  /// Without the groups of images.
  var inputShape: [Int]
  var outputShape: [Int]
  var parts: [Part]
  /// The place in the input that a place of the output holds; `nil` where it is filled, or not written.
  var source: @Sendable (_ place: [Int]) -> [Int]?
  /// Whether all of the output is written.
  var writesAll = true

  /// What one kernel moves: axes without the groups of images.
  struct Part: Sendable {
    var axes: [MoveAxis]
    var inputBase = 0
    var outputBase = 0
  }

  /// Vectors from one place of an axis of a dense tensor to the next.
  static func strides(_ shape: [Int]) -> [Int] {
    shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
  }
}

// MARK: Operators

extension MoveCase {
  /// Chosen places of each axis.
  static func indexed(
    _ name: String, _ shape: [Int], _ indices: [[Int?]]
  ) -> MoveCase {
    let outputShape = indices.map(\.count)
    let axes = indices.indices.map {
      MoveAxis(
        indices[$0], inputStride: strides(shape)[$0], outputStride: strides(outputShape)[$0])
    }
    return MoveCase(
      name: "\(name) of \(shape) to \(outputShape)", inputShape: shape, outputShape: outputShape,
      parts: [Part(axes: axes)]
    ) { place in
      let source = zip(indices, place).map { $0[$1] }
      return source.contains(nil) ? nil : source.compactMap { $0 }
    }
  }

  /// Slices by strides alone, which may be negative.
  static func slice(_ shape: [Int], starts: [Int], steps: [Int], counts: [Int]) -> MoveCase {
    let inputStrides = strides(shape)
    let axes = shape.indices.map {
      MoveAxis(
        extent: counts[$0], inputStride: steps[$0] * inputStrides[$0],
        outputStride: strides(counts)[$0])
    }
    let base = zip(starts, inputStrides).reduce(0) { $0 + $1.0 * $1.1 }
    return MoveCase(
      name: "slice of \(shape) from \(starts) by \(steps)", inputShape: shape, outputShape: counts,
      parts: [Part(axes: axes, inputBase: base)]
    ) { place in shape.indices.map { starts[$0] + place[$0] * steps[$0] } }
  }

  static func transpose(_ shape: [Int], _ order: [Int]) -> MoveCase {
    let outputShape = order.map { shape[$0] }
    let axes = order.indices.map {
      MoveAxis(
        extent: outputShape[$0], inputStride: strides(shape)[order[$0]],
        outputStride: strides(outputShape)[$0])
    }
    return MoveCase(
      name: "transpose of \(shape) to \(order)", inputShape: shape, outputShape: outputShape,
      // The order in which axes are given is of no importance.
      parts: [Part(axes: axes.reversed())]
    ) { place in
      var source = place
      for (axis, from) in order.enumerated() { source[from] = place[axis] }
      return source
    }
  }

  /// The channels of the input, cut in three, one after the other from the last, by three kernels.
  static func concatenation(_ counts: [Int], area: Int) -> MoveCase {
    let channels = counts.reduce(0, +)
    var parts: [Part] = []
    var (first, end) = (0, channels)
    for count in counts {
      end -= count
      parts.append(
        Part(
          axes: [
            MoveAxis(extent: count, inputStride: area, outputStride: area),
            MoveAxis(extent: area, inputStride: 1, outputStride: 1),
          ], inputBase: first * area, outputBase: end * area))
      first += count
    }
    return MoveCase(
      name: "concatenation of \(counts) channels of \(area)", inputShape: [channels, area],
      outputShape: [channels, area], parts: parts
    ) { place in
      var (first, end) = (0, channels)
      for count in counts {
        end -= count
        if place[0] >= end { return [place[0] - end + first, place[1]] }
        first += count
      }
      return nil
    }
  }

  /// `DepthToSpace`, whose channels are [block, block, C] or, as `CRD`, [C, block, block].
  static func depthToSpace(
    channels: Int, block: Int, height: Int, width: Int, isColumnFirst: Bool
  ) -> MoveCase {
    let area = height * width
    let blockStrides = isColumnFirst ? [block, 1] : [block * channels, channels]
    let channelStride = isColumnFirst ? block * block : 1
    let output = strides([channels, height, block, width, block])
    let axes = [
      MoveAxis(extent: channels, inputStride: channelStride * area, outputStride: output[0]),
      MoveAxis(extent: height, inputStride: width, outputStride: output[1]),
      MoveAxis(extent: block, inputStride: blockStrides[0] * area, outputStride: output[2]),
      MoveAxis(extent: width, inputStride: 1, outputStride: output[3]),
      MoveAxis(extent: block, inputStride: blockStrides[1] * area, outputStride: output[4]),
    ]
    return MoveCase(
      name:
        "depth to space, \(isColumnFirst ? "CRD" : "DCR"), \(channels)×\(height)×\(width) by \(block)",
      inputShape: [channels * block * block, height, width],
      outputShape: [channels, height * block, width * block], parts: [Part(axes: axes)]
    ) { place in
      let (c, y, x) = (place[0], place[1], place[2])
      let corner = y % block * block + x % block
      let channel =
        isColumnFirst ? c * block * block + corner : corner * channels + c
      return [channel, y / block, x / block]
    }
  }

  /// `Tile`, as axes that repeat.
  static func tile(_ shape: [Int], _ repeats: [Int]) -> MoveCase {
    let outputShape = zip(shape, repeats).map { $0 * $1 }
    let axes = shape.indices.flatMap { axis in
      let (input, output) = (strides(shape)[axis], strides(outputShape)[axis])
      return [
        MoveAxis(extent: repeats[axis], inputStride: 0, outputStride: output * shape[axis]),
        MoveAxis(extent: shape[axis], inputStride: input, outputStride: output),
      ]
    }
    return MoveCase(
      name: "tile of \(shape) by \(repeats)", inputShape: shape, outputShape: outputShape,
      parts: [Part(axes: axes)]
    ) { place in zip(place, shape).map { $0 % $1 } }
  }

  /// A tensor that becomes some channels and every other column of a larger one.
  static func scatter(_ shape: [Int]) -> MoveCase {
    let outputShape = [shape[0] + 3, shape[1], shape[2] * 2]
    let axes = shape.indices.map {
      MoveAxis(
        extent: shape[$0], inputStride: strides(shape)[$0],
        outputStride: strides(outputShape)[$0] * ($0 == 2 ? 2 : 1))
    }
    return MoveCase(
      name: "scatter of \(shape)", inputShape: shape, outputShape: outputShape,
      parts: [Part(axes: axes, outputBase: 2 * strides(outputShape)[0] + 1)],
      source: { place in
        let isWritten = (2..<shape[0] + 2).contains(place[0]) && place[2] % 2 == 1
        return isWritten ? [place[0] - 2, place[1], place[2] / 2] : nil
      }, writesAll: false)
  }
}

/// What `Pad` puts outside of an axis.
enum PadMode: String, CaseIterable {
  case constant, edge, reflect, wrap

  /// The index at each place of an axis that is padded.
  func indices(_ count: Int, before: Int, after: Int) -> [Int?] {
    (-before..<count + after).map { place in
      var place = place
      switch self {
      case .constant: return (0..<count).contains(place) ? place : nil
      case .edge: return min(max(place, 0), count - 1)
      case .wrap: return (place % count + count) % count
      case .reflect:
        while !(0..<count).contains(place) {
          place = place < 0 ? -place : 2 * (count - 1) - place
        }
        return place
      }
    }
  }
}

extension MoveCase {
  static let all: [MoveCase] = {
    var cases = [
      indexed("copy", [1], [[0]]),
      transpose([13, 11, 7], [0, 1, 2]),
      slice([5, 7, 11], starts: [4, 0, 10], steps: [-2, 3, -1], counts: [3, 3, 11]),
      slice([3, 17, 19], starts: [0, 1, 2], steps: [1, 2, 5], counts: [3, 8, 3]),
      slice([2, 3, 1], starts: [1, 2, 0], steps: [-1, -1, -1], counts: [2, 3, 1]),
      transpose([17, 31], [1, 0]),
      transpose([4, 1, 13], [2, 1, 0]),
      transpose([5, 7, 11], [1, 2, 0]),
      transpose([2, 3, 5, 7], [3, 1, 2, 0]),
      transpose([3, 4, 2, 9], [1, 0, 3, 2]),
      concatenation([5, 1, 11], area: 49),
      concatenation([1, 1, 1], area: 1),
      depthToSpace(channels: 3, block: 2, height: 5, width: 7, isColumnFirst: false),
      depthToSpace(channels: 3, block: 2, height: 5, width: 7, isColumnFirst: true),
      depthToSpace(channels: 1, block: 3, height: 2, width: 1, isColumnFirst: true),
      tile([3, 5, 7], [2, 3, 2]),
      tile([1, 1, 13], [5, 7, 1]),
      scatter([3, 4, 5]),
      // Gathers; places outside may stand anywhere.
      indexed("gather", [7, 5, 3], [[6, 0, 6, 2], Array(0..<5), Array(0..<3)]),
      indexed("gather", [7, 5, 3], [[3, nil], [4, 4, 0, nil, 1], [2, 0, 1, 1]]),
      indexed(
        "nearest resize", [2, 5, 4],
        [[0, 1], [0, 0, 1, 2, 2, 3, 4, 4], [0, 0, 1, 1, 2, 2, 3, 3]]),
      indexed("nothing", [3, 2], [[nil], [0, 1]]),
      indexed("nothing", [3, 2], [[2, 1, 0], [nil, nil, nil]]),
    ]
    for mode in PadMode.allCases {
      cases.append(
        indexed(
          "\(mode.rawValue) pad", [3, 7, 5],
          [
            mode.indices(3, before: 0, after: 0), mode.indices(7, before: 2, after: 1),
            mode.indices(5, before: 0, after: 4),
          ]))
      cases.append(
        indexed(
          "\(mode.rawValue) pad", [2, 3],
          [mode.indices(2, before: 1, after: 7), mode.indices(3, before: 2, after: 0)]))
    }
    return cases
  }()
}
