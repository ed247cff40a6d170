import CPUKernels

#if KERNELS_AVX512
  private let isa = "avx512"
#elseif KERNELS_AVX2
  private let isa = "avx2"
#else
  private let isa = "portable"
#endif

/// The kernels of this module's instruction set.
///
/// Call only where the processor has that instruction set.
package func kernels() -> KernelSet {
  KernelSet(
    isa: isa, lanes: lanes, accumulate: accumulateKernels,
    accumulateStrided: accumulateStridedKernels, unalignedRow: unalignedRowKernels,
    finish: { finish($0, $1, $2, $3, $4) },
    depthwise: { depthwise($0) }, pool: { pool($0) },
    vectorPanel: Panel<1, 8>.run, vectorPanelWidth: 8,
    matrixPanel: [
      Panel<1, 2>.run, Panel<1, 2>.run, Panel<2, 2>.run, Panel<3, 2>.run, Panel<4, 2>.run,
      Panel<5, 2>.run, Panel<6, 2>.run,
    ], matrixPanelWidth: 2,
    winograd2: WinogradKernels(
      tile: 2, planesInput: WinogradInputTransform<2, 4>.planes,
      planesOutput: WinogradOutputTransform<2, 4>.planes,
      cellsInput: WinogradInputTransform<2, 4>.cells,
      cellsOutput: WinogradOutputTransform<2, 4>.cells),
    winograd4: WinogradKernels(
      tile: 4, planesInput: WinogradInputTransform<4, 6>.planes,
      planesOutput: WinogradOutputTransform<4, 6>.planes,
      cellsInput: WinogradInputTransform<4, 6>.cells,
      cellsOutput: WinogradOutputTransform<4, 6>.cells),
    product: productKernels,
    leaves: [
      GatherLeaves<8>.run, LaneLeaves<4, 1>.run, LaneLeaves<4, 2>.run, LaneLeaves<4, 3>.run,
      LaneLeaves<2, 4>.run,
    ])
}

// By rows, then by vectors. The widest pass of each height is what fits into the registers: 32 of
// AVX-512, 16 elsewhere.
#if KERNELS_AVX512
  private let accumulateKernels: [[AccumulateKernel?]] = [
    [],
    [
      nil, Accumulate<1, 1>.run, Accumulate<1, 2>.run, Accumulate<1, 3>.run, Accumulate<1, 4>.run,
      Accumulate<1, 5>.run, Accumulate<1, 6>.run, Accumulate<1, 7>.run, Accumulate<1, 8>.run,
      Accumulate<1, 9>.run, Accumulate<1, 10>.run, Accumulate<1, 11>.run, Accumulate<1, 12>.run,
      Accumulate<1, 13>.run, Accumulate<1, 14>.run,
    ],
    [
      nil, Accumulate<2, 1>.run, Accumulate<2, 2>.run, Accumulate<2, 3>.run, Accumulate<2, 4>.run,
      Accumulate<2, 5>.run, Accumulate<2, 6>.run, Accumulate<2, 7>.run, Accumulate<2, 8>.run,
      Accumulate<2, 9>.run,
    ],
    [
      nil, Accumulate<3, 1>.run, Accumulate<3, 2>.run, Accumulate<3, 3>.run, Accumulate<3, 4>.run,
      Accumulate<3, 5>.run, Accumulate<3, 6>.run, Accumulate<3, 7>.run, Accumulate<3, 8>.run,
    ],
    [
      nil, Accumulate<4, 1>.run, Accumulate<4, 2>.run, Accumulate<4, 3>.run, Accumulate<4, 4>.run,
      Accumulate<4, 5>.run, Accumulate<4, 6>.run,
    ],
    [nil, Accumulate<5, 1>.run, Accumulate<5, 2>.run, Accumulate<5, 3>.run, Accumulate<5, 4>.run],
    [nil, Accumulate<6, 1>.run, Accumulate<6, 2>.run, Accumulate<6, 3>.run, Accumulate<6, 4>.run],
    [],
    [nil, Accumulate<8, 1>.run, Accumulate<8, 2>.run, Accumulate<8, 3>.run],
  ]
  private let accumulateStridedKernels: [[AccumulateKernel?]] = [
    [],
    [
      nil, Accumulate<1, 1>.runStrided, Accumulate<1, 2>.runStrided, Accumulate<1, 3>.runStrided,
      Accumulate<1, 4>.runStrided, Accumulate<1, 5>.runStrided, Accumulate<1, 6>.runStrided,
      Accumulate<1, 7>.runStrided, Accumulate<1, 8>.runStrided, Accumulate<1, 9>.runStrided,
      Accumulate<1, 10>.runStrided, Accumulate<1, 11>.runStrided, Accumulate<1, 12>.runStrided,
      Accumulate<1, 13>.runStrided, Accumulate<1, 14>.runStrided,
    ],
    [
      nil, Accumulate<2, 1>.runStrided, Accumulate<2, 2>.runStrided, Accumulate<2, 3>.runStrided,
      Accumulate<2, 4>.runStrided, Accumulate<2, 5>.runStrided, Accumulate<2, 6>.runStrided,
      Accumulate<2, 7>.runStrided, Accumulate<2, 8>.runStrided, Accumulate<2, 9>.runStrided,
    ],
    [
      nil, Accumulate<3, 1>.runStrided, Accumulate<3, 2>.runStrided, Accumulate<3, 3>.runStrided,
      Accumulate<3, 4>.runStrided, Accumulate<3, 5>.runStrided, Accumulate<3, 6>.runStrided,
      Accumulate<3, 7>.runStrided, Accumulate<3, 8>.runStrided,
    ],
    [
      nil, Accumulate<4, 1>.runStrided, Accumulate<4, 2>.runStrided, Accumulate<4, 3>.runStrided,
      Accumulate<4, 4>.runStrided, Accumulate<4, 5>.runStrided, Accumulate<4, 6>.runStrided,
    ],
    [
      nil, Accumulate<5, 1>.runStrided, Accumulate<5, 2>.runStrided, Accumulate<5, 3>.runStrided,
      Accumulate<5, 4>.runStrided,
    ],
    [
      nil, Accumulate<6, 1>.runStrided, Accumulate<6, 2>.runStrided, Accumulate<6, 3>.runStrided,
      Accumulate<6, 4>.runStrided,
    ],
    [],
    [nil, Accumulate<8, 1>.runStrided, Accumulate<8, 2>.runStrided, Accumulate<8, 3>.runStrided],
  ]
  /// For one row: more of them do enough with a vector to hide what its load takes.
  private let unalignedRowKernels: [AccumulateKernel?] = [
    nil, Accumulate<1, 1>.runUnaligned, Accumulate<1, 2>.runUnaligned,
    Accumulate<1, 3>.runUnaligned, Accumulate<1, 4>.runUnaligned, Accumulate<1, 5>.runUnaligned,
    Accumulate<1, 6>.runUnaligned, Accumulate<1, 7>.runUnaligned, Accumulate<1, 8>.runUnaligned,
    Accumulate<1, 9>.runUnaligned, Accumulate<1, 10>.runUnaligned,
    Accumulate<1, 11>.runUnaligned, Accumulate<1, 12>.runUnaligned,
    Accumulate<1, 13>.runUnaligned, Accumulate<1, 14>.runUnaligned,
  ]
#else
  private let accumulateKernels: [[AccumulateKernel?]] = [
    [],
    [
      nil, Accumulate<1, 1>.run, Accumulate<1, 2>.run, Accumulate<1, 3>.run, Accumulate<1, 4>.run,
      Accumulate<1, 5>.run, Accumulate<1, 6>.run, Accumulate<1, 7>.run, Accumulate<1, 8>.run,
      Accumulate<1, 9>.run, Accumulate<1, 10>.run, Accumulate<1, 11>.run, Accumulate<1, 12>.run,
      Accumulate<1, 13>.run, Accumulate<1, 14>.run,
    ],
    [
      nil, Accumulate<2, 1>.run, Accumulate<2, 2>.run, Accumulate<2, 3>.run, Accumulate<2, 4>.run,
      Accumulate<2, 5>.run, Accumulate<2, 6>.run,
    ],
    [nil, Accumulate<3, 1>.run, Accumulate<3, 2>.run, Accumulate<3, 3>.run],
    [nil, Accumulate<4, 1>.run, Accumulate<4, 2>.run],
    [nil, Accumulate<5, 1>.run, Accumulate<5, 2>.run],
    [nil, Accumulate<6, 1>.run, Accumulate<6, 2>.run],
    [],
    [nil, Accumulate<8, 1>.run],
  ]
  private let accumulateStridedKernels: [[AccumulateKernel?]] = [
    [],
    [
      nil, Accumulate<1, 1>.runStrided, Accumulate<1, 2>.runStrided, Accumulate<1, 3>.runStrided,
      Accumulate<1, 4>.runStrided, Accumulate<1, 5>.runStrided, Accumulate<1, 6>.runStrided,
      Accumulate<1, 7>.runStrided, Accumulate<1, 8>.runStrided, Accumulate<1, 9>.runStrided,
      Accumulate<1, 10>.runStrided, Accumulate<1, 11>.runStrided, Accumulate<1, 12>.runStrided,
      Accumulate<1, 13>.runStrided, Accumulate<1, 14>.runStrided,
    ],
    [
      nil, Accumulate<2, 1>.runStrided, Accumulate<2, 2>.runStrided, Accumulate<2, 3>.runStrided,
      Accumulate<2, 4>.runStrided, Accumulate<2, 5>.runStrided, Accumulate<2, 6>.runStrided,
    ],
    [nil, Accumulate<3, 1>.runStrided, Accumulate<3, 2>.runStrided, Accumulate<3, 3>.runStrided],
    [nil, Accumulate<4, 1>.runStrided, Accumulate<4, 2>.runStrided],
    [nil, Accumulate<5, 1>.runStrided, Accumulate<5, 2>.runStrided],
    [nil, Accumulate<6, 1>.runStrided, Accumulate<6, 2>.runStrided],
    [],
    [nil, Accumulate<8, 1>.runStrided],
  ]
  /// Composing pays where vectors are whole cache lines; of smaller ones not all cross one.
  private let unalignedRowKernels = accumulateKernels[1]
#endif
