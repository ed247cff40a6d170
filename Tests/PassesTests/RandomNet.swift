import Graphs
import Tensors

/// Builds a random net of the idioms that passes look for, in double precision.
struct RandomNet {
  private var net: Net
  private var generator: SplitMix64
  private var count = 0
  /// Tensors of four axes that later operators may read.
  private var maps: [ValueID] = []

  init(seed: UInt64) {
    net = Net(seed: seed)
    generator = SplitMix64(seed: seed &* 0x5851_f42d)
    maps = [net.input("x", [1, 2, 5, 6])]
  }

  private mutating func choose(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }

  private mutating func name(_ stem: String) -> String {
    count += 1
    return "\(stem)\(count)"
  }

  /// Builds the net: some operators on maps, then a head, and now and then a second output.
  func graph() throws -> Graph {
    var builder = self
    return try builder.build()
  }

  private mutating func build() throws -> Graph {
    for _ in 0..<6 + choose(10) { try addOperator() }
    guard let last = maps.last else { return net.graph }
    let head = try addHead(last)
    return choose(3) == 0 ? net.returning(head, maps[maps.count / 2]) : net.returning(head)
  }

  private mutating func addOperator() throws {
    // Mostly the newest map, so that chains arise.
    let x = choose(4) > 0 ? maps[maps.count - 1] : maps[choose(maps.count)]
    let shape = net.graph[x].type.shape
    let channels: Shape = [1, shape[1], 1, 1]
    switch choose(14) {
    case 0, 1, 2:
      maps.append(
        try net.conv(name("conv"), x, filters: 2, groups: 1 + choose(2), bias: choose(2) == 0))
    case 3: maps.append(try net.normalization(name("bn"), x))
    case 4:
      let kinds: [Binary.Kind] = [.add, .subtract, .multiply, .divide]
      let constant = net.positive(name("k"), choose(2) == 0 ? channels : [])
      let isReversed = choose(2) == 0
      maps.append(
        try net.binary(
          name("arithmetic"), kinds[choose(isReversed ? 3 : 4)], isReversed ? constant : x,
          isReversed ? x : constant))
    case 5:
      let functions: [Activation] = [
        .relu, .leakyRelu(slope: 0.1), .sigmoid, .tanh, .hardSwish, .silu,
        .clip(lower: -0.5, upper: 2), .hardSigmoid(alpha: 0.25, beta: 0.5),
      ]
      maps.append(try net.activation(name("act"), functions[choose(functions.count)], x))
    case 6:
      maps.append(
        try net.node(name("clip"), Clip(), x, net.scalar(name("l"), 0), net.scalar(name("u"), 6)))
    case 7:
      let gate = try net.activation(name("gate"), .sigmoid, x)
      maps.append(try net.binary(name("silu"), .multiply, gate, x))
    case 8:
      let sum = try net.binary(name("sum"), .add, x, net.scalar(name("three"), 3))
      let gate = try net.activation(name("gate"), .clip(lower: 0, upper: 6), sum)
      let product = try net.binary(name("product"), .multiply, x, gate)
      maps.append(try net.binary(name("swish"), .divide, product, net.scalar(name("six"), 6)))
    case 9, 10:
      let others = maps.filter { net.graph[$0].type == net.graph[x].type }
      maps.append(try net.binary(name("add"), .add, x, others[choose(others.count)]))
    case 11:
      let value = [0, 0, -Double.infinity][choose(3)]
      let pads = (0..<4).map { _ in Int64(choose(3)) }
      let padded = try net.node(
        name("pad"), Pad(), x,
        net.integers(name("pads"), [0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3]]),
        net.scalar(name("value"), value))
      let window = PoolingWindow(kernel: [3, 3], roundsUp: choose(4) == 0)
      maps.append(
        value < 0
          ? try net.node(name("max"), MaxPool(window), padded)
          : choose(2) == 0
            ? try net.node(name("mean"), AveragePool(window), padded)
            : try net.conv(name("conv"), padded, filters: 2))
    case 12: maps.append(try net.node(name("same"), Identity(), x))
    default:
      let flat = try net.node(name("flat"), Flatten(), x)
      let extents = shape.dimensions.map(Int64.init)
      maps.append(
        try net.node(name("back"), Reshape(), flat, net.integers(name("shape"), extents)))
    }
  }

  private mutating func addHead(_ x: ValueID) throws -> ValueID {
    let mean = try net.node(
      name("mean"), Reduce(.mean, keepsDimensions: choose(2) == 0), x,
      net.integers(name("axes"), [2, 3]))
    let flat = try net.node(name("flat"), Flatten(), mean)
    let features = net.graph[flat].type.shape[1]
    let weight = net.weight(name("w"), [features, 3])
    if choose(2) == 0 {
      let product = try net.node(name("matmul"), MatMul(), flat, weight)
      return try net.binary(name("bias"), .add, product, net.weight(name("b"), [3]))
    }
    return try net.node(
      name("gemm"), Gemm(alpha: 0.5, beta: 2), flat, weight, net.weight(name("b"), [1, 3]))
  }
}
