internal import CPUKernels
internal import Tensors

extension BlockProgram {
  /// Checks that the program computes every filter of `problem` once, with kernels that there are,
  /// and reads nothing but its input.
  ///
  /// The program is well formed in itself; see `init(_:)`.
  ///
  /// - Throws: `invalidFile`.
  func check(
    _ problem: ConvolutionProblem, _ grid: TileGrid, _ kernels: KernelSet
  ) throws(HewnError) {
    for index in 0..<streams.count {
      let height = streams.pointer[index].height
      guard height < kernels.widestPass.count, kernels.widestPass[height] >= 1 else {
        throw failure("no kernel computes \(height) rows at once")
      }
    }
    try checkFilters(problem)
    try checkOffsets(problem, grid, kernels)
  }

  private func checkFilters(_ problem: ConvolutionProblem) throws(HewnError) {
    var isComputed = problem.branches.map { [Bool](repeating: false, count: $0.rowCount) }
    for index in 0..<sections.count {
      let section = sections.pointer[index]
      guard section.branch < isComputed.count else {
        throw failure("section \(index) is of branch \(section.branch) of \(isComputed.count)")
      }
      for row in section.firstRow..<section.firstRow + section.rowCount {
        let filter = Int(filters.pointer[row])
        guard isComputed[section.branch].indices.contains(filter),
          !isComputed[section.branch][filter]
        else {
          throw failure("row \(row) is filter \(filter), which is computed already or nowhere")
        }
        isComputed[section.branch][filter] = true
      }
    }
    guard filters.count == problem.rowCount else {
      throw failure("\(filters.count) of \(problem.rowCount) filters are computed")
    }
  }

  /// Every tap is read from the first cell of the first image to the last vector of the last one, and
  /// kernels may read a vector more.
  private func checkOffsets(
    _ problem: ConvolutionProblem, _ grid: TileGrid, _ kernels: KernelSet
  ) throws(HewnError) {
    guard let (least, greatest) = offsets.bounds else { return }
    let input = problem.input
    let lastGroup = (input.imageGroups - 1) * input.lanes
    let first = input.planeStart(image: 0, plane: 0) * input.lanes + Int(least)
    let end =
      input.planeStart(image: lastGroup, plane: 0) * input.lanes + Int(greatest)
      + grid.readFloats(problem) + kernels.lanes
    guard first >= 0, end <= input.floatCount + input.readableSlack else {
      throw failure(
        "its taps read floats \(first) to \(end) of an input of \(input.floatCount) floats")
    }
  }

  private func failure(_ message: String) -> HewnError {
    HewnError(.invalidFile, "a packed convolution does not fit its layer: \(message)")
  }
}
