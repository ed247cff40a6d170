/// The taps of a transposed convolution by output phase.
package struct TransposedWindow {
  /// The window with two axes.
  package let window: WindowGeometry
  /// Kernel index and input shift of the taps that reach outputs of a phase, by axis, then phase.
  package let taps: [[[(index: Int, shift: Int)]]]

  /// - Precondition: at most two axes.
  package init(_ geometry: WindowGeometry) {
    let window = geometry.rowsAndColumns
    self.window = window
    taps = (0..<2).map { axis in
      var taps = [[(index: Int, shift: Int)]](repeating: [], count: window.strides[axis])
      for index in 0..<window.kernel[axis] {
        let (phase, shift) = phaseAndShift(
          of: index * window.dilations[axis] - window.padBegin[axis],
          stride: window.strides[axis])
        taps[phase].append((index, -shift))
      }
      return taps
    }
  }

  /// One output phase with its taps in one channel: the index in the kernel, and the shift.
  package struct Phase {
    package var vertical: Int
    package var horizontal: Int
    package var taps: [(index: Int, dy: Int, dx: Int)]
  }

  package var strides: [Int] { window.strides }
  /// Taps of the kernel.
  package var tapCount: Int { window.kernel[0] * window.kernel[1] }

  /// Every output phase, row by row.
  package var phases: [Phase] { phases(rows: taps[0].count, columns: taps[1].count) }

  /// The phases that outputs have, which strides may exceed.
  package var phasesOfOutputs: [Phase] {
    phases(
      rows: min(taps[0].count, window.outputExtents[0]),
      columns: min(taps[1].count, window.outputExtents[1]))
  }

  private func phases(rows: Int, columns: Int) -> [Phase] {
    (0..<rows).flatMap { vertical in
      (0..<columns).map { horizontal in
        Phase(
          vertical: vertical, horizontal: horizontal,
          taps: taps[0][vertical].flatMap { r, dy in
            taps[1][horizontal].map { s, dx in (r * window.kernel[1] + s, dy, dx) }
          })
      }
    }
  }
}

/// Which phase and which shift a padded, strided index has: index = phase + stride · shift.
package func phaseAndShift(of index: Int, stride: Int) -> (phase: Int, shift: Int) {
  let phase = ((index % stride) + stride) % stride
  return (phase, (index - phase) / stride)
}
