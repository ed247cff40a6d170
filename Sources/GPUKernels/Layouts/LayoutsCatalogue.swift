package import KernelIR
package import Tensors

/// All kernels that convert layouts.
package enum LayoutsCatalogue {
  package static func conversions() throws(HewnError) -> [LayoutKernel] {
    let dense = try PlanesGeometry(images: 16, channels: 64, height: 56, width: 56)
    let planes = try PlanesGeometry(
      images: 16, channels: 64, height: 56, width: 56, rowPitch: 57, channelStride: 3312,
      imageStride: 64 * 3312 + 64, origin: 64, headCells: 64)
    return KernelElement.allCases.flatMap { element in
      [dense, planes].flatMap { geometry in
        [LayoutDirection.planesToLanes, .lanesToPlanes].map {
          LayoutKernel($0, geometry, element: element)
        }
      }
    }
  }

  package static func kernels() throws -> [Kernel] { try conversions().map { try $0.build() } }
}
