import GPUDevices
import GPUKernels
import KernelIR
import Tensors

extension KernelChecks {
  /// Conversions between planes of f32 and lanes.
  package static var layouts: [any KernelCheck] {
    KernelElement.allCases.flatMap { element in
      LayoutCase.all.flatMap { test -> [any KernelCheck] in
        [
          PlanesToLanesCheck(test: test, element: element),
          LanesToPlanesCheck(test: test, element: element),
        ]
      }
    }
  }
}

struct LayoutCase: Sendable, CustomStringConvertible {
  var images: Int
  var channels: Int
  var height: Int
  var width: Int
  /// Zero cells: between rows, between planes, before the first plane, and how many of these are
  /// another tensor's.
  var gaps: (row: Int, plane: Int, head: Int, foreign: Int)?

  var description: String {
    "\(images)×\(channels)×\(height)×\(width), \(gaps.map { "gaps \($0)" } ?? "dense")"
  }

  func geometry() throws -> PlanesGeometry {
    guard let gaps else {
      return try PlanesGeometry(
        images: images, channels: channels, height: height, width: width)
    }
    let pitch = width + gaps.row
    let channelStride = height * pitch + gaps.plane
    return try PlanesGeometry(
      images: images, channels: channels, height: height, width: width, rowPitch: pitch,
      channelStride: channelStride, imageStride: gaps.head + channels * channelStride,
      origin: gaps.head, headCells: gaps.head - gaps.foreign)
  }

  static let all: [LayoutCase] = [
    LayoutCase(images: 1, channels: 1, height: 1, width: 1),
    LayoutCase(images: 8, channels: 3, height: 5, width: 7),
    LayoutCase(images: 7, channels: 2, height: 16, width: 16),
    LayoutCase(images: 9, channels: 257, height: 1, width: 1),
    LayoutCase(images: 17, channels: 5, height: 7, width: 7),
    LayoutCase(images: 1, channels: 1, height: 1, width: 1, gaps: (1, 5, 3, 0)),
    LayoutCase(images: 3, channels: 4, height: 7, width: 7, gaps: (1, 8, 16, 0)),
    LayoutCase(images: 8, channels: 5, height: 6, width: 31, gaps: (2, 64, 48, 16)),
    LayoutCase(images: 11, channels: 3, height: 13, width: 5, gaps: (3, 0, 0, 0)),
    LayoutCase(images: 2, channels: 2, height: 3, width: 257, gaps: (0, 7, 32, 32)),
    // Elements are one run, with zero cells before it or another tensor's.
    LayoutCase(images: 3, channels: 2, height: 2, width: 4, gaps: (0, 0, 4, 0)),
    LayoutCase(images: 3, channels: 2, height: 2, width: 4, gaps: (0, 0, 4, 4)),
  ]
}

/// Planes become lanes.
private struct PlanesToLanesCheck: KernelCheck {
  let test: LayoutCase
  let element: KernelElement

  var name: String { "layouts/planes to lanes of \(element), \(test)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let geometry = try test.geometry()
    var random = SplitMix64(seed: 11)
    var numbers = random.floats(geometry.images * geometry.imageStride, range: 70_000)
    numbers[geometry.origin] = .nan
    let planes = try device.buffer(numbers)
    let count = (geometry.images + 7) / 8 * 8 * test.channels * test.height * test.width
    let lanes = try device.output(element, count: count)
    let kernel = LayoutKernel(.planesToLanes, geometry, element: element)
    try device.run(kernel, kernel.arguments(planes: planes, lanes: lanes))
    let got = try device.read(element, count: count, from: lanes)
    var want = [Double](repeating: 0, count: count)
    geometry.forEachElement { cell, place in want[place] = Double(numbers[cell]) }
    findings.expectNear(got, want, element, .exact, kernel.name)
  }
}

/// Lanes become planes.
private struct LanesToPlanesCheck: KernelCheck {
  let test: LayoutCase
  let element: KernelElement

  var name: String { "layouts/lanes to planes of \(element), \(test)" }

  func run<Device: GPUDevice>(
    on device: CheckedDevice<Device>, _ findings: inout Findings
  ) throws {
    let geometry = try test.geometry()
    var random = SplitMix64(seed: 12)
    let count = (geometry.images + 7) / 8 * 8 * test.channels * test.height * test.width
    let numbers = random.floats(count, range: 100).map(element.rounded)
    let lanes = try device.buffer(numbers, as: element)
    let cellCount = geometry.images * geometry.imageStride
    let planes = try device.output(.f32, count: cellCount)
    let kernel = LayoutKernel(.lanesToPlanes, geometry, element: element)
    try device.run(kernel, kernel.arguments(planes: planes, lanes: lanes))
    let got = try device.read(.f32, count: cellCount, from: planes)
    // Nobody writes the cells of other tensors; fresh memory is NaN.
    var want = (0..<cellCount).map { cell in
      cell % geometry.imageStride < geometry.origin - geometry.headCells ? Double.nan : 0
    }
    geometry.forEachElement { cell, place in want[cell] = Double(numbers[place]) }
    findings.expectNear(got, want, .f32, .exact, kernel.name)
  }
}

extension PlanesGeometry {
  /// Each element's cell among planes and place among lanes.
  func forEachElement(_ body: (_ cell: Int, _ place: Int) -> Void) {
    for n in 0..<images {
      for c in 0..<channels {
        for y in 0..<height {
          for x in 0..<width {
            body(
              n * imageStride + origin + c * channelStride + y * rowPitch + x,
              (((n / 8 * channels + c) * height + y) * width + x) * 8 + n % 8)
          }
        }
      }
    }
  }
}
