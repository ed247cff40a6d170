"""Draws ship.png: a cargo ship at sea, of rectangles and polygons. Needs NumPy.

    python3 Examples/draw-ship.py Examples/ship.png
"""

import struct
import sys
import zlib

import numpy as np

SIZE = 256
# Samples for each pixel and axis, for smooth edges.
SAMPLES = 3

v, u = np.mgrid[0 : SIZE * SAMPLES, 0 : SIZE * SAMPLES] / (SIZE * SAMPLES)


def inside(points):
    """The samples inside a convex polygon, its corners clockwise as seen, in 0…1 from the top left."""
    mask = np.ones_like(u, bool)
    for (u0, v0), (u1, v1) in zip(points, points[1:] + points[:1]):
        mask &= (u1 - u0) * (v - v0) - (v1 - v0) * (u - u0) >= 0
    return mask


def box(left, top, right, bottom):
    return inside([(left, top), (right, top), (right, bottom), (left, bottom)])


def color(red, green, blue):
    return np.array([red, green, blue], float)


def between(first, last, amount):
    return first + (last - first) * amount[..., None]


def draw():
    horizon = 0.60
    picture = between(color(120, 165, 215), color(215, 228, 238), v / horizon)
    depth = np.clip((v - horizon) / (1 - horizon), 0, 1)
    sea = between(color(70, 112, 150), color(22, 58, 98), depth)
    waves = np.sin(60 * u + 25 * np.sin(9 * v)) * np.sin(150 * v**2)
    sea += (10 * waves)[..., None]
    picture = np.where((v > horizon)[..., None], sea, picture)

    shapes = [
        (inside([(0.09, 0.54), (0.93, 0.50), (0.83, 0.72), (0.16, 0.72)]), color(38, 42, 52)),
        (inside([(0.14, 0.68), (0.86, 0.67), (0.83, 0.73), (0.16, 0.73)]), color(140, 40, 34)),
        (box(0.16, 0.36, 0.36, 0.55), color(240, 240, 236)),
        (box(0.19, 0.29, 0.33, 0.37), color(226, 226, 224)),
        (box(0.23, 0.18, 0.29, 0.30), color(196, 60, 44)),
        (box(0.23, 0.18, 0.29, 0.21), color(40, 40, 44)),
        (box(0.17, 0.40, 0.35, 0.42), color(60, 76, 96)),
        (box(0.17, 0.46, 0.35, 0.48), color(60, 76, 96)),
        (box(0.42, 0.45, 0.55, 0.54), color(186, 92, 56)),
        (box(0.56, 0.44, 0.68, 0.53), color(72, 118, 92)),
        (box(0.69, 0.45, 0.80, 0.53), color(196, 168, 84)),
        (box(0.86, 0.28, 0.875, 0.52), color(70, 70, 74)),
        (box(0.49, 0.22, 0.505, 0.46), color(70, 70, 74)),
    ]
    for mask, paint in shapes:
        picture[mask] = paint
    foam = (v > 0.715) & (v < 0.74 + 0.008 * np.sin(70 * u)) & (u > 0.12) & (u < 0.88)
    picture[foam] = color(205, 218, 226)

    samples = picture.reshape(SIZE, SAMPLES, SIZE, SAMPLES, 3).mean((1, 3))
    return np.clip(np.rint(samples), 0, 255).astype(np.uint8)


def png(pixels):
    """Encodes H×W×3 bytes."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


with open(sys.argv[1], "wb") as file:
    file.write(png(draw()))
