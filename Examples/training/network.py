"""The network of the example, and how images become its input. Needs PyTorch."""

import torch
from torch import nn
from torch.nn import functional as F

MEAN = torch.tensor([125.3, 123.0, 113.9]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([63.0, 62.1, 66.7]).view(1, 3, 1, 1)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.c1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.b1 = nn.BatchNorm2d(outputs)
        self.c2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.b2 = nn.BatchNorm2d(outputs)
        self.sc = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.sc = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        y = F.relu(self.b1(self.c1(x)))
        return F.relu(self.b2(self.c2(y)) + self.sc(x))


class ResNet(nn.Module):
    def __init__(self, width, blocks=3):
        super().__init__()
        self.c = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.b = nn.BatchNorm2d(width)
        layers, inputs = [], width
        for stage, outputs in enumerate((width, 2 * width, 4 * width)):
            for block in range(blocks):
                layers.append(Block(inputs, outputs, 2 if stage and block == 0 else 1))
                inputs = outputs
        self.l = nn.Sequential(*layers)
        self.f = nn.Linear(inputs, 10)

    def forward(self, x):
        x = self.l(F.relu(self.b(self.c(x))))
        return self.f(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


def normalize(x):
    """uint8 N×3×32×32 in RGB order to what the network takes."""
    return ((x.float() - MEAN) / DEVIATION).contiguous(memory_format=torch.channels_last)


def augment(x):
    """Shifts a batch by up to four pixels and mirrors half of its images."""
    dy, dx = (int(torch.randint(0, 9, (1,))) for _ in range(2))
    x = F.pad(x, (4, 4, 4, 4))[:, :, dy : dy + 32, dx : dx + 32]
    mirrored = torch.rand(len(x)) < 0.5
    x = torch.where(mirrored.view(-1, 1, 1, 1), x.flip(3), x)
    return x.contiguous(memory_format=torch.channels_last)


def accuracy(model, images, labels):
    """The share of images, uint8, that are classified right, in percent."""
    model.eval()
    correct = 0
    with torch.no_grad():
        for x, y in zip(images.split(500), labels.split(500)):
            correct += (model(normalize(x)).argmax(1) == y).sum().item()
    return 100 * correct / len(labels)
