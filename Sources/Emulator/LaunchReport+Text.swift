package import KernelIR

extension LaunchReport {
  /// The program with what each of its instructions cost, for eyes: executions, the share of lanes that took
  /// part, wavefronts of shared memory over those without conflicts, and sectors of global memory
  /// for each request.
  package func listing(of program: Program) -> String {
    var lines = ["executions  lanes  wavefronts  sectors  \(program.name)"]
    for (instruction, counters) in zip(program.instructions, instructions) {
      if case .label = instruction.operation {
        lines.append("\(instruction):")
        continue
      }
      let cells = [
        ("\(counters.executions)", 10), (share(counters.activeLanes, counters.executions * 32), 6),
        (
          counters.sharedRequests == 0
            ? "" : "\(counters.sharedWavefronts)/\(counters.idealSharedWavefronts)", 11
        ),
        (
          counters.globalRequests == 0
            ? "" : rounded(Double(counters.globalSectors) / Double(counters.globalRequests)), 8
        ),
      ]
      let numbers = cells.map { text, width in
        String(repeating: " ", count: max(0, width - text.count)) + text
      }
      lines.append(numbers.joined(separator: " ") + "  \(instruction)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func share(_ part: UInt64, _ whole: UInt64) -> String {
    whole == 0 ? "" : "\(Int((Double(part) / Double(whole) * 100).rounded())) %"
  }

  private func rounded(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
