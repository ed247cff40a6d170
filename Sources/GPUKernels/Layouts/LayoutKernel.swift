package import KernelIR

// lanes[n / 8, c, y, x, n mod 8] = planes[n, c, y, x], or the other way round
//
// Pointers: planes of f32 as PlanesGeometry says; lanes [⌈N/8⌉, C, H, W, 8] of f16, bf16 or f32, aligned to 16
// bytes.
// Tiles: a thread takes one pixel of 8 images, neighbours take neighbours; grid y is the group of images.
// A warp so accesses 8 runs of 128 bytes of planes and one run of lanes: a thread's registers
// transpose, and shared memory has nothing to add.
// Limiter: bandwidth of device memory.

/// The parameter struct of layout conversions.
package struct LayoutArguments: BitwiseCopyable, Sendable {
  package var planes: DeviceAddress<F32>
  package var lanes: DeviceAddress<U32>
  var images: UInt32
  var imageStride: UInt32
  var origin: UInt32
  /// Cells before the first plane that are written.
  var headCells: UInt32
  var channels: UInt32
  var height: UInt32
  var width: Divisor
  /// Elements of a plane.
  var area: Divisor
  var rowPitch: Divisor
  var channelStride: Divisor
  /// Threads that have cells.
  var count: UInt32
}

/// A conversion between planes and lanes; extents are arguments.
package struct LayoutKernel: ProblemKernel {
  package typealias Arguments = LayoutArguments

  package let geometry: PlanesGeometry
  package let direction: LayoutDirection
  /// Of the lanes.
  package let element: KernelElement

  private static let threadCount = 256

  /// Whether the cells of an image that are read or written are its elements, in one run.
  private var isDense: Bool {
    geometry.isDense && (direction == .planesToLanes || geometry.headCells == 0)
  }

  package init(
    _ direction: LayoutDirection, _ geometry: PlanesGeometry, element: KernelElement
  ) {
    self.element = element
    self.direction = direction
    self.geometry = geometry
  }

  package var name: String {
    let planes = isDense ? "nchw" : "planes"
    let lanes = element.rawValue
    return switch direction {
    case .planesToLanes: "convert_\(planes)tolanes8_f32to\(lanes)_\(Self.threadCount)__sm80"
    case .lanesToPlanes: "convert_lanes8to\(planes)_\(lanes)tof32_\(Self.threadCount)__sm80"
    }
  }

  /// Threads of a group of images: for elements, or for all cells that are written.
  private var count: Int {
    direction == .planesToLanes || isDense
      ? geometry.elementCount : geometry.headCells + geometry.channels * geometry.channelStride
  }

  package var grid: Grid {
    Grid(count.dividedRoundingUp(by: Self.threadCount), geometry.groupCount)
  }

  package func arguments(planes: UInt64, lanes: UInt64) -> LayoutArguments {
    LayoutArguments(
      planes: DeviceAddress(planes), lanes: DeviceAddress(lanes), images: UInt32(geometry.images),
      imageStride: UInt32(geometry.imageStride), origin: UInt32(geometry.origin),
      headCells: UInt32(geometry.headCells), channels: UInt32(geometry.channels),
      height: UInt32(geometry.height), width: Divisor(geometry.width),
      area: Divisor(geometry.height * geometry.width), rowPitch: Divisor(geometry.rowPitch),
      channelStride: Divisor(geometry.channelStride), count: UInt32(count))
  }

  package func build() throws(KernelError) -> Kernel {
    try Kernel.build(
      name, threads: Self.threadCount, registers: 40, arguments: LayoutArguments.self
    ) { k, a in
      let thread = k.blockIndex.x * Value<U32>(Self.threadCount) + k.threadIndex
      k.if(thread < a.count) {
        switch direction {
        case .planesToLanes: planesToLanes(k, a, element: thread)
        case .lanesToPlanes: lanesToPlanes(k, a, cell: thread)
        }
      }
    }
  }

  private func planesToLanes(
    _ k: KernelBuilder, _ a: KernelArguments<LayoutArguments>, element: Value<U32>
  ) {
    let group = k.blockIndex.y
    let last = a.images - 1
    let cell = cell(of: element, a)
    let values = (0..<8).map { lane in
      // A missing image is read as the last, so that all loads are under way together.
      let image = multiplyAdd(group, 8, Value<U32>(lane))
      let loaded = a.planes[multiplyAdd(min(image, last), a.imageStride, cell)]
      return select(image < a.images, loaded, 0)
    }
    let elements = a.area.divisor * a.channels
    lanes(a).advanced(by: multiplyAdd(group, elements, element) * 8).store(values)
  }

  private func lanesToPlanes(
    _ k: KernelBuilder, _ a: KernelArguments<LayoutArguments>, cell thread: Value<U32>
  ) {
    let group = k.blockIndex.y
    let (isElement, element, cell) = element(at: thread, a)
    let elements = a.area.divisor * a.channels
    let vector = k.variables(8, F32.self, initially: 0)
    k.if(isElement) {
      let source = lanes(a).advanced(by: multiplyAdd(group, elements, element) * 8)
      for (variable, value) in zip(vector, source.load(8)) { variable.value = value }
    }
    for (lane, variable) in vector.enumerated() {
      let image = multiplyAdd(group, 8, Value<U32>(lane))
      k.if(image < a.images) { a.planes[multiplyAdd(image, a.imageStride, cell)] = variable.value }
    }
  }

  private func lanes(_ a: KernelArguments<LayoutArguments>) -> ElementPointer {
    ElementPointer(a.lanes, element)
  }

  /// The cell of an image that an element is.
  private func cell(of element: Value<U32>, _ a: KernelArguments<LayoutArguments>) -> Value<U32> {
    if isDense { return element + a.origin }
    let (channel, pixel) = a.area.divide(element)
    let (y, x) = a.width.divide(pixel)
    return multiplyAdd(
      channel, a.channelStride.divisor, multiplyAdd(y, a.rowPitch.divisor, x + a.origin))
  }

  /// Which cell of an image a thread writes, and which element that is, if one.
  private func element(
    at thread: Value<U32>, _ a: KernelArguments<LayoutArguments>
  ) -> (isElement: Value<Predicate>, element: Value<U32>, cell: Value<U32>) {
    if isDense { return (Value(true), thread, thread + a.origin) }
    let isPlane = thread >= a.headCells
    let (channel, place) = a.channelStride.divide(select(isPlane, thread - a.headCells, 0))
    let (y, x) = a.rowPitch.divide(place)
    let isElement = isPlane && y < a.height && x < a.width.divisor
    let element = multiplyAdd(channel, a.area.divisor, multiplyAdd(y, a.width.divisor, x))
    return (isElement, element, thread + (a.origin - a.headCells))
  }
}
