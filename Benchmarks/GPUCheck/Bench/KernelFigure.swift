import GPUDevices
import KernelIR

/// What a kernel reaches.
struct KernelFigure: Encodable {
  var family: String
  var kernel: String
  var shape: String
  var byteCount: Int
  var operationCount: Int
  var product: ProductRecord?
  /// Absent where the kernel was not measured.
  var measurement: BenchMeasurement?
  var bytesPerSecond: Double?
  var operationsPerSecond: Double?
  /// Of the measured ceilings.
  var shareOfMemory: Double?
  var shareOfArithmetic: Double?
  var arithmetic: CeilingKind?
  /// What is wrong.
  var fault: String?

  init<Device: GPUDevice>(_ workload: Workload<Device>) {
    family = workload.family
    kernel = workload.kernel
    shape = workload.shape
    byteCount = workload.byteCount
    operationCount = workload.operationCount
    product = workload.product
    arithmetic = workload.arithmetic
  }

  /// Checks the output, then measures.
  mutating func measure<Device: GPUDevice>(
    _ workload: Workload<Device>, on device: Device, _ pool: RandomPool, _ ceilings: [CeilingFigure]
  ) throws {
    // All sets together are four times the cache at least.
    let cacheByteCount = 4 * device.properties.l2ByteCount
    let setCount = min(max(1, (cacheByteCount + byteCount - 1) / byteCount), 64)
    let prepared = try workload.prepare(device, pool, setCount)
    try prepared.launch(0)
    fault = try prepared.fault()
    guard fault == nil else { return }
    let measurement = try BenchMeasurement(prepared.launch, setCount: setCount, on: device)
    self.measurement = measurement
    guard let seconds = measurement.seconds?.median else { return }
    func share(_ rate: Double?, of kind: CeilingKind?) -> Double? {
      let ceiling = ceilings.first { $0.kind == kind }?.perSecond
      guard let rate, let ceiling else { return nil }
      return rate / ceiling
    }
    bytesPerSecond = Double(byteCount) / seconds
    operationsPerSecond = operationCount > 0 ? Double(operationCount) / seconds : nil
    shareOfMemory = share(bytesPerSecond, of: .memory)
    shareOfArithmetic = share(operationsPerSecond, of: arithmetic)
  }

  var text: String {
    var parts = ["\(family) \(kernel) \(shape):"]
    if let fault { return parts[0] + " WRONG: \(fault)" }
    if let measurement { parts.append(measurement.text) }
    func percent(_ share: Double?) -> String {
      share.map { " (\(BenchMeasurement.number($0 * 100)) %)" } ?? ""
    }
    if let bytesPerSecond {
      parts.append("\(BenchMeasurement.number(bytesPerSecond / 1e9)) GB/s\(percent(shareOfMemory))")
    }
    if let operationsPerSecond {
      parts.append(
        "\(BenchMeasurement.number(operationsPerSecond / 1e12)) TFLOP/s\(percent(shareOfArithmetic))"
      )
    }
    return parts.joined(separator: "  ")
  }
}
