import Covers
import GPUBackend
import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors

/// The outputs of a layer in double precision, here and there.
struct LayerOracle {
  private let planned: PlannedLayer
  private let pool: RandomPool
  private let inputStart: Int

  /// - Parameter inputStart: where the input begins in the pool.
  init(_ planned: PlannedLayer, _ pool: RandomPool, inputStart: Int) {
    self.planned = planned
    self.pool = pool
    self.inputStart = inputStart
  }

  private var problem: BlockProblem { planned.problem }
  private var precision: BlockPrecision { planned.arithmetic }

  /// Compares elements here and there, and looks for those that were not written.
  func fault<Device: GPUDevice>(of buffer: Device.Buffer, on device: Device) throws -> String? {
    let values: [Float] =
      switch precision.element {
      case .f32: try device.values(of: buffer, as: Float.self)
      case .f16: try device.values(of: buffer, as: UInt16.self).map { HalfTable.values[Int($0)] }
      case .bf16:
        try device.values(of: buffer, as: UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
      }
    if let place = values.firstIndex(where: \.isNaN) {
      return "element \(place) is NaN, or was not written"
    }
    var random = SplitMix64(seed: 1)
    let places =
      [0, values.count - 1] + (0..<500).map { _ in Int(random.next() % UInt64(values.count)) }
    for place in places {
      let want = expected(place)
      let got = Double(values[place])
      if !((got - want.value).magnitude <= want.tolerance) {
        return "element \(place) is \(got), not \(want.value) ± \(want.tolerance)"
      }
    }
    return nil
  }

  /// Of the output [groups][filters][height][width][8].
  private func expected(_ place: Int) -> (value: Double, tolerance: Double) {
    let (input, output) = (problem.input, problem.output)
    let (vector, image) = place.quotientAndRemainder(dividingBy: 8)
    let (row, q) = vector.quotientAndRemainder(dividingBy: output.width)
    let (plane, p) = row.quotientAndRemainder(dividingBy: output.height)
    let (group, filter) = plane.quotientAndRemainder(dividingBy: output.channels)
    let branchRows = output.channels / planned.branches.count
    let branch = planned.branches[filter / branchRows]
    let weights = branch.weights.matrix
    let bias = Double(branch.weights.bias[filter % branchRows])
    var (sum, magnitude) = (bias, bias.magnitude)
    for (index, tap) in branch.taps.enumerated() {
      let weight = weights[filter % branchRows, index]
      let y = p * problem.stride.vertical + tap.y
      let x = q * problem.stride.horizontal + tap.x
      guard weight != 0, (0..<input.height).contains(y), (0..<input.width).contains(x) else {
        continue
      }
      let channel = group * input.channels + tap.channel
      let element = ((channel * input.height + y) * input.width + x) * 8 + image
      let product =
        precision.factor(weight) * precision.factor(pool.value(element, from: inputStart))
      sum += product
      magnitude += product.magnitude
    }
    let value = max(0, sum)
    return (
      value, precision.tolerance(of: value, magnitude: magnitude, taps: branch.taps.count)
    )
  }
}
