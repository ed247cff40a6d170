import ArgumentParser
import GPUBackend
import GPUCatalogue
import GPUDevices
import GPUKernels
import Runtime

/// The layers that are asked for, planned and measured.
struct LayersWork {
  let precisions: [Precision]
  let batch: Int
  let filter: [String]
  let seconds: Double
  let json: String?
  let command: String

  private struct Results: Encodable {
    var batch: Int
    /// Whether nothing ran: then there are predictions alone.
    var isPrediction: Bool
    var layers: [LayerFigure] = []
    /// Those for which no time was left.
    var omitted: [String] = []
  }

  private var layers: [NetworkLayer] {
    LayerCatalogue.all.filter { layer in
      filter.isEmpty || filter.contains { layer.description.contains($0) }
    }
  }

  // MARK: Without a device

  /// Plans all layers for GPUs that need not be there.
  func predict(for gpus: [GPUFigures]) throws {
    var results = Results(batch: batch, isPrediction: true)
    let clock = Stopwatch()
    for gpu in gpus {
      for layer in layers {
        guard clock.seconds < seconds else {
          results.omitted.append("\(layer), \(gpu.name)")
          continue
        }
        for plan in try PlannedLayer.all([layer], precisions, gpu, batch: batch) {
          let figure = try LayerFigure(plan, gpu)
          say(figure.text)
          results.layers.append(figure)
        }
        try write(results, nil)
      }
    }
    say("\(results.layers.count) layers are planned in \(clock.seconds.text(digits: 1)) s")
  }

  private func write(_ results: Results, _ device: DeviceRecord?) throws {
    guard let json else { return }
    try Record(command: command, device: device, results: results).write(to: json)
  }
}

extension LayersWork: DeviceWork {
  func run<Device: GPUDevice>(on device: Device, _ record: DeviceRecord) throws {
    say("\(record.name), \(record.driver ?? "no driver")")
    var results = Results(batch: batch, isPrediction: false)
    let (_, omitted) = try measure(on: device) { figure in
      say(figure.text)
      results.layers.append(figure)
      try write(results, record)
    }
    results.omitted = omitted
    try write(results, record)
    if !omitted.isEmpty { say("no time was left for \(omitted.count) layers") }
    let faults = results.layers.count { $0.fault != nil }
    guard faults > 0 else { return }
    say("\(faults) layers are wrong")
    throw ExitCode(1)
  }

  func figures<Device: GPUDevice>(on device: Device) throws -> [LayerFigure] {
    try measure(on: device) { _ in }.figures
  }

  private func measure<Device: GPUDevice>(
    on device: Device, _ report: (LayerFigure) throws -> Void
  ) throws -> (figures: [LayerFigure], omitted: [String]) {
    // The emulator has no time for sizes of networks.
    let isFull = !device.detectsMemoryFaults
    let layers = isFull ? layers : layers.map { $0.shrunk(channelLimit: 32) }
    let gpu = GPUFigures(of: device.properties)
    let clock = Stopwatch()
    var bench = LayerBench(device: device, pool: RandomPool(seed: 1))
    var (results, omitted): ([LayerFigure], [String]) = ([], [])
    for precision in precisions {
      for plan in try PlannedLayer.all(layers, [precision], gpu, batch: batch) {
        var figure = try LayerFigure(plan, gpu)
        guard clock.seconds < seconds else {
          omitted.append(figure.name)
          continue
        }
        do { try bench.measure(plan, &figure) } catch { figure.fault = "\(error)" }
        results.append(figure)
        try report(figure)
        // After a fault of a kernel, every call of the driver fails in this process.
        if figure.fault != nil { try device.synchronize() }
      }
    }
    return (results, omitted)
  }
}

/// The time since it was made.
struct Stopwatch {
  private let clock = ContinuousClock()
  private let start = ContinuousClock().now

  var seconds: Double { (clock.now - start) / .seconds(1) }
}
