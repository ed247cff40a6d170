/// The convolutions that networks are judged by, each shape once, in the order of their networks.
package enum LayerCatalogue {
  package static let all = vgg16 + resnet50 + mobilenetV1 + alexnet

  /// Simonyan and Zisserman, "Very deep convolutional networks" (2015), configuration D.
  package static let vgg16: [NetworkLayer] = [
    ("conv1_1", 3, 64, 224, 1), ("conv1_2", 64, 64, 224, 1), ("conv2_1", 64, 128, 112, 1),
    ("conv2_2", 128, 128, 112, 1), ("conv3_1", 128, 256, 56, 1), ("conv3_2", 256, 256, 56, 2),
    ("conv4_1", 256, 512, 28, 1), ("conv4_2", 512, 512, 28, 2), ("conv5_1", 512, 512, 14, 3),
  ].map { name, channels, filters, size, count in
    NetworkLayer(
      network: "vgg16", name: name, channels: channels, filters: filters, size: size, kernel: 3,
      padding: 1, count: count)
  }

  /// He et al., "Deep residual learning" (2016), with the strides in the 3×3 layers, as most
  /// implementations have them.
  package static let resnet50: [NetworkLayer] =
    [
      NetworkLayer(
        network: "resnet50", name: "conv1", channels: 3, filters: 64, size: 224, kernel: 7,
        stride: 2, padding: 3)
    ] + (0..<4).flatMap(bottlenecks)

  /// The layers of the blocks of one stage.
  private static func bottlenecks(stage: Int) -> [NetworkLayer] {
    let width = 64 << stage
    let size = 56 >> stage
    // The first block reads the stage before, whose maps are twice as large but for the first.
    let (inputs, inputSize, stride) = stage == 0 ? (64, size, 1) : (2 * width, 2 * size, 2)
    let blocks = [3, 4, 6, 3][stage]
    func layer(
      _ name: String, _ channels: Int, _ filters: Int, _ size: Int, kernel: Int = 1,
      stride: Int = 1, count: Int
    ) -> NetworkLayer {
      NetworkLayer(
        network: "resnet50", name: "layer\(stage + 1)/\(name)", channels: channels,
        filters: filters, size: size, kernel: kernel, stride: stride, padding: kernel / 2,
        count: count)
    }
    let others = [
      layer("reduce", 4 * width, width, size, count: blocks - 1),
      layer("conv3x3", width, width, size, kernel: 3, count: stage == 0 ? blocks : blocks - 1),
    ]
    if stage == 0 {
      // The projection of the first block has the shape of the layers that expand.
      return [
        layer("first/reduce", inputs, width, size, count: 1),
        layer("expand", width, 4 * width, size, count: blocks + 1),
      ] + others
    }
    return [
      layer("first/reduce", inputs, width, inputSize, count: 1),
      layer("first/conv3x3", width, width, inputSize, kernel: 3, stride: stride, count: 1),
      layer("first/project", inputs, 4 * width, inputSize, stride: stride, count: 1),
      layer("expand", width, 4 * width, size, count: blocks),
    ] + others
  }

  /// The pointwise layers of Howard et al., "MobileNets" (2017).
  package static let mobilenetV1: [NetworkLayer] = [
    (32, 64, 112, 1), (64, 128, 56, 1), (128, 128, 56, 1), (128, 256, 28, 1), (256, 256, 28, 1),
    (256, 512, 14, 1), (512, 512, 14, 5), (512, 1024, 7, 1), (1024, 1024, 7, 1),
  ].map { channels, filters, size, count in
    NetworkLayer(
      network: "mobilenetv1", name: "\(channels)to\(filters)", channels: channels,
      filters: filters, size: size, kernel: 1, count: count)
  }

  /// Krizhevsky et al., "ImageNet classification" (2012), with its two groups.
  package static let alexnet = [
    NetworkLayer(
      network: "alexnet", name: "conv1", channels: 3, filters: 96, size: 227, kernel: 11, stride: 4),
    NetworkLayer(
      network: "alexnet", name: "conv2", channels: 96, filters: 256, size: 27, kernel: 5,
      padding: 2, groups: 2),
    NetworkLayer(
      network: "alexnet", name: "conv3", channels: 256, filters: 384, size: 13, kernel: 3,
      padding: 1),
    NetworkLayer(
      network: "alexnet", name: "conv4", channels: 384, filters: 384, size: 13, kernel: 3,
      padding: 1, groups: 2),
    NetworkLayer(
      network: "alexnet", name: "conv5", channels: 384, filters: 256, size: 13, kernel: 3,
      padding: 1, groups: 2),
  ]
}
