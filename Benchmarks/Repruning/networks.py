"""The networks that are re-pruned, with the images that they are fitted to and judged by."""

import dataclasses
import io
import os
import pathlib
import sys
import tempfile
import zipfile
from collections.abc import Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

CIFAR_TRAIN = "cifar10-jpeg-train.zip"
CIFAR_TEST = "cifar10-jpeg-test.zip"
CIFAR_LOSSLESS = "cifar10_lossless_test314.npz"
IMAGENET = "imagenet-sample-1000.zip"
# ImageNet's mean and deviation, on images that have the network's size.
IMAGENET_VALUES = ["--preprocess", "imagenet", "--resize", "none", "--crop", "none"]


@dataclasses.dataclass
class Network:
    """A network of $HEWN_DATA/models.

    calibrate images of the set `images` are what layers are fitted to; `evaluation` is another set that
    judges, or None for the images of the first that nothing is fitted to.
    """

    name: str
    images: str
    calibrate: int
    preprocessing: list
    evaluation: str | None = None
    # A second set that judges.
    second: str | None = None
    options: tuple = ()
    # The threads that the network is to be fast with; all where None.
    threads: int | None = None
    # What judges: "accuracy" or "error".
    measure: str = "accuracy"
    # How outputs are compared where their shapes do not tell.
    loss: str | None = None
    # The outputs that are compared; all where none is named.
    outputs: tuple = ()
    # Makes the images of the network in a folder, from those of the set.
    prepare: Callable | None = None

    @property
    def model(self):
        path = data("models", f"{self.name}.onnx")
        return with_outputs(path, self.outputs) if self.outputs else path

    @property
    def comparison(self):
        """Options of hewn reprune and hewn evaluate --against."""
        return ["--loss", self.loss] if self.loss else []

    def arguments(self, limit=None):
        images = self.prepare(data("images", self.images)) if self.prepare else None
        arguments = ["--images", images or data("images", self.images)]
        arguments += ["--calibrate", self.calibrate]
        if self.evaluation:
            arguments += ["--evaluation", data("images", self.evaluation)]
        if limit:
            arguments += ["--limit", limit]
        if self.threads:
            arguments += ["--threads", self.threads]
        return [*arguments, *self.preprocessing, *self.comparison, *self.options]


def with_outputs(path, names):
    """The network with some of its outputs alone."""
    import onnx

    model = onnx.load(path)
    kept = [output for output in model.graph.output if output.name in names]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    result = pathlib.Path(tempfile.gettempdir(), f"{path.stem}-{'-'.join(names)}.onnx")
    onnx.save(model, result)
    return result


def noisy_crops(archive, count=192, size=64, deviation=25):
    """Grey crops of the middle of images with Gaussian noise, as a denoiser gets them."""
    import numpy as np
    from PIL import Image

    path = pathlib.Path(tempfile.gettempdir(), f"hewn-noisy-{count}-{size}.npz")
    random = np.random.default_rng(0)
    crops = []
    with zipfile.ZipFile(archive) as files:
        names = sorted(name for name in files.namelist() if name.lower().endswith((".jpg", ".jpeg")))
        for name in names[:: max(1, len(names) // count)][:count]:
            image = Image.open(io.BytesIO(files.read(name))).convert("L")
            left, top = (image.width - size) // 2, (image.height - size) // 2
            crop = np.asarray(image.crop((left, top, left + size, top + size)), np.float64)
            crops.append(crop + random.normal(0, deviation, crop.shape))
    np.savez(path, x=np.clip(np.rint(crops), 0, 255).astype(np.uint8))
    return path


NETWORKS = {
    network.name: network
    for network in [
        Network(
            "resnet20-cifar10-pruned", CIFAR_TRAIN, 512, ["--preprocess", "cifar10-hewn"],
            CIFAR_TEST, CIFAR_LOSSLESS,
            # Its layers are so small that two threads are hardly faster than one.
            threads=1,
        ),
        Network(
            "resnet56-cifar10-pruned", CIFAR_TRAIN, 512, ["--preprocess", "cifar10"], CIFAR_TEST,
            CIFAR_LOSSLESS,
        ),
        Network("squeezenet-v1.0-pruned", IMAGENET, 250, ["--preprocess", "caffe"]),
        Network(
            "hand-landmark-pruned", "imagenet-sample-1000.zip", 128,
            ["--preprocess", "unit"], measure="error", loss="squares",
            # The landmarks. Whether there is a hand, and which one, is next to nothing on these images.
            outputs=("t194",),
        ),
        Network(
            "resnet20-cifar10", CIFAR_TRAIN, 512, IMAGENET_VALUES, CIFAR_TEST, CIFAR_LOSSLESS,
            ("--from-dense",),
        ),
        Network(
            "resnet56-cifar10", CIFAR_TRAIN, 512, IMAGENET_VALUES, CIFAR_TEST, CIFAR_LOSSLESS,
            ("--from-dense",),
        ),
        Network(
            "dncnn-gray25", IMAGENET, 96,
            ["--channels", "gray", "--scale", "1/255", "--resize", "none", "--crop", "none"],
            options=("--from-dense", "--shape", "in=1x1x64x64"), measure="error",
            prepare=noisy_crops,
        ),
        Network(
            "mobilenet-v2", IMAGENET, 250, ["--preprocess", "imagenet"], options=("--from-dense",)
        ),
    ]
}


def data(*parts):
    if "HEWN_DATA" not in os.environ:
        sys.exit("HEWN_DATA is not set; it names the folder that holds models/ and images/")
    return pathlib.Path(os.environ["HEWN_DATA"], *parts)
