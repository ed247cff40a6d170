import GPUCatalogue
import GPUDevices
import GPUKernels
import KernelIR
import Tensors
import Testing

/// Conversions between planes of f32 and lanes.
struct LayoutTests {
  @Test(arguments: Emulated.all(KernelChecks.layouts))
  func `planes become lanes, and lanes planes`(check: Emulated) { check.expectNoFindings() }

  @Test func `both sides are coalesced`() throws {
    let geometry = try PlanesGeometry(images: 8, channels: 4, height: 16, width: 16)
    let device = CheckedDevice(EmulatorDevice())
    let planes = try device.buffer([Float](repeating: 1, count: 8 * 4 * 256))
    let lanes = try device.output(.f16, count: 8 * 4 * 256)
    for direction in [LayoutDirection.planesToLanes, .lanesToPlanes] {
      let kernel = LayoutKernel(direction, geometry, element: .f16)
      try device.run(kernel, kernel.arguments(planes: planes, lanes: lanes))
      let total = try #require(device.device.lastReport).total
      #expect(total.globalSectors * 32 == total.globalBytes, "\(kernel.name)")
    }
  }

  @Test func `planes that overlap are errors`() {
    for (pitch, channelStride, imageStride, origin, head) in [
      (3, 16, 64, 0, 0), (4, 11, 64, 0, 0), (4, 16, 31, 0, 0), (4, 16, 32, 1, 0), (4, 16, 64, 1, 2),
      (4, 16, 64, 1, -1),
    ] {
      #expect(throws: HewnError.self) {
        try PlanesGeometry(
          images: 1, channels: 2, height: 3, width: 4, rowPitch: pitch,
          channelStride: channelStride, imageStride: imageStride, origin: origin, headCells: head)
      }
    }
    #expect(throws: HewnError.self) {
      try PlanesGeometry(images: 0, channels: 2, height: 3, width: 4)
    }
  }

  @Test func `a grid has no more than 65535 groups of images`() throws {
    let greatest = try PlanesGeometry(images: 524_280, channels: 1, height: 1, width: 1)
    #expect(LayoutKernel(.planesToLanes, greatest, element: .f16).grid.y == 65_535)
    #expect(throws: HewnError.self) {
      try PlanesGeometry(images: 524_281, channels: 1, height: 1, width: 1)
    }
  }
}
