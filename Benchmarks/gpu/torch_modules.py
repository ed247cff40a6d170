"""Well-known networks as torch modules with random weights, equal to the benchmarks' ONNX files.

BatchNormalization counts as folded into the weights. Each maps [N, 3, 224, 224] to [N, 1000].
"""

import torch
from torch import nn


def conv(channels, filters, kernel, stride=1, padding=None, groups=1, relu=True):
    padding = kernel // 2 if padding is None else padding
    layer = nn.Conv2d(channels, filters, kernel, stride, padding, groups=groups)
    return nn.Sequential(layer, nn.ReLU(inplace=True)) if relu else layer


def classifier(channels):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


class Fire(nn.Module):
    def __init__(self, channels, squeezed, filters):
        super().__init__()
        self.squeeze = conv(channels, squeezed, 1)
        self.expand1 = conv(squeezed, filters, 1)
        self.expand3 = conv(squeezed, filters, 3)

    def forward(self, x):
        x = self.squeeze(x)
        return torch.cat([self.expand1(x), self.expand3(x)], 1)


def squeezenet():
    """Version 1.1."""

    def pool():
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    return nn.Sequential(
        conv(3, 64, 3, 2, 0), pool(), Fire(64, 16, 64), Fire(128, 16, 64), pool(),
        Fire(128, 32, 128), Fire(256, 32, 128), pool(), Fire(256, 48, 192), Fire(384, 48, 192),
        Fire(384, 64, 256), Fire(512, 64, 256), conv(512, 1000, 1), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )  # fmt: skip


class Bottleneck(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.convolutions = nn.Sequential(
            conv(channels, width, 1), conv(width, width, 3, stride),
            conv(width, 4 * width, 1, relu=False),
        )  # fmt: skip
        projects = stride > 1 or channels != 4 * width
        self.shortcut = (
            conv(channels, 4 * width, 1, stride, relu=False) if projects else nn.Identity()
        )

    def forward(self, x):
        return torch.relu(self.convolutions(x) + self.shortcut(x))


def resnet50():
    layers, channels = [conv(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1)], 64
    for stage, count in enumerate((3, 4, 6, 3)):
        for index in range(count):
            width = 64 << stage
            layers.append(Bottleneck(channels, width, 2 if stage and not index else 1))
            channels = 4 * width
    return nn.Sequential(*layers, classifier(channels))


def vgg16():
    layers, channels = [], 3
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            layers.append(conv(channels, filters, 3))
            channels = filters
        layers.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(512 * 49, 4096), nn.ReLU(inplace=True),
        nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Linear(4096, 1000),
    )  # fmt: skip


def mobilenetv1():
    layers, channels = [conv(3, 32, 3, 2)], 32
    widths = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    for filters, stride in widths + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]:
        layers += [conv(channels, channels, 3, stride, groups=channels), conv(channels, filters, 1)]
        channels = filters
    return nn.Sequential(*layers, classifier(channels))


NETWORKS = {
    "squeezenet": squeezenet, "resnet50": resnet50, "vgg16": vgg16, "mobilenetv1": mobilenetv1,
}  # fmt: skip
