internal import KernelIR

/// `mov`, `selp` and the making of a register of two halves: bits move as they are.
func moveFunction(_ operation: Operation, _ type: ValueType) -> LaneFunction? {
  let isLong = type.registerClass == .b64
  return switch operation {
  case .move: isLong ? moveLongWords : moveWords
  case .select: isLong ? selectLongWords : selectWords
  case .pack: isLong ? packWords : packHalves
  default: nil
  }
}

private let moveWords: LaneFunction = { result, a, _, _ in mapLanes(result, a) { $0 } }

private let moveLongWords: LaneFunction = { result, a, _, _ in mapLongLanes(result, a) { $0 } }

private let selectWords: LaneFunction = { result, a, b, predicate in
  mapLanes(result, a, b, predicate) { $0.chosen(by: $2, else: $1) }
}

private let selectLongWords: LaneFunction = { result, a, b, predicate in
  let masks = predicate.assumingMemoryBound(to: SIMD4<UInt32>.self)
  let result = result.assumingMemoryBound(to: LongWords.self)
  let a = a.assumingMemoryBound(to: LongWords.self)
  let b = b.assumingMemoryBound(to: LongWords.self)
  for group in 0..<8 {
    let mask = Words(even: masks[group], odd: masks[group]).longWords
    result[group] = a[group].chosen(by: mask, else: b[group])
  }
}

private let packHalves: LaneFunction = { result, low, high, _ in
  mapLanes(result, low, high) { ($0 & 0xffff) | ($1 &<< 16) }
}

private let packWords: LaneFunction = { result, low, high, _ in
  let result = result.assumingMemoryBound(to: LongWords.self)
  let low = low.assumingMemoryBound(to: SIMD4<UInt32>.self)
  let high = high.assumingMemoryBound(to: SIMD4<UInt32>.self)
  for group in 0..<8 {
    result[group] = Words(even: low[group], odd: high[group]).longWords
  }
}

let lowHalves: LaneFunction = { result, a, _, _ in mapLanes(result, a) { $0 & 0xffff } }

let highHalves: LaneFunction = { result, a, _, _ in mapLanes(result, a) { $0 &>> 16 } }

let lowWords: LaneFunction = { result, a, _, _ in
  let result = result.assumingMemoryBound(to: SIMD4<UInt32>.self)
  let a = a.assumingMemoryBound(to: Words.self)
  for group in 0..<8 { result[group] = a[group].evenHalf }
}

let highWords: LaneFunction = { result, a, _, _ in
  let result = result.assumingMemoryBound(to: SIMD4<UInt32>.self)
  let a = a.assumingMemoryBound(to: Words.self)
  for group in 0..<8 { result[group] = a[group].oddHalf }
}

/// `mapa`: an address of the own block and a block's number, together as ``Machine`` reads them.
let remoteAddresses: LaneFunction = { result, address, block, _ in
  mapLanes(result, address, block) { ($0 & 0xff_ffff) | (($1 &+ 1) &<< 24) }
}
