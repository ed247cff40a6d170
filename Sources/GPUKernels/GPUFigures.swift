package import KernelIR

/// What a GPU can do at most. Rates are for each cycle and multiprocessor.
package struct GPUFigures: Hashable, Sendable {
  package var name: String
  /// The newest target that it runs.
  package var target: Target
  package var multiprocessorCount: Int
  /// Cycles a second, at the clock for which the data sheet gives its rates.
  package var clock: Double
  /// Bytes a second from the second-level cache to all multiprocessors.
  package var cacheBandwidth: Double
  /// Bytes a second between the device and its memory.
  package var memoryBandwidth: Double
  /// Multiply-adds with `mma.sync` of f16 or bf16 with sums of f32, and of tf32.
  package var warpRate: Double
  package var warpTF32Rate: Double
  /// The same of f16 with `wgmma`; `nil` where there is none.
  package var warpgroupRate: Double?
  /// Multiply-adds of f32 outside of the tensor cores.
  package var fmaRate: Double
  /// Bytes to or from shared memory.
  package var sharedRate: Double = 128
  /// Shared memory of a multiprocessor in bytes; each block takes 1 KiB beside its own.
  package var sharedByteCount: Int
  /// Threads and blocks that a multiprocessor holds at most.
  package var threadLimit: Int
  package var blockLimit: Int
  /// Seconds from the end of one kernel of a captured graph to the first instruction of the next. An
  /// estimate: no data sheet has it.
  package var launchSeconds: Double = 2e-6
  /// What convolutions on blocks cost.
  package var blockCosts: BlockCosts = .counted

  /// Parts of a multiprocessor, each of which begins an instruction of a warp in a cycle.
  package static let schedulerCount = 4.0

  /// The most shared memory of a block in bytes.
  package var sharedByteLimit: Int { target.sharedByteLimit }
  /// 32-bit registers of a multiprocessor.
  package var registerCount: Int { target.registerCount }

  /// A100 SXM4 80 GB.
  ///
  /// NVIDIA A100 Tensor Core GPU data sheet (2021): 312 TFLOPS of f16, 156 of tf32, 19.5 of f32,
  /// 2039 GB/s. NVIDIA A100 Tensor Core GPU Architecture (white paper, 2020): 108 multiprocessors,
  /// 1410 MHz, 5120 bytes a cycle from the second-level cache, 164 KB of shared memory.
  package static let a100 = GPUFigures(
    name: "NVIDIA A100-SXM4-80GB", target: .sm80, multiprocessorCount: 108, clock: 1.41e9,
    cacheBandwidth: 5120 * 1.41e9, memoryBandwidth: 2.039e12, warpRate: 1024, warpTF32Rate: 512,
    fmaRate: 64, sharedByteCount: 164 << 10, threadLimit: 2048, blockLimit: 32)

  /// A10.
  ///
  /// NVIDIA A10 Tensor Core GPU data sheet (2021): 125 TFLOPS of f16, 62.5 of tf32, 31.2 of f32,
  /// 600 GB/s; 72 multiprocessors at 1695 MHz make that 512, 256 and 128 a cycle. NVIDIA publishes
  /// nothing of its second-level cache: 32 bytes for each cycle and multiprocessor is an estimate.
  package static let a10 = GPUFigures(
    name: "NVIDIA A10", target: .sm86, multiprocessorCount: 72, clock: 1.695e9,
    cacheBandwidth: 32 * 72 * 1.695e9, memoryBandwidth: 600e9, warpRate: 512, warpTF32Rate: 256,
    fmaRate: 128, sharedByteCount: 100 << 10, threadLimit: 1536, blockLimit: 16)

  /// L4.
  ///
  /// NVIDIA L4 Tensor Core GPU data sheet (2023), halved where it counts structured sparsity: 121
  /// TFLOPS of f16, 60 of tf32, 30.3 of f32, 300 GB/s; 58 multiprocessors at 2040 MHz make that 512,
  /// 256 and 128 a cycle. The second-level cache's rate is the estimate of the A10.
  package static let l4 = GPUFigures(
    name: "NVIDIA L4", target: .sm89, multiprocessorCount: 58, clock: 2.04e9,
    cacheBandwidth: 32 * 58 * 2.04e9, memoryBandwidth: 300e9, warpRate: 512, warpTF32Rate: 256,
    fmaRate: 128, sharedByteCount: 100 << 10, threadLimit: 1536, blockLimit: 24)

  /// H100 SXM5.
  ///
  /// NVIDIA H100 Tensor Core GPU data sheet (2022), halved where it counts structured sparsity: 989
  /// TFLOPS of f16, 495 of tf32, 3.35 TB/s; 132 multiprocessors (white paper "NVIDIA H100 Tensor
  /// Core GPU Architecture") at 1830 MHz make that 2048 and 1024 a cycle. These are those of `wgmma`;
  /// `mma.sync` reaches 62 % of them (Luo et al., "Benchmarking and Dissecting the Nvidia Hopper GPU
  /// Architecture", 2024). The second-level cache's rate is the estimate of the A10.
  package static let h100 = GPUFigures(
    name: "NVIDIA H100 80GB HBM3", target: .sm90a, multiprocessorCount: 132, clock: 1.83e9,
    cacheBandwidth: 32 * 132 * 1.83e9, memoryBandwidth: 3.35e12, warpRate: 1280, warpTF32Rate: 640,
    warpgroupRate: 2048, fmaRate: 128, sharedByteCount: 228 << 10, threadLimit: 2048,
    blockLimit: 32)

  /// H200 SXM: an H100 with other memory.
  ///
  /// NVIDIA H200 Tensor Core GPU data sheet (2024): 4.8 TB/s, all else as the H100.
  package static let h200: GPUFigures = {
    var figures = h100
    figures.name = "NVIDIA H200"
    figures.memoryBandwidth = 4.8e12
    return figures
  }()

  package static let all = [a100, a10, l4, h100, h200]
}
