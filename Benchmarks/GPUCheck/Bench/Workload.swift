import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors

/// A tensor of a workload, with random numbers in memory from a place of the pool on.
struct WorkloadTensor: Sendable {
  var element: KernelElement
  var count: Int
  /// Elements in memory where rows have gaps; `count` without.
  var byteCount: Int { count * element.byteCount }

  init(_ element: KernelElement, _ count: Int) {
    self.element = element
    self.count = count
  }
}

/// The value that an output should have, and how far it may be off.
struct Expectation {
  var value: Double
  var absolute = 0.0
  /// In units of the last place.
  var ulp = 1.0
}

/// A kernel at a size, to be measured.
struct Workload<Device: GPUDevice> {
  var family: String
  var kernel: String
  var shape: String
  var target = Target.sm80
  /// Read and written at least: each input once, each output once.
  var byteCount: Int
  /// Multiplications and additions, where they may be the limit.
  var operationCount: Int
  /// What limits the operations.
  var arithmetic: CeilingKind?
  var product: ProductRecord?
  /// Makes everything ready, with so many sets of buffers.
  var prepare: (_ device: Device, _ pool: RandomPool, _ setCount: Int) throws -> Prepared

  struct Prepared {
    /// Launches the kernel on a set of buffers.
    var launch: (_ set: Int) throws -> Void
    /// What is wrong with the output of the first set.
    var fault: () throws -> String?
  }
}

/// A matrix product, as others' libraries are told to compute it.
struct ProductRecord: Codable, Sendable {
  var format: String
  var layoutOfB: String
  var m: Int
  var n: Int
  var k: Int
}

/// A set of buffers.
struct WorkloadBuffers<Device: GPUDevice> {
  var inputs: [Device.Buffer]
  var output: Device.Buffer
}

extension Workload {
  /// A workload of one kernel whose inputs are dense tensors of random numbers.
  ///
  /// - Parameters:
  ///   - operationCount: of all.
  ///   - arguments: the parameters for a set of buffers. What it allocates it appends to `held`.
  ///   - expected: an element of the output, of the inputs' elements.
  init<K: ProblemKernel>(
    _ family: String, _ kernel: K, shape: String, target: Target = .sm80,
    inputs: [WorkloadTensor], output: WorkloadTensor, operationCount: Int = 0,
    arithmetic: CeilingKind? = nil, product: ProductRecord? = nil,
    arguments:
      @escaping (
        _ device: Device, _ buffers: WorkloadBuffers<Device>, _ held: inout [Device.Buffer]
      ) throws -> K.Arguments,
    expected: @escaping (_ place: Int, _ inputs: [(Int) -> Double]) -> Expectation
  ) {
    self.family = family
    self.kernel = kernel.name
    self.shape = shape
    self.target = target
    self.operationCount = operationCount
    self.arithmetic = arithmetic
    self.product = product
    byteCount = inputs.reduce(output.byteCount) { $0 + $1.byteCount }
    prepare = { device, pool, setCount in
      let loaded = try device.load(kernel.build())
      // Anywhere, but at different places.
      let starts = inputs.indices.map { 7919 * ($0 + 1) }
      var held: [Device.Buffer] = []
      var sets: [(buffers: WorkloadBuffers<Device>, arguments: K.Arguments)] = []
      for _ in 0..<setCount {
        let buffers = WorkloadBuffers<Device>(
          inputs: try zip(inputs, starts).map { tensor, start in
            switch tensor.element {
            case .f32: try device.buffer(of: pool.floats(tensor.count, from: start))
            case .f16: try device.buffer(of: pool.halves(tensor.count, from: start))
            case .bf16:
              throw HewnError(.internal, "there are no workloads of bf16")
            }
          }, output: try device.allocate(byteCount: output.byteCount))
        try device.fill(buffers.output, with: 0xff)
        sets.append((buffers, try arguments(device, buffers, &held)))
      }
      let readers = starts.map { start in { Double(pool.value($0, from: start)) } }
      return Prepared(
        launch: { set in
          _ = held
          try device.launch(loaded, grid: kernel.grid, arguments: sets[set].arguments)
        },
        fault: {
          try Self.fault(
            of: sets[0].buffers.output, on: device, output, expected: { expected($0, readers) })
        })
    }
  }

  /// Compares elements here and there, and looks for those that were not written.
  private static func fault(
    of buffer: Device.Buffer, on device: Device, _ output: WorkloadTensor,
    expected: (Int) -> Expectation
  ) throws -> String? {
    let values: [Float] =
      switch output.element {
      case .f32: try device.values(of: buffer, as: Float.self)
      case .f16:
        try device.values(of: buffer, as: UInt16.self).map { HalfTable.values[Int($0)] }
      case .bf16:
        try device.values(of: buffer, as: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
      }
    if let place = values.firstIndex(where: \.isNaN) {
      return "element \(place) is NaN, or was not written"
    }
    var random = SplitMix64(seed: 1)
    let count = output.count
    let places = [0, count - 1] + (0..<1000).map { _ in Int(random.next() % UInt64(count)) }
    for place in places {
      let want = expected(place)
      let got = values[place]
      let isNear = (Double(got) - want.value).magnitude <= want.absolute
      if !isNear, output.element.ulp(got, want.value) > want.ulp {
        return "element \(place) is \(got), not \(want.value)"
      }
    }
    return nil
  }
}

/// All numbers of f16, by their bits.
enum HalfTable {
  static let values = (0...UInt16.max).map(Half.value)
}
