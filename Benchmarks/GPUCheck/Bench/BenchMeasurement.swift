import GPUDevices
import KernelIR

/// What repeated work took.
struct BenchMeasurement: Encodable {
  /// Of one repeat; absent where the device has no clock.
  var seconds: Spread?
  var repeats = 1
  /// The warp instructions of one repeat, where the device has no clock.
  var instructions: [String: UInt64]?

  /// Measures launches on so many sets of buffers in turn.
  init<Device: GPUDevice>(
    _ launch: @escaping (_ set: Int) throws -> Void, setCount: Int, on device: Device
  ) throws {
    var set = 0
    let step = {
      try launch(set)
      set = (set + 1) % setCount
    }
    let first = try device.measure(repeatCount: 3, step)
    switch first {
    case .instructions(let counts):
      instructions = Dictionary(uniqueKeysWithValues: counts.map { ($0.rawValue, $1) })
    case .seconds:
      let estimate = max(first.medianSeconds ?? 0, 1e-7)
      if estimate > Self.shortest {
        repeats = min(max(Int(Self.duration / estimate), 15), 300)
        seconds = Self.spread(try device.measure(repeatCount: repeats, step), of: 1)
      } else {
        // The launches of a graph follow each other faster than the host could launch.
        let count = 32
        let graph = try device.capture { for _ in 0..<count { try step() } }
        repeats = 30
        seconds = Self.spread(
          try device.measure(repeatCount: repeats) { try device.replay(graph) }, of: count)
      }
    }
  }

  /// Seconds in which the host is surely faster than the GPU, and seconds that a measurement may take.
  private static let shortest = 40e-6
  private static let duration = 0.06

  private static func spread(_ measurement: Measurement, of count: Int) -> Spread? {
    guard case .seconds(let seconds) = measurement else { return nil }
    return Spread(seconds.map { $0 / Double(count) })
  }

  /// As people read it.
  var text: String {
    if let seconds {
      return seconds.median < 1e-3
        ? "\(Self.number(seconds.median * 1e6)) µs" : "\(Self.number(seconds.median * 1e3)) ms"
    }
    return "\(instructions?.values.reduce(0, +) ?? 0) instructions"
  }

  /// With about four digits.
  static func number(_ value: Double) -> String {
    value.text(digits: value < 10 ? 3 : value < 100 ? 2 : value < 1000 ? 1 : 0)
  }
}
