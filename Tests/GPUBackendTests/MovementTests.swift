import Graphs
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct MovementTests {
  private func expect(_ cases: [OperatorCase], sourceLocation: SourceLocation = #_sourceLocation) {
    GPUHarness.expect(cases, sourceLocation: sourceLocation)
  }

  @Test func slice() {
    func cut(_ shape: Shape, _ starts: [Int], _ ends: [Int], _ steps: [Int]) -> OperatorCase {
      OperatorCase(
        "\(shape) \(starts) \(ends) \(steps)", Slice(), .input(shape), .integers(starts),
        .integers(ends), .integers(Array(1...starts.count)), .integers(steps))
    }
    expect([
      cut([9, 4, 3, 3], [1], [3], [1]), cut([3, 4, 3, 3], [1, 1], [3, 3], [1, 1]),
      cut([9, 4, 3, 5], [0, 0, 4], [4, 3, -6], [1, 2, -2]),
      cut([8, 4, 3, 3], [-1, -1, -1], [-9, -9, -9], [-1, -2, -1]),
      cut([1, 7], [2], [7], [2]), cut([9, 7], [2], [6], [1]),
      cut([3, 2, 5], [0, 2], [2, 4], [1, 1]),
    ])
  }

  @Test func transpose() {
    func permute(_ shape: Shape, _ permutation: [Int]) -> OperatorCase {
      OperatorCase("\(shape) \(permutation)", Transpose(permutation: permutation), .input(shape))
    }
    expect([
      permute([9, 2, 3, 4], [0, 2, 3, 1]), permute([3, 2, 3, 4], [0, 3, 1, 2]),
      permute([8, 2, 3, 4], [0, 1, 3, 2]), permute([1, 2, 3, 4], [0, 3, 2, 1]),
      permute([9, 2, 3], [0, 2, 1]), permute([2, 2, 3, 2, 3, 2, 2], [0, 6, 5, 4, 3, 2, 1]),
      permute([3, 4], [0, 1]), permute([3], []),
    ])
  }

  @Test func repeats() {
    expect([
      OperatorCase("expand", Expand(), .input([9, 2, 1, 1]), .integers([1, 2, 3, 2])),
      OperatorCase("expand fewer axes", Expand(), .input([3, 1, 2]), .integers([4, 1])),
      OperatorCase("expand nothing", Expand(), .input([3, 4, 2]), .integers([1])),
      OperatorCase("tile", Graphs.Tile(), .input([9, 2, 3]), .integers([1, 2, 3])),
      OperatorCase("tile rows", Graphs.Tile(), .input([3, 2, 1, 2]), .integers([1, 1, 3, 1])),
    ])
  }

  @Test func gather() {
    func take(_ shape: Shape, axis: Int, _ indices: Tensor) -> OperatorCase {
      OperatorCase(
        "\(shape) axis \(axis) \(indices.shape)", Gather(axis: axis), .input(shape),
        .tensor(indices))
    }
    expect([
      take([9, 6, 2, 2], axis: 1, Tensor([4], [Int64(5), 0, -2, 2])),
      take([3, 6, 2, 3], axis: -1, Tensor([2], [Int64(2), -3])),
      take([3, 6, 4, 2], axis: 2, Tensor(scalar: Int64(-1))),
      take([8, 6, 2], axis: 1, Tensor([2, 2, 1], [Int64(1), 5, -1, 0])),
      take([9, 4], axis: 1, Tensor([3, 2], [Int64(0), 1, 2, 3, 0, 0])),
      take([9, 4], axis: 1, Tensor(scalar: Int64(3))),
    ])
  }

  @Test func pad() {
    func pad(
      _ mode: Pad.Mode, _ shape: Shape, _ pads: [Int], value: Float? = nil
    ) -> OperatorCase {
      OperatorCase(
        "\(mode) \(shape) \(pads)", Pad(mode: mode), .input(shape), .integers(pads),
        value.map { .scalar($0) })
    }
    expect([
      pad(.constant, [9, 2, 3, 2], [0, 0, 1, 2, 0, 0, 0, 1]),
      pad(.constant, [3, 2, 3, 2], [0, 1, 0, 2, 0, 2, 0, 1], value: 2.5),
      pad(.constant, [8, 2, 3, 5], [0, 0, -1, 2, 0, 0, 1, -3]),
      pad(.constant, [3, 4], [0, 1, 0, 2], value: -1),
      pad(.constant, [3, 4, 2], [0, 0, 0, 0, 0, 0]),
      pad(.reflect, [9, 2, 4, 5], [0, 0, 3, 2, 0, 0, 2, 4]),
      pad(.edge, [1, 2, 3, 2], [0, 1, 2, 2, 0, 0, 3, 3]),
      pad(.wrap, [3, 2, 3, 2], [0, 0, 4, 3, 0, 0, 3, 1]),
    ])
  }

  @Test func blocks() {
    var cases: [OperatorCase] = []
    for (index, mode) in [DepthToSpace.Mode.depthColumnRow, .columnRowDepth].enumerated() {
      for size in [1, 2, 3] {
        cases.append(
          OperatorCase(
            "\(mode) \(size)", DepthToSpace(blockSize: size, mode: mode),
            .input([GPUHarness.images(index + size), 2 * size * size, 2, 3])))
      }
    }
    for size in [1, 2, 3] {
      cases.append(
        OperatorCase(
          "space to depth \(size)", SpaceToDepth(blockSize: size),
          .input([GPUHarness.images(size), 2, 2 * size, 3 * size])))
    }
    cases.append(
      OperatorCase(
        "crop and pad", CenterCropPad(axes: [1, 2]), .input([9, 5, 2, 3]), .integers([2, 5])))
    expect(cases)
  }

  /// Views of a whole tensor, and of channels whose groups lie apart.
  @Test func views() {
    func view(_ name: String, _ op: any Operator, _ parameters: [Int]?) -> [OperatorCase] {
      [3, 9].flatMap { images in
        [false, true].map { isPart in
          OperatorCase("\(name), \(images) images, part \(isPart)") { net in
            var x = net.coarseInput([images, isPart ? 8 : 4, 1, 3])
            if isPart {
              x = try net.graph.addNode(Split(axis: 1, outputCount: 2), [x], name: "s")[1]
            }
            let inputs = [x] + (parameters.map { [net.constant(integers: $0)] } ?? [])
            let y = try net.add(op, inputs)
            net.output(y, try net.add(Unary(.activation(.relu)), [y]))
          }
        }
      }
    }
    expect(
      view("reshape", Reshape(), [0, 2, -1]) + view("flatten", Flatten(), nil)
        + view("squeeze", Squeeze(), [2]) + view("unsqueeze", Unsqueeze(), [1, 4]))
  }

  @Test func resize() {
    func scaled(_ op: Resize, _ shape: Shape, _ scales: [Float]) -> OperatorCase {
      OperatorCase(
        "\(op.mode) \(op.coordinates) \(op.rounding) \(shape) × \(scales)", op, .input(shape), nil,
        .floats(scales))
    }
    func sized(_ op: Resize, _ shape: Shape, _ sizes: [Int]) -> OperatorCase {
      OperatorCase(
        "\(op.mode) \(op.coordinates) \(shape) to \(sizes)", op, .input(shape), nil, nil,
        .integers(sizes))
    }
    var cases: [OperatorCase] = []
    let coordinates: [Resize.Coordinates] = [
      .halfPixel, .halfPixelSymmetric, .pytorchHalfPixel, .alignCorners, .asymmetric,
      .tfHalfPixelForNearest,
    ]
    for (index, coordinates) in coordinates.enumerated() {
      let images = GPUHarness.images(index)
      let op = Resize(mode: .nearest, coordinates: coordinates, rounding: .floor)
      cases.append(scaled(op, [images, 2, 3, 4], [1, 1, 2, 1.5]))
      guard coordinates != .tfHalfPixelForNearest else { continue }
      for mode in [Resize.Mode.linear, .cubic] {
        let op = Resize(mode: mode, coordinates: coordinates, excludesOutside: index % 2 == 1)
        cases.append(scaled(op, [images, 2, 3, 5], [1, 1, 1.7, 0.6]))
      }
    }
    let antialiased = Resize(mode: .linear, antialiases: true)
    cases += [
      sized(Resize(mode: .nearest), [3, 2, 3, 4], [3, 4, 5, 2]),
      scaled(Resize(mode: .nearest), [9, 2, 3], [1, 1, 2]),
      scaled(Resize(mode: .nearest), [3, 4], [1, 2]),
      scaled(Resize(mode: .linear), [9, 2, 3], [1, 1, 2]),
      scaled(Resize(mode: .linear), [3, 4], [1, 2]),
      scaled(Resize(mode: .linear), [3, 2, 3, 4], [1, 1, 1, 1]),
      scaled(Resize(mode: .linear), [3, 2, 3, 4], [1, 1, 1, 2]),
      scaled(Resize(mode: .linear), [3, 1, 2, 3, 4], [1, 1, 1, 2, 2]),
      sized(antialiased, [9, 2, 6, 8], [9, 2, 2, 3]),
      sized(Resize(mode: .cubic, antialiases: true), [3, 2, 6, 8], [3, 2, 4, 3]),
      OperatorCase(
        "sizes of axes", Resize(mode: .linear, axes: [2, 3]), .input([3, 2, 3, 2]), nil, nil,
        .integers([5, 4])),
      OperatorCase(
        "crop", Resize(coordinates: .tfCropAndResize, extrapolationValue: 4, axes: [2, 3]),
        .input([3, 2, 4, 6]), .floats([0.2, -0.3, 1.4, 0.9]), nil, .integers([4, 5])),
    ]
    expect(cases)
  }
}
