"""Fine-tunes the re-pruned example on CIFAR-10, with its zeros kept.

    hewn reprune ../resnet20-cifar10-pruned.onnx -o repruned.onnx \\
      --masks repruned.masks.safetensors ...
    python3 finetune.py repruned.onnx --masks repruned.masks.safetensors \\
      --images cifar10/train --validation cifar10/test -o tuned.onnx

Images lie in one folder for each class, in a folder or a ZIP archive. Needs PyTorch, NumPy, onnx,
safetensors and Pillow. For equal options, versions and numbers of threads the result is the same.
"""

import argparse
import pathlib
import sys
import time
import zipfile

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch.nn import functional as F

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "training"), str(HERE.parents[1] / "Python")]

from hewn_finetune import KeepMasks, load_masks, load_weights, save_weights  # noqa: E402
from network import ResNet, accuracy, augment, normalize  # noqa: E402

CLASSES = "airplane automobile bird cat deer dog frog horse ship truck".split()
SUFFIXES = {".png", ".jpg", ".jpeg"}


def options():
    parser = argparse.ArgumentParser(
        description="Fine-tunes a re-pruned resnet20-cifar10-pruned.onnx, with its zeros kept."
    )
    parser.add_argument("model", help="the model of hewn reprune")
    parser.add_argument("--masks", required=True, help="the masks of hewn reprune")
    parser.add_argument("--images", required=True, help="a folder or ZIP archive, class/image.jpg")
    parser.add_argument("--validation", help="images of the same form to measure accuracy on")
    parser.add_argument("-o", "--output", required=True, help="the ONNX file to write")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.02, help="learning rate, falls to 0")
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--weight-decay", type=float, default=2e-4)
    parser.add_argument("--label-smoothing", type=float, default=0.0)
    parser.add_argument("--limit", type=int, help="so many images of a set, spread evenly over it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, help="of the processor")
    return parser.parse_args()


def read_images(source, limit=None):
    """The images of a folder or ZIP archive as uint8 N×3×32×32 RGB, and their classes, N."""
    source = pathlib.Path(source)
    if not source.is_dir() and not zipfile.is_zipfile(source):
        sys.exit(f"{source} is neither a folder nor a ZIP archive")
    archive = None if source.is_dir() else zipfile.ZipFile(source)
    names = archive.namelist() if archive else [str(path) for path in source.rglob("*")]
    paths = sorted(pathlib.PurePath(name) for name in names)
    paths = [
        path for path in paths if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    ]
    if limit is not None and limit < len(paths):
        paths = [paths[index * len(paths) // limit] for index in range(limit)]
    if not paths:
        sys.exit(f"{source}: there are no images")
    images, labels = [], []
    for path in paths:
        if path.parent.name not in CLASSES:
            sys.exit(f"{path}: its folder is no class; classes are {', '.join(CLASSES)}")
        try:
            with archive.open(path.as_posix()) if archive else open(path, "rb") as file:
                image = np.asarray(Image.open(file).convert("RGB"))
        except UnidentifiedImageError:
            sys.exit(f"{path}: the image cannot be decoded")
        if image.shape != (32, 32, 3):
            sys.exit(f"{path}: the image is {image.shape[1]}×{image.shape[0]}, want 32×32")
        images.append(image)
        labels.append(CLASSES.index(path.parent.name))
    x = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()
    return x, torch.tensor(labels)


def train_epoch(model, optimizer, schedule, images, labels, batch, smoothing):
    """Trains on all images once, in random order; returns the mean loss and the accuracy."""
    model.train()
    total, correct = 0.0, 0
    for index in torch.randperm(len(images)).split(batch):
        scores = model(augment(normalize(images[index])))
        loss = F.cross_entropy(scores, labels[index], label_smoothing=smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item() * len(index)
        correct += (scores.argmax(1) == labels[index]).sum().item()
    return total / len(images), 100 * correct / len(images)


def main():
    given = options()
    if given.threads:
        torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    images, labels = read_images(given.images, given.limit)
    validation = read_images(given.validation, given.limit) if given.validation else None

    def report(title):
        measured = f", validation accuracy {accuracy(model, *validation):.2f}" if validation else ""
        print(f"{title}{measured}, {time.monotonic() - start:.0f} s", flush=True)

    start = time.monotonic()
    model = ResNet(width=16).to(memory_format=torch.channels_last)
    names = load_weights(model, given.model)
    optimizer = torch.optim.SGD(
        model.parameters(), given.rate, given.momentum,
        weight_decay=given.weight_decay, nesterov=given.momentum > 0,
    )  # fmt: skip
    steps = given.epochs * -(-len(images) // given.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    report("before")
    with KeepMasks(model, optimizer, load_masks(given.masks), names):
        for epoch in range(given.epochs):
            loss, right = train_epoch(
                model, optimizer, schedule, images, labels, given.batch, given.label_smoothing
            )
            report(f"epoch {epoch + 1}: loss {loss:.4f}, training accuracy {right:.2f}")
    save_weights(model, given.model, given.output, names)
    print(f"written to {given.output}")


if __name__ == "__main__":
    main()
