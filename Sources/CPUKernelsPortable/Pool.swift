import CPUKernels

/// Some rows of a pool; see ``Pool`` for the equations.
///
/// The columns of a row are reduced after the rows of the next one: by then its line has left the store
/// buffer, from which vectors that lie across two stores cannot be read. Limit: the load ports.
@inline(never)
func pool(_ p: Pool) {
  if p.isMaximum {
    pool(p, idle: -.infinity) { larger($0, $1) }
  } else {
    pool(p, idle: 0) { $0 + $1 }
  }
}

@inline(__always)
private func pool(_ p: Pool, idle: Float, _ combine: (Vector, Vector) -> Vector) {
  let idle = Vector(repeating: idle)
  for row in 0...p.rowCount {
    if row < p.rowCount {
      let line = p.lines + row % 2 * p.lineStride + p.padding
      let first = p.plane + Int(p.firstRows[row]) * p.pitch
      let taps = Int(p.rowTaps[row])
      let vectors = (p.width + lanes - 1) / lanes
      if taps == 0 {
        for v in 0..<vectors { store(idle, to: line + v * lanes) }
      } else {
        fold(first, lanes, p.rowStep, taps, vectors, to: line, { load($0) }, combine)
      }
      // Whole vectors reach into the padding.
      var x = p.width
      while x < p.lineEnd - p.padding {
        store(idle, to: line + x)
        x += lanes
      }
    }
    if row > 0 { reduceColumns(p, row - 1, combine) }
  }
}

@inline(__always)
private func reduceColumns(_ p: Pool, _ row: Int, _ combine: (Vector, Vector) -> Vector) {
  let windows = UnsafePointer(p.lines) + row % 2 * p.lineStride + p.firstWindow
  let output = p.output + row * p.outputPitch
  // A vector that ends in a later row of these is stored whole: that row is written afterwards.
  let reach = row * p.outputPitch + (p.count + lanes - 1) / lanes * lanes
  let isWhole = p.step >= lanes && reach <= (p.rowCount - 1) * p.outputPitch + p.count
  let vectors = (isWhole ? p.count + lanes - 1 : p.count) / lanes
  let left = max(0, p.count - vectors * lanes)
  let rest = p.lines + 2 * p.lineStride
  if p.readsEvenFloats {
    let even = { (x: UnsafePointer<Float>) in evenElements(load(x), load(x + lanes)) }
    fold(windows, p.step, p.columnStep, p.columnTaps, vectors, to: output, even, combine)
    if left > 0 {
      fold(
        windows + vectors * p.step, p.step, p.columnStep, p.columnTaps, 1, to: rest, even, combine)
    }
  } else {
    let all = { (x: UnsafePointer<Float>) in load(x) }
    fold(windows, p.step, p.columnStep, p.columnTaps, vectors, to: output, all, combine)
    if left > 0 {
      fold(
        windows + vectors * p.step, p.step, p.columnStep, p.columnTaps, 1, to: rest, all, combine)
    }
  }
  for i in 0..<left { output[vectors * lanes + i] = rest[i] }
}

/// out[v] = the combination over taps t of input[v · step + t · tapStep].
@inline(__always)
private func fold(
  _ input: UnsafePointer<Float>, _ step: Int, _ tapStep: Int, _ taps: Int, _ vectors: Int,
  to output: UnsafeMutablePointer<Float>, _ loadTap: (UnsafePointer<Float>) -> Vector,
  _ combine: (Vector, Vector) -> Vector
) {
  switch taps {
  case 2:
    for v in 0..<vectors {
      let x = input + v * step
      store(combine(loadTap(x), loadTap(x + tapStep)), to: output + v * lanes)
    }
  case 3:
    for v in 0..<vectors {
      let x = input + v * step
      let two = combine(loadTap(x), loadTap(x + tapStep))
      store(combine(two, loadTap(x + 2 * tapStep)), to: output + v * lanes)
    }
  default:
    for v in 0..<vectors {
      var x = input + v * step
      var result = loadTap(x)
      for _ in 1..<taps {
        x += tapStep
        result = combine(result, loadTap(x))
      }
      store(result, to: output + v * lanes)
    }
  }
}

/// The larger elements; x where either is no number.
@inline(__always)
private func larger(_ x: Vector, _ y: Vector) -> Vector {
  var result = x
  result.replace(with: y, where: y .> x)
  return result
}
