import GPUKernels
import Tensors

/// Windows that the checks of convolutions and pools slide.
struct WindowCase: Sendable, CustomStringConvertible {
  var groups = 1
  var channels = 3
  var input = Spatial(7, 7)
  var kernel: Spatial
  var stride = Spatial(1, 1)
  var dilation = Spatial(1, 1)
  var before = Spatial(0, 0)
  var after = Spatial(0, 0)
  /// Further outputs, whose windows reach beyond the padding, as ceil mode has them.
  var beyond = Spatial(0, 0)
  /// Output channels of each input channel.
  var multiplier = 1
  /// Vectors between groups of images that belong to other tensors: of the input and of the output.
  var gaps = (input: 0, output: 0)

  var description: String {
    func text(_ extents: Spatial) -> String { "\(extents.vertical)×\(extents.horizontal)" }
    let parts = [
      (" stride ", stride, Spatial(1, 1)), (" dilation ", dilation, Spatial(1, 1)),
      (" padding ", before, Spatial(0, 0)), (" and ", after, Spatial(0, 0)),
      (" beyond ", beyond, Spatial(0, 0)),
    ]
    return "\(groups)×\(channels)×\(text(input)), kernel \(text(kernel))"
      + parts.filter { $0.1 != $0.2 }.map { $0.0 + text($0.1) }.joined()
      + (multiplier == 1 ? "" : " times \(multiplier)")
      + (gaps == (0, 0) ? "" : " gaps of \(gaps.input) and \(gaps.output)")
  }

  func window() throws -> LanesWindow {
    func extent(_ size: Int, _ pads: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      (size + pads - (kernel - 1) * dilation - 1) / stride + 1
    }
    let output = Spatial(
      extent(
        input.vertical, before.vertical + after.vertical, kernel.vertical, stride.vertical,
        dilation.vertical) + beyond.vertical,
      extent(
        input.horizontal, before.horizontal + after.horizontal, kernel.horizontal,
        stride.horizontal, dilation.horizontal) + beyond.horizontal)
    return try LanesWindow(
      groups: groups, channels: channels, input: input, output: output, kernel: kernel,
      stride: stride, dilation: dilation, paddingBefore: before, paddingAfter: after,
      multiplier: multiplier,
      inputGroupStride: channels * input.vertical * input.horizontal + gaps.input,
      outputGroupStride: channels * multiplier * output.vertical * output.horizontal + gaps.output)
  }

  static let all: [WindowCase] = [
    WindowCase(channels: 1, input: Spatial(1, 1), kernel: Spatial(1, 1)),
    WindowCase(kernel: Spatial(1, 1)),
    WindowCase(kernel: Spatial(3, 3)),
    WindowCase(
      groups: 2, channels: 5, kernel: Spatial(3, 3), before: Spatial(1, 1), after: Spatial(1, 1)),
    WindowCase(
      channels: 2, input: Spatial(14, 33), kernel: Spatial(3, 3), stride: Spatial(2, 2),
      before: Spatial(1, 1), after: Spatial(1, 1)),
    WindowCase(
      channels: 2, input: Spatial(8, 8), kernel: Spatial(3, 3), stride: Spatial(2, 2),
      before: Spatial(0, 0), after: Spatial(1, 1)),
    WindowCase(
      input: Spatial(9, 5), kernel: Spatial(3, 3), dilation: Spatial(2, 2), before: Spatial(2, 2),
      after: Spatial(2, 2)),
    WindowCase(
      input: Spatial(12, 10), kernel: Spatial(2, 4), stride: Spatial(3, 1),
      dilation: Spatial(2, 1), before: Spatial(0, 3), after: Spatial(1, 0)),
    WindowCase(
      input: Spatial(11, 13), kernel: Spatial(5, 5), before: Spatial(2, 2), after: Spatial(2, 2)),
    WindowCase(
      input: Spatial(11, 13), kernel: Spatial(5, 5), stride: Spatial(2, 2), before: Spatial(2, 2),
      after: Spatial(2, 2)),
    WindowCase(
      input: Spatial(7, 7), kernel: Spatial(7, 7), before: Spatial(3, 3), after: Spatial(3, 3)),
    WindowCase(
      channels: 1, input: Spatial(6, 5), kernel: Spatial(13, 13), before: Spatial(6, 6),
      after: Spatial(6, 6)),
    WindowCase(input: Spatial(1, 40), kernel: Spatial(1, 3), after: Spatial(0, 2)),
    WindowCase(input: Spatial(40, 1), kernel: Spatial(3, 1), before: Spatial(2, 0)),
    WindowCase(kernel: Spatial(7, 7)),
    // Taps so far away that their addresses would be no 32-bit numbers.
    WindowCase(
      channels: 1, input: Spatial(2, 1000), kernel: Spatial(2, 1), dilation: Spatial(600_000, 1),
      before: Spatial(600_000, 0)),
    WindowCase(
      channels: 1, input: Spatial(2, 1000), kernel: Spatial(2, 1), dilation: Spatial(600_000, 1),
      after: Spatial(600_000, 0)),
    WindowCase(
      channels: 1, input: Spatial(1000, 1), kernel: Spatial(1, 2), dilation: Spatial(1, 600_000),
      before: Spatial(0, 600_000)),
    WindowCase(
      input: Spatial(6, 6), kernel: Spatial(3, 3), stride: Spatial(2, 2), beyond: Spatial(1, 1)),
    WindowCase(
      input: Spatial(5, 5), kernel: Spatial(2, 2), stride: Spatial(2, 2), beyond: Spatial(1, 0)),
    WindowCase(
      input: Spatial(6, 6), kernel: Spatial(3, 3), stride: Spatial(2, 2), before: Spatial(1, 1),
      after: Spatial(1, 1), beyond: Spatial(1, 1)),
    WindowCase(
      groups: 2, input: Spatial(6, 5), kernel: Spatial(3, 3), before: Spatial(1, 1),
      after: Spatial(1, 1), multiplier: 2),
    WindowCase(
      channels: 1, input: Spatial(4, 4), kernel: Spatial(2, 2), stride: Spatial(2, 2),
      multiplier: 5),
    WindowCase(
      groups: 3, channels: 2, input: Spatial(4, 5), kernel: Spatial(3, 3), before: Spatial(1, 1),
      after: Spatial(1, 1), multiplier: 3, gaps: (7, 33)),
  ]
}

extension LanesWindow {
  /// A tap of the window of an output.
  package struct Tap {
    package var number: Int
    /// The element under it; nil where it stands on none.
    package var place: Int?
    /// Whether it stands on padding.
    package var isPadding: Bool
  }

  /// Calls `body` for every output with the taps of its window.
  func forEachOutput(_ body: (_ channel: Int, _ output: Int, _ taps: [Tap]) -> Void) {
    let groupCount = outputChannels * output.vertical * output.horizontal * 8
    for place in 0..<outputCount where place % (outputGroupStride * 8) < groupCount {
      body(channel(of: place), place, taps(of: place))
    }
  }

  /// The channel of an output.
  package func channel(of place: Int) -> Int {
    place / 8 % outputGroupStride / (output.vertical * output.horizontal)
  }

  /// The window of an output.
  package func taps(of place: Int) -> [Tap] {
    let (vector, lane) = place.quotientAndRemainder(dividingBy: 8)
    let (group, pixel) = vector.quotientAndRemainder(dividingBy: outputGroupStride)
    let (row, q) = pixel.quotientAndRemainder(dividingBy: output.horizontal)
    let (filter, p) = row.quotientAndRemainder(dividingBy: output.vertical)
    let channel = filter / multiplier
    var taps: [Tap] = []
    for r in 0..<kernel.vertical {
      for s in 0..<kernel.horizontal {
        let y = p * stride.vertical + r * dilation.vertical - paddingBefore.vertical
        let x = q * stride.horizontal + s * dilation.horizontal - paddingBefore.horizontal
        let isInside = (0..<input.vertical).contains(y) && (0..<input.horizontal).contains(x)
        let isPadded =
          y < input.vertical + paddingAfter.vertical
          && x < input.horizontal + paddingAfter.horizontal
        let place = (channel * input.vertical + y) * input.horizontal + x
        taps.append(
          Tap(
            number: r * kernel.horizontal + s,
            place: isInside ? (group * inputGroupStride + place) * 8 + lane : nil,
            isPadding: !isInside && isPadded))
      }
    }
    return taps
  }

  /// Elements, those between groups included.
  package var inputCount: Int { groups * inputGroupStride * 8 }
  package var outputCount: Int { groups * outputGroupStride * 8 }
}
