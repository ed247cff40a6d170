"""Packs CIFAR-10, as JPEG or PNG files in one folder for each class, into an array file.

    python3 prepare.py cifar10/train train.npz
    python3 prepare.py cifar10/test test.npz

Needs NumPy and Pillow. x is uint8 N×32×32×3 in RGB order, y the index of the class.
"""

import pathlib
import sys

import numpy as np
from PIL import Image

CLASSES = "airplane automobile bird cat deer dog frog horse ship truck".split()

folder, target = sys.argv[1:]
images, labels = [], []
for label, name in enumerate(CLASSES):
    for path in sorted(pathlib.Path(folder, name).iterdir()):
        images.append(np.asarray(Image.open(path).convert("RGB")))
        labels.append(label)
np.savez(target, x=np.stack(images), y=np.array(labels))
