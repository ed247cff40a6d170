package import CPUKernels
import CPUKernelsPortable
package import Tensors

#if arch(x86_64)
  import CPUKernelsAVX2
  import CPUKernelsAVX512
#endif

/// The instruction sets that the kernels exist for, slowest first.
package enum InstructionSet: String, Sendable, CaseIterable, Codable {
  case portable, avx2, avx512

  /// The processor features, as Linux names them, that the kernels need.
  private var requiredFeatures: [Substring] {
    switch self {
    case .portable: []
    case .avx2: ["avx2", "fma"]
    case .avx512: ["avx512f", "avx512vl", "avx512dq", "avx2", "fma"]
    }
  }

  /// The sets that this processor has.
  package static let available: [InstructionSet] = {
    let features = Set(
      Processor.field("flags")?.split(whereSeparator: \.isWhitespace) ?? [])
    return allCases.filter { $0.requiredFeatures.allSatisfy(features.contains) }
  }()

  /// The best set that this processor has.
  package static var best: InstructionSet { available.last ?? .portable }

  /// The kernels of this set.
  ///
  /// - Throws: `unsupported` where the processor lacks it.
  package func kernelSet() throws(HewnError) -> KernelSet {
    guard Self.available.contains(self) else {
      throw HewnError(
        .unsupported,
        "this processor has no \(rawValue); it has"
          + " \(Self.available.map(\.rawValue).joined(separator: ", "))")
    }
    #if arch(x86_64)
      switch self {
      case .portable: return CPUKernelsPortable.kernels()
      case .avx2: return CPUKernelsAVX2.kernels()
      case .avx512: return CPUKernelsAVX512.kernels()
      }
    #else
      return CPUKernelsPortable.kernels()
    #endif
  }

  /// The sums in double precision of this set.
  ///
  /// - Precondition: the processor has it.
  package var doubleKernels: DoubleKernels {
    precondition(Self.available.contains(self), "this processor has no \(rawValue)")
    #if arch(x86_64)
      switch self {
      case .portable: return CPUKernelsPortable.doubleKernels()
      case .avx2: return CPUKernelsAVX2.doubleKernels()
      case .avx512: return CPUKernelsAVX512.doubleKernels()
      }
    #else
      return CPUKernelsPortable.doubleKernels()
    #endif
  }
}
