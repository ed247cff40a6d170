import Emulator
import KernelIR

/// What a launch executed for each 32 useful multiply-adds: as many as one instruction of a warp can do.
///
/// Useful is a weight that is not zero, times a pixel of an image.
struct InstructionMix: Encodable {
  /// Warp instructions by class.
  var controlFlow: Double
  var addressArithmetic: Double
  var floatingPoint: Double
  var tensor: Double
  var sharedMemory: Double
  var globalMemory: Double
  var other: Double
  /// Passes of shared memory, and how many there would be without bank conflicts.
  var sharedWavefronts: Double
  var idealSharedWavefronts: Double
  var globalSectors: Double
  /// The share of a multiprocessor's peak of fused multiply-adds that these counts allow, where in a cycle four
  /// instructions begin, shared memory makes a pass and the first-level cache gives four sectors. None
  /// where tensor cores multiply.
  var peakShareBound: Double?

  init(_ report: LaunchReport, usefulMultiplyAdds: Double) {
    let scale = 32 / usefulMultiplyAdds
    func count(_ kind: InstructionClass) -> Double {
      Double(report.classes[kind]?.executions ?? 0) * scale
    }
    controlFlow = count(.controlFlow)
    addressArithmetic = count(.addressArithmetic)
    floatingPoint = count(.floatingPoint)
    tensor = count(.tensor)
    sharedMemory = count(.sharedMemory)
    globalMemory = count(.globalMemory)
    other = count(.other)
    let total = report.total
    sharedWavefronts = Double(total.sharedWavefronts) * scale
    idealSharedWavefronts = Double(total.idealSharedWavefronts) * scale
    globalSectors = Double(total.globalSectors) * scale
    let issue = Double(total.executions) * scale / 4
    let memory = sharedWavefronts + globalSectors / 4
    peakShareBound = tensor > 0 ? nil : 0.25 / max(issue, memory)
  }
}
