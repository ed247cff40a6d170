import Graphs
import Tensors

extension ImportCase {
  static let indexingCases: [ImportCase] = [
    ImportCase(
      "GatherElements", 11, ["axis": .int(1)], inputs: ["x", "i"], becomes: GatherElements(axis: 1)),
    ImportCase("GatherND", 11, inputs: ["x", "i"], becomes: GatherND()),
    ImportCase(
      "GatherND", 12, ["batch_dims": .int(1)], inputs: ["x", "i"], becomes: GatherND(batchAxes: 1)),
    ImportCase(
      "Scatter", 9, ["axis": .int(1)], inputs: ["x", "i", "u"], becomes: ScatterElements(axis: 1)),
    ImportCase("ScatterElements", 11, inputs: ["x", "i", "u"], becomes: ScatterElements()),
    ImportCase(
      "ScatterElements", 18, ["reduction": .string("max")], inputs: ["x", "i", "u"],
      becomes: ScatterElements(reduction: .maximum)),
    ImportCase(
      "ScatterND", 16, ["reduction": .string("mul")], inputs: ["x", "i", "u"],
      becomes: ScatterND(reduction: .multiply)),
    ImportCase(
      "TensorScatter", 24, ["mode": .string("circular"), "axis": .int(1)], inputs: ["x", "u"],
      becomes: TensorScatter(axis: 1, mode: .circular)),
    ImportCase("GridSample", 16, inputs: ["x", "g"], becomes: GridSample()),
    ImportCase(
      "GridSample", 16,
      [
        "mode": .string("bicubic"), "padding_mode": .string("border"), "align_corners": .int(1),
      ], inputs: ["x", "g"],
      becomes: GridSample(mode: .cubic, padding: .border, alignsCorners: true)),
    ImportCase(
      "GridSample", 20, ["mode": .string("linear"), "padding_mode": .string("reflection")],
      inputs: ["x", "g"], becomes: GridSample(padding: .reflection)),
    ImportCase(
      "AffineGrid", 20, ["align_corners": .int(1)], inputs: ["x", "s"],
      becomes: AffineGrid(alignsCorners: true)),
    ImportCase("NonMaxSuppression", 10, inputs: ["x", "s"], becomes: NonMaxSuppression()),
    ImportCase(
      "NonMaxSuppression", 11, ["center_point_box": .int(1)], inputs: ["x", "s", "m", "", "t"],
      becomes: NonMaxSuppression(usesCenters: true)),
    ImportCase("SpaceToDepth", 7, ["blocksize": .int(2)], becomes: SpaceToDepth(blockSize: 2)),
    ImportCase("Tile", 7, inputs: ["x", "k12"], becomes: Tile()),
    ImportCase(
      "CenterCropPad", 18, ["axes": .ints([-1])], inputs: ["x", "s"],
      becomes: CenterCropPad(axes: [-1])),
    ImportCase("Compress", 9, inputs: ["x", "c"], becomes: Compress()),
    ImportCase("Compress", 11, ["axis": .int(0)], inputs: ["x", "c"], becomes: Compress(axis: 0)),
    ImportCase(
      "Trilu", 14, ["upper": .int(0)], inputs: ["x", "d"], becomes: Trilu(keepsUpper: false)),
    ImportCase("Trilu", 14, becomes: Trilu()),
    ImportCase(
      "ReverseSequence", 10, ["batch_axis": .int(0), "time_axis": .int(1)], inputs: ["x", "l"],
      becomes: ReverseSequence(batchAxis: 0, timeAxis: 1)),
    ImportCase("BitCast", 26, ["to": .int(6)], becomes: BitCast(to: .int32)),
    ImportCase(
      "Col2Im", 18,
      ["strides": .ints([2, 2]), "dilations": .ints([1, 1]), "pads": .ints([0, 0, 1, 1])],
      inputs: ["x", "s", "b"],
      becomes: Col2Im(strides: [2, 2], dilations: [1, 1], pads: [0, 0, 1, 1])),
    ImportCase("Size", 7, becomes: SizeOf()),
    ImportCase("Range", 11, inputs: ["a", "b", "c"], becomes: RangeOf()),
    ImportCase(
      "Range", 27, ["stash_type": .int(1)], inputs: ["a", "b", "c"], becomes: RangeOf()),
    ImportCase("EyeLike", 9, becomes: EyeLike()),
    ImportCase(
      "EyeLike", 22, ["dtype": .int(11), "k": .int(-1)],
      becomes: EyeLike(element: .float64, diagonal: -1)),
    ImportCase("OneHot", 9, ["axis": .int(0)], inputs: ["x", "d", "v"], becomes: OneHot(axis: 0)),
    ImportCase("NonZero", 9, becomes: NonZero()),
    ImportCase(
      "Unique", 11, ["axis": .int(1), "sorted": .int(0)], outputs: ["y", "", "z"],
      becomes: Unique(axis: 1, isSorted: false)),
  ]
}
