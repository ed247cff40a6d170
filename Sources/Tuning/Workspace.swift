/// Memory at a fixed, aligned address for the length of a measurement.
final class Workspace<Element: BitwiseCopyable> {
  let start: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int, fill: Element) {
    self.count = count
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: (count + 64) * MemoryLayout<Element>.stride, alignment: 4096)
    start = bytes.bindMemory(to: Element.self, capacity: count + 64)
    start.initialize(repeating: fill, count: count + 64)
  }

  deinit { start.deallocate() }
}
