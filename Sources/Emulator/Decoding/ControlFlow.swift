internal import KernelIR
internal import Tensors

/// Where the branches of a program go, and where lanes that have parted may meet.
///
/// The lanes of a warp that stand furthest behind run first, and groups of lanes merge where they
/// meet. In structured programs, whose branches out of loops and conditions go forward, this is at
/// the end of each condition, with the lanes that left a loop waiting at its end. They meet at
/// targets of branches, and behind branches that go back.
struct ControlFlow {
  /// The index in the program of each label.
  private var positions: [Int: Int] = [:]
  /// The indices of the instructions before which lanes may meet.
  private(set) var joins: Set<Int> = []

  init(_ program: Program) throws(HewnError) {
    for (index, instruction) in program.instructions.enumerated() {
      guard case .label(let label) = instruction.operation else { continue }
      guard positions.updateValue(index, forKey: label) == nil else {
        throw HewnError(.invalidArgument, "kernel \(program.name): label \(label) occurs twice")
      }
    }
    for (index, instruction) in program.instructions.enumerated() {
      guard case .branch(let label, _) = instruction.operation else { continue }
      let target = try position(of: label, in: program)
      joins.insert(target)
      if target <= index && instruction.guard != nil { joins.insert(index + 1) }
    }
  }

  func position(of label: Int, in program: Program) throws(HewnError) -> Int {
    guard let position = positions[label] else {
      throw HewnError(.invalidArgument, "kernel \(program.name): there is no label \(label)")
    }
    return position
  }
}
