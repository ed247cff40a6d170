package import KernelIR
internal import Tensors

// y[i] = f(x₀[i₀], x₁[i₁], …)
//
// Pointers: y dense in row-major order; inputs likewise, without the axes along which they repeat.
// All are aligned to 16 bytes. y may be an input that does not repeat.
// Tiles: thread i computes `vectorCount` neighbours of y; a block is a run of y.
// Limiter: bandwidth of device memory; with f16 and several transcendental functions, arithmetic.

/// The parameter struct of pointwise kernels.
package struct PointwiseArguments: BitwiseCopyable, Sendable {
  package var output: DeviceAddress<U32>
  package var inputs: InlineArray<8, DeviceAddress<U32>>
  /// Elements of y.
  package var elementCount: UInt32
  /// Threads that have elements.
  package var vectorCount: UInt32
  /// Extents of the axes from the second on, the last in vectors.
  var extents: InlineArray<5, Divisor>
  /// Elements from one place of an axis to the next, by input and axis.
  var strides: InlineArray<48, UInt32>
}

/// The kernel of a pointwise problem.
///
/// It knows the expression, the types, and which inputs repeat along which axes; extents are arguments.
package struct PointwiseKernel: ProblemKernel {
  package typealias Arguments = PointwiseArguments

  package let problem: PointwiseProblem
  package let configuration: PointwiseConfiguration

  /// - Precondition: rows consist of whole vectors, where inputs repeat along some axes.
  package init(_ problem: PointwiseProblem, _ configuration: PointwiseConfiguration? = nil) {
    self.problem = problem
    self.configuration = configuration ?? PointwiseConfiguration(for: problem)
    precondition(
      self.configuration.fits(problem),
      "\(self.configuration) does not fit rows of \(problem.axes.extents)")
  }

  private var axes: BroadcastAxes { problem.axes }
  private var axisCount: Int { axes.extents.count }

  package var name: String {
    let function = Fingerprint.hexadecimal(of: "\(problem.expression) \(axes.repeating)".utf8)
    let format = axisCount == 1 ? "flat" : "axes\(axisCount)"
    let types = problem.inputs.map(\.rawValue).joined() + "to" + problem.output.rawValue
    let tile = "\(configuration.threadCount)x\(configuration.vectorCount)"
    return "pointwise_\(function)_\(format)_\(types)_\(tile)__sm80"
  }

  /// Threads that have elements.
  private var vectorCount: Int {
    problem.elementCount.dividedRoundingUp(by: configuration.vectorCount)
  }

  package var grid: Grid {
    Grid(vectorCount.dividedRoundingUp(by: configuration.threadCount))
  }

  package func arguments(inputs: [UInt64], output: UInt64) -> PointwiseArguments {
    precondition(inputs.count == problem.inputs.count, "\(inputs.count) inputs")
    var arguments = PointwiseArguments(
      output: DeviceAddress(output), inputs: .init(repeating: DeviceAddress(0)),
      elementCount: UInt32(problem.elementCount), vectorCount: UInt32(vectorCount),
      extents: .init(repeating: Divisor(1)), strides: .init(repeating: 0))
    for (index, address) in inputs.enumerated() {
      arguments.inputs[index] = DeviceAddress(address)
      for axis in 0..<axisCount {
        arguments.strides[index * PointwiseProblem.axisLimit + axis] = UInt32(
          axes.stride(of: index, along: axis))
      }
    }
    for axis in 0..<axisCount where axis > 0 {
      let isLast = axis == axisCount - 1
      arguments.extents[axis - 1] = Divisor(
        isLast ? axes.extents[axis] / configuration.vectorCount : axes.extents[axis])
    }
    return arguments
  }

  /// Room for all inputs of a vector and for a function.
  private var registerBudget: Int {
    min(128, max(64, 40 + problem.inputs.count * configuration.vectorCount))
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: configuration.threadCount, registers: registerBudget,
      arguments: PointwiseArguments.self
    ) { k, a in
      k.comment("y = \(problem.expression)")
      let vector = k.blockIndex.x * Value<U32>(configuration.threadCount) + k.threadIndex
      let first = vector * Value<U32>(configuration.vectorCount)
      let output = ElementPointer(a.output, problem.output)
      k.if(vector < a.vectorCount) {
        let offsets = offsets(of: vector, a)
        let count = configuration.vectorCount
        guard axisCount == 1, count > 1 else {
          output.advanced(by: first).store(values(k, a, offsets, count: count))
          return
        }
        k.if(first + Value<U32>(count) <= a.elementCount) {
          output.advanced(by: first).store(values(k, a, offsets, count: count))
        } else: {
          k.loop(from: first, to: a.elementCount) { i in
            let offsets = problem.inputs.indices.map { axes.repeats($0, along: 0) ? 0 : i }
            output.advanced(by: i).store(values(k, a, offsets, count: 1))
          }
        }
      }
    }
  }

  /// Where each input's elements for a vector of y start.
  private func offsets(of vector: Value<U32>, _ a: KernelArguments<PointwiseArguments>)
    -> [Value<U32>]
  {
    var places: [Value<U32>] = []
    var rest = vector
    for axis in (1..<axisCount).reversed() {
      let (quotient, remainder) = a.extents[axis - 1].divide(rest)
      places.insert(remainder, at: 0)
      rest = quotient
    }
    places.insert(rest, at: 0)
    places[axisCount - 1] = places[axisCount - 1] * Value<U32>(configuration.vectorCount)

    var known: [[Bool]: Value<U32>] = [:]
    return problem.inputs.indices.map { input in
      let repeats = (0..<axisCount).map { axes.repeats(input, along: $0) }
      if let offset = known[repeats] { return offset }
      var offset: Value<U32> = 0
      for axis in 0..<axisCount where !repeats[axis] {
        // The last axis that does not repeat is dense.
        let isDense = !repeats[(axis + 1)...].contains(false)
        let stride = a.strides[input * PointwiseProblem.axisLimit + axis]
        offset = isDense ? offset + places[axis] : multiplyAdd(places[axis], stride, offset)
      }
      known[repeats] = offset
      return offset
    }
  }

  /// `count` elements of y, of inputs that start at some offsets.
  private func values(
    _ k: KernelBuilder, _ a: KernelArguments<PointwiseArguments>, _ offsets: [Value<U32>],
    count: Int
  ) -> [Value<F32>] {
    let inputs = problem.inputs.enumerated().map { index, element in
      let pointer = ElementPointer(a.inputs[index], element).advanced(by: offsets[index])
      return axes.repeats(index, along: axisCount - 1)
        ? Array(repeating: pointer.load(), count: count) : pointer.load(count)
    }
    return (0..<count).map { place in
      var emitter = PointwiseEmitter(k, inputs: inputs.map { $0[place] })
      return emitter.value(of: problem.expression)
    }
  }
}
