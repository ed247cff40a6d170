import Graphs
import Tensors

extension ImportCase {
  static let windowCases: [ImportCase] = [
    ImportCase("Conv", 7, inputs: ["x", "w"], becomes: Conv()),
    ImportCase(
      "Conv", 22,
      [
        "kernel_shape": .ints([3, 5]), "strides": .ints([2, 1]), "dilations": .ints([1, 2]),
        "pads": .ints([0, 1, 2, 3]), "group": .int(4), "auto_pad": .string("NOTSET"),
      ],
      inputs: ["x", "w", "b"],
      becomes: Conv(
        kernel: [3, 5], strides: [2, 1], dilations: [1, 2],
        padding: .explicit(begin: [0, 1], end: [2, 3]), groups: 4)),
    ImportCase(
      "Conv", 11, ["kernel_shape": .ints([3]), "auto_pad": .string("SAME_UPPER")],
      inputs: ["x", "w"], becomes: Conv(kernel: [3], padding: .sameUpper)),
    ImportCase(
      "Conv", 11, ["auto_pad": .string("SAME_LOWER"), "pads": .ints([0, 0, 0, 0])],
      inputs: ["x", "w"], becomes: Conv(padding: .sameLower)),
    ImportCase(
      "Conv", 11, ["auto_pad": .string("VALID"), "pads": .ints([0, 0])],
      inputs: ["x", "w"], becomes: Conv()),
    ImportCase(
      "Conv", 13, ["pads": .ints([0, 0, 0, 0])], inputs: ["x", "kWeights"], becomes: Conv()),
    ImportCase("ConvTranspose", 7, inputs: ["x", "w"], becomes: ConvTranspose()),
    ImportCase(
      "ConvTranspose", 11,
      [
        "kernel_shape": .ints([2, 3]), "strides": .ints([2, 2]), "dilations": .ints([1, 1]),
        "pads": .ints([0, 1, 0, 1]), "output_padding": .ints([1, 0]), "group": .int(2),
      ],
      inputs: ["x", "w", "b"],
      becomes: ConvTranspose(
        kernel: [2, 3], strides: [2, 2], dilations: [1, 1],
        padding: .explicit(begin: [0, 1], end: [0, 1]), outputPadding: [1, 0], groups: 2)),
    ImportCase(
      "ConvTranspose", 13, ["output_shape": .ints([8, 9]), "auto_pad": .string("SAME_UPPER")],
      inputs: ["x", "w"], becomes: ConvTranspose(padding: .sameUpper, outputShape: [8, 9])),
    ImportCase(
      "MaxPool", 7, ["kernel_shape": .ints([2])], becomes: MaxPool(PoolingWindow(kernel: [2]))),
    ImportCase(
      "MaxPool", 8, ["kernel_shape": .ints([2, 2]), "storage_order": .int(0)],
      becomes: MaxPool(PoolingWindow(kernel: [2, 2]))),
    ImportCase(
      "MaxPool", 12,
      [
        "kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "dilations": .ints([1, 1]),
        "pads": .ints([1, 1, 1, 1]), "ceil_mode": .int(1),
      ],
      becomes: MaxPool(
        PoolingWindow(
          kernel: [3, 3], strides: [2, 2], dilations: [1, 1],
          padding: .explicit(begin: [1, 1], end: [1, 1]), roundsUp: true))),
    ImportCase("Conv", 13, inputs: ["x", "kWeights3D"], becomes: Conv()),
    ImportCase(
      "Conv", 24, ["kernel_shape": .ints([3, 2, 1]), "pads": .ints([1, 1, 0, 0, 0, 0])],
      inputs: ["x", "w"],
      becomes: Conv(
        kernel: [3, 2, 1], padding: .explicit(begin: [1, 1, 0], end: [0, 0, 0]))),
    ImportCase(
      "MaxPool", 22, ["kernel_shape": .ints([2, 2]), "storage_order": .int(1)],
      outputs: ["y", "z"],
      becomes: MaxPool(PoolingWindow(kernel: [2, 2]), indices: .columnMajor)),
    ImportCase(
      "MaxPool", 8, ["kernel_shape": .ints([2, 2])], outputs: ["y", "z"],
      becomes: MaxPool(PoolingWindow(kernel: [2, 2]), indices: .rowMajor)),
    ImportCase(
      "MaxUnpool", 9, ["kernel_shape": .ints([2]), "strides": .ints([3]), "pads": .ints([1, 0])],
      inputs: ["x", "i", "s"],
      becomes: MaxUnpool(kernel: [2], strides: [3], padding: .explicit(begin: [1], end: [0]))),
    ImportCase(
      "LpPool", 11, ["kernel_shape": .ints([2]), "p": .int(3)],
      becomes: LpPool(PoolingWindow(kernel: [2]), exponent: 3)),
    ImportCase(
      "LpPool", 18, ["kernel_shape": .ints([2]), "dilations": .ints([2]), "ceil_mode": .int(1)],
      becomes: LpPool(PoolingWindow(kernel: [2], dilations: [2], roundsUp: true))),
    ImportCase("GlobalLpPool", 7, becomes: GlobalLpPool()),
    ImportCase("GlobalLpPool", 22, ["p": .int(1)], becomes: GlobalLpPool(exponent: 1)),
    ImportCase(
      "AveragePool", 7, ["kernel_shape": .ints([2, 2]), "count_include_pad": .int(1)],
      becomes: AveragePool(PoolingWindow(kernel: [2, 2]), countsPadding: true)),
    ImportCase(
      "AveragePool", 19,
      ["kernel_shape": .ints([2, 2]), "dilations": .ints([2, 2]), "ceil_mode": .int(1)],
      becomes: AveragePool(PoolingWindow(kernel: [2, 2], dilations: [2, 2], roundsUp: true))),
    ImportCase("GlobalAveragePool", 7, becomes: GlobalAveragePool()),
    ImportCase("GlobalMaxPool", 22, becomes: GlobalMaxPool()),
  ]
}
