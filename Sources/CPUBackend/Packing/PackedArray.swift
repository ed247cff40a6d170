package import Tensors

/// One array of packed weights, as a file holds it: a name, numbers of one type.
package struct PackedArray {
  package let name: String
  /// `float32`, `int32` or `int64`.
  package let element: ElementType
  /// Numbers, not elements of the array: a block of two 32-bit fields counts twice.
  package let count: Int
  /// The numbers, without slack; valid while `owner` lives.
  package let bytes: UnsafeRawBufferPointer
  package let owner: any Sendable

  init<Element>(_ name: String, _ array: AlignedArray<Element>, _ element: ElementType) {
    self.name = name
    self.element = element
    count = array.byteCount / element.byteCount
    bytes = UnsafeRawBufferPointer(start: array.pointer, count: array.byteCount)
    owner = array
  }
}

/// The arrays of packed weights in a file.
package struct StoredArrays: Sendable {
  /// One array: its type, its count of numbers, and where they lie, followed by slack.
  package struct Entry: Sendable {
    package var element: ElementType
    package var count: Int
    package var region: FileRegion

    package init(element: ElementType, count: Int, region: FileRegion) {
      self.element = element
      self.count = count
      self.region = region
    }
  }

  private var entries: [String: Entry] = [:]

  package init() {}

  /// Adds an array.
  ///
  /// - Throws: `invalidFile` for a second array of the same name, a region that is misaligned or
  ///   does not hold the numbers with their slack.
  package mutating func add(_ name: String, _ entry: Entry) throws(HewnError) {
    guard entries[name] == nil else {
      throw HewnError(.invalidFile, "there are two arrays \"\(name)\"")
    }
    // Tensors have at most 2^40 elements, so that sizes do not overflow.
    guard (0...Shape.maximumElementCount).contains(entry.count) else {
      throw HewnError(.invalidFile, "array \"\(name)\" has \(entry.count) numbers")
    }
    let byteCount = AlignedArrays.byteCount(entry.count * entry.element.byteCount)
    guard entry.region.range.lowerBound.isMultiple(of: AlignedArrays.alignment),
      entry.region.range.count >= byteCount
    else {
      throw HewnError(
        .invalidFile,
        "array \"\(name)\" of \(entry.count) \(entry.element.rawValue) does not fit into bytes"
          + " \(entry.region.range)")
    }
    entries[name] = entry
  }

  var names: Set<String> { Set(entries.keys) }

  /// The array of a name; it stays in the file.
  ///
  /// - Precondition: every pattern of bits is an `Element`, which consists of numbers of type
  ///   `element`.
  /// - Throws: `invalidFile` where there is none of that type.
  func array<Element>(
    _ name: String, _ element: ElementType, of _: Element.Type = Element.self
  ) throws(HewnError) -> AlignedArray<Element> {
    guard let entry = entries[name], entry.element == element else {
      throw HewnError(.invalidFile, "there is no array \"\(name)\" of \(element.rawValue)")
    }
    let fields = MemoryLayout<Element>.stride / element.byteCount
    guard entry.count.isMultiple(of: fields) else {
      throw HewnError(
        .invalidFile, "array \"\(name)\" has \(entry.count) numbers, no multiple of \(fields)")
    }
    return AlignedArray(in: entry.region, count: entry.count / fields)
  }
}
