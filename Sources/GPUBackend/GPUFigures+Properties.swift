package import GPUDevices
package import GPUKernels

extension GPUFigures {
  /// The figures of a device: those of a GPU of that name, or of one of its generation with the sizes that the
  /// driver tells.
  package init(of properties: GPUProperties) {
    if let known = Self.all.first(where: { $0.name == properties.name }) {
      self = known
      return
    }
    let target = properties.target ?? .sm80
    var figures = Self.all.last { $0.target == target } ?? .a100
    figures.name = properties.name
    let share = Double(properties.multiprocessorCount) / Double(figures.multiprocessorCount)
    figures.multiprocessorCount = properties.multiprocessorCount
    figures.cacheBandwidth *= share
    figures.memoryBandwidth = properties.memoryBandwidth ?? figures.memoryBandwidth * share
    self = figures
  }
}
