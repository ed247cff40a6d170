"""Trains ResNet-20 on CIFAR-10, then prunes it while training goes on.

    EPOCHS=11 PRUNE_EPOCHS=8 python3 train.py

Reads train.npz and test.npz of prepare.py, writes dense.pt and pruned.pt. Needs PyTorch.
"""

import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from network import ResNet, accuracy, augment, normalize

EPOCHS = int(os.environ.get("EPOCHS", "14"))
PRUNE_EPOCHS = int(os.environ.get("PRUNE_EPOCHS", "9"))
# The share of the prunable weights that goes.
TARGET = float(os.environ.get("TARGET", "0.9"))
WIDTH = int(os.environ.get("WIDTH", "16"))
BATCH = 128

torch.manual_seed(0)
start = time.time()


def load(path):
    data = np.load(path)
    images = torch.from_numpy(data["x"]).permute(0, 3, 1, 2).contiguous()
    return images, torch.from_numpy(data["y"]).long()


train_x, train_y = load("train.npz")
test_x, test_y = load("test.npz")
steps = len(train_x) // BATCH
model = ResNet(WIDTH).to(memory_format=torch.channels_last)


# All 3×3 convolutions but the first.
prunable = [
    module
    for module in model.modules()
    if isinstance(module, nn.Conv2d) and module.in_channels > 3 and module.kernel_size[0] == 3
]
masks = {}


def choose_masks(share):
    """Masks the smallest share of all prunable weights."""
    magnitudes = torch.cat([layer.weight.detach().abs().flatten() for layer in prunable])
    threshold = torch.quantile(magnitudes[:: max(1, len(magnitudes) // 1_000_000)], share)
    for layer in prunable:
        masks[layer] = (layer.weight.detach().abs() > threshold).float()


def apply_masks():
    for layer, mask in masks.items():
        layer.weight.data.mul_(mask)


def train_epoch(optimizer, schedule, before_step=lambda: None):
    model.train()
    total = 0.0
    order = torch.randperm(len(train_x))
    for index in order[: steps * BATCH].split(BATCH):
        x = augment(normalize(train_x[index]))
        loss = F.cross_entropy(model(x), train_y[index], label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        apply_masks()
        before_step()
        total += loss.item()
    return total / steps


def sgd(rate, decay):
    return torch.optim.SGD(
        model.parameters(), lr=rate, momentum=0.9, weight_decay=decay, nesterov=True
    )


optimizer = sgd(0.1, 5e-4)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.4, total_steps=EPOCHS * steps)
for epoch in range(EPOCHS):
    loss = train_epoch(optimizer, schedule)
    print(f"dense {epoch}: loss {loss:.3f}, {time.time() - start:.0f} s", flush=True)
torch.save(model.state_dict(), "dense.pt")
dense_accuracy = accuracy(model, test_x, test_y)

optimizer = sgd(0.05, 2e-4)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, PRUNE_EPOCHS * steps)
ramp = int(0.6 * PRUNE_EPOCHS * steps)
step = 0


def prune_gradually():
    """Raises the pruned share along a cubic, for the first 60 % of the steps."""
    global step
    if step % 60 == 0 and step <= ramp:
        choose_masks(TARGET * (1 - (1 - step / ramp) ** 3))
        apply_masks()
    step += 1


for epoch in range(PRUNE_EPOCHS):
    loss = train_epoch(optimizer, schedule, prune_gradually)
    zeros = np.mean([float((layer.weight == 0).float().mean()) for layer in prunable])
    print(f"prune {epoch}: loss {loss:.3f}, zeros {zeros:.3f}", flush=True)
apply_masks()
torch.save(model.state_dict(), "pruned.pt")
print(f"accuracy: dense {dense_accuracy:.1f}, pruned {accuracy(model, test_x, test_y):.1f}")
