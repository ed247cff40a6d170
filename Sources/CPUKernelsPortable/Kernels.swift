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
    isa: isa, lanes: lanes, accumulate: accumulateKernels, finish: { finish($0) },
    depthwise: { depthwise($0) },
    vectorPanel: Panel<1, 8>.run, vectorPanelWidth: 8,
    matrixPanel: [
      Panel<1, 2>.run, Panel<1, 2>.run, Panel<2, 2>.run, Panel<3, 2>.run, Panel<4, 2>.run,
      Panel<5, 2>.run, Panel<6, 2>.run,
    ], matrixPanelWidth: 2,
    leaves: [
      GatherLeaves<8>.run, LaneLeaves<4, 1>.run, LaneLeaves<4, 2>.run, LaneLeaves<4, 3>.run,
      LaneLeaves<2, 4>.run,
    ])
}

/// By rows, then by vectors. The widest pass of each height is what fits into 16 registers.
private let accumulateKernels: [[AccumulateKernel?]] = [
  [],
  [
    nil, Accumulate<1, 1>.run, Accumulate<1, 2>.run, Accumulate<1, 3>.run, Accumulate<1, 4>.run,
    Accumulate<1, 5>.run, Accumulate<1, 6>.run, Accumulate<1, 7>.run, Accumulate<1, 8>.run,
    Accumulate<1, 9>.run, Accumulate<1, 10>.run, Accumulate<1, 11>.run, Accumulate<1, 12>.run,
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
