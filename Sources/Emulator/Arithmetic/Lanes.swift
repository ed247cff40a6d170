/// Eight lanes of a register of 32-bit words. Groups of eight keep the values of an operation
/// within the registers of a plain x86-64.
typealias Words = SIMD8<UInt32>
typealias Integers = SIMD8<Int32>
typealias Floats = SIMD8<Float>
/// Four lanes of a register of 64-bit words.
typealias LongWords = SIMD4<UInt64>

/// Applies a function to all lanes of one, two or three registers, a group at a time.
///
/// A group is loaded from all operands before it is stored, so that the result may be an operand.
/// The loops end at an address, not at a count, which keeps the compiler from writing out the body
/// four times.
@inline(__always)
private func mapGroups<Group: SIMD>(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ body: (Group) -> Group
) {
  var result = result.assumingMemoryBound(to: Group.self)
  var a = a.assumingMemoryBound(to: Group.self)
  let end = result + 32 / Group.scalarCount
  while result != end {
    result.pointee = body(a.pointee)
    result += 1
    a += 1
  }
}

@inline(__always)
private func mapGroups<Group: SIMD>(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ body: (Group, Group) -> Group
) {
  var result = result.assumingMemoryBound(to: Group.self)
  var a = a.assumingMemoryBound(to: Group.self)
  var b = b.assumingMemoryBound(to: Group.self)
  let end = result + 32 / Group.scalarCount
  while result != end {
    result.pointee = body(a.pointee, b.pointee)
    result += 1
    a += 1
    b += 1
  }
}

@inline(__always)
private func mapGroups<Group: SIMD>(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ c: UnsafeRawPointer, _ body: (Group, Group, Group) -> Group
) {
  var result = result.assumingMemoryBound(to: Group.self)
  var a = a.assumingMemoryBound(to: Group.self)
  var b = b.assumingMemoryBound(to: Group.self)
  var c = c.assumingMemoryBound(to: Group.self)
  let end = result + 32 / Group.scalarCount
  while result != end {
    result.pointee = body(a.pointee, b.pointee, c.pointee)
    result += 1
    a += 1
    b += 1
    c += 1
  }
}

/// Of 32-bit words. The type of the closure says so, as its callers do not.
@inline(__always)
func mapLanes(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ body: (Words) -> Words
) {
  mapGroups(result, a, body)
}

@inline(__always)
func mapLanes(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ body: (Words, Words) -> Words
) {
  mapGroups(result, a, b, body)
}

@inline(__always)
func mapLanes(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ c: UnsafeRawPointer, _ body: (Words, Words, Words) -> Words
) {
  mapGroups(result, a, b, c, body)
}

/// Of 64-bit words.
@inline(__always)
func mapLongLanes(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ body: (LongWords) -> LongWords
) {
  mapGroups(result, a, body)
}

@inline(__always)
func mapLongLanes(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ body: (LongWords, LongWords) -> LongWords
) {
  mapGroups(result, a, b, body)
}

@inline(__always)
func mapLongLanes(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  _ c: UnsafeRawPointer, _ body: (LongWords, LongWords, LongWords) -> LongWords
) {
  mapGroups(result, a, b, c, body)
}

/// Applies a function to each lane by itself, where there are no vector instructions for it.
@inline(__always)
func mapEachLane<Word: FixedWidthInteger>(
  _ result: UnsafeMutableRawPointer, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
  as: Word.Type, _ body: (Word, Word) -> Word
) {
  let result = result.assumingMemoryBound(to: Word.self)
  let a = a.assumingMemoryBound(to: Word.self)
  let b = b.assumingMemoryBound(to: Word.self)
  for lane in 0..<32 { result[lane] = body(a[lane], b[lane]) }
}

/// The value that all lanes of a register of 32-bit words have, if they agree.
@inline(__always)
func uniformWord(_ a: UnsafeRawPointer) -> UInt32? {
  let groups = a.assumingMemoryBound(to: Words.self)
  let first = groups[0][0]
  let expected = Words(repeating: first)
  let differences =
    (groups[0] ^ expected) | (groups[1] ^ expected) | (groups[2] ^ expected)
    | (groups[3] ^ expected)
  return differences == Words() ? first : nil
}
