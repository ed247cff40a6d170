#!/usr/bin/env python3
"""Times whole networks with torch, and with Hewn beside.

    torch_networks.py OUTPUT.json [--hewn BINARY --models FOLDER] [--networks resnet50 …] …

Networks have random weights, BatchNormalization folded; torch runs them dense, in channels_last,
with cudnn.benchmark, in CUDA graphs, with inputs that stay where they are, as `hewn bench` does.
`--compile` adds torch.compile with max-autotune. FOLDER holds NETWORK-ZEROS.onnx: where one is
missing and the package onnx is there, it is made as Benchmarks/cpu/networks.py does.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import timing
from torch_layers import attempt


def hewn_milliseconds(binary, model, precision, batch, device):
    """What `hewn bench` says of each engine."""
    command = [
        binary, "bench", model, "--device", device, "--precision", precision, "--batch", batch,
        "--duration", 0.5, "--warmup", 0.1, "--iterations", 5, "--json", "--quiet",
    ]  # fmt: skip
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(f"status {done.returncode}: {done.stderr.strip()[:300]}")
    engines = json.loads(done.stdout)["engines"]
    return {name: engine["median_ms"] for name, engine in engines.items()}


def find_model(name, zeros, folder):
    path = pathlib.Path(folder, f"{name}-{zeros}.onnx")
    if not path.exists():
        sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "cpu"))
        import networks

        if name not in networks.NETWORKS:
            raise FileNotFoundError(path)
        networks.make(name, zeros, folder)
    return path


def network_seconds(torch, module, precision, arguments, compiles):
    dtype = {"f16": torch.float16, "bf16": torch.bfloat16}.get(precision, torch.float32)
    cudnn = torch.backends.cudnn
    cudnn.benchmark, cudnn.benchmark_limit = True, 0
    cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    module = module.eval().to(arguments.device, dtype, memory_format=torch.channels_last)
    if compiles:
        module = torch.compile(module, mode="max-autotune-no-cudagraphs")
    size = arguments.batch, 3, arguments.size, arguments.size
    x = torch.rand(size, device=arguments.device).to(dtype, memory_format=torch.channels_last)
    with torch.inference_mode():
        times = timing.seconds(torch, [lambda: module(x)], arguments.device, graph=True)
    return {"seconds": timing.spread(times)}


def parse(words=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ["squeezenet", "resnet50", "vgg16", "mobilenetv1"]
    parser.add_argument("output")
    parser.add_argument("--networks", nargs="+", choices=names, default=names)
    parser.add_argument("--precisions", nargs="+", default=["f16", "f32", "tf32", "bf16"])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--size", type=int, default=224, help="rows of the images")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing later")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--hewn", help="the tool")
    parser.add_argument("--models", help="a folder of ONNX files")
    parser.add_argument("--zeros", nargs="+", type=int, default=[0, 90], help="in percent")
    arguments = parser.parse_args(words)
    if arguments.hewn and not arguments.models:
        parser.error("--hewn needs --models")
    return arguments


def main(arguments):
    import torch
    import torch_modules

    on_gpu = arguments.device == "cuda"
    report = {
        "settings": {
            "device": torch.cuda.get_device_name(0) if on_gpu else "cpu",
            "torch": torch.__version__, "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version() if on_gpu else None,
            "batch": arguments.batch, "size": arguments.size, "format": "channels_last",
            "cudnn_benchmark": True, "cuda_graphs": on_gpu,
            "compile": "max-autotune" if arguments.compile else None,
            "inputs": "the same each time",
        },
        "torch": [], "hewn": [], "omitted": 0,
    }  # fmt: skip
    start = time.monotonic()

    def take(kind, entry, measure):
        if time.monotonic() - start > arguments.seconds:
            report["omitted"] += 1
            return
        report[kind].append(entry | attempt(measure))
        print(*report[kind][-1].values(), flush=True)
        pathlib.Path(arguments.output).write_text(json.dumps(report, indent=2) + "\n")

    for precision in arguments.precisions:
        for name in arguments.networks:
            for compiles in [False, True] if arguments.compile else [False]:
                way = "compiled" if compiles else "eager"
                entry = {"network": name, "precision": precision, "way": way}
                module = torch_modules.NETWORKS[name]()
                take("torch", entry, lambda: network_seconds(
                    torch, module, precision, arguments, compiles))  # fmt: skip
            for zeros in arguments.zeros if arguments.hewn else []:
                entry = {"network": name, "precision": precision, "zeros": zeros}
                take("hewn", entry, lambda: {"milliseconds": hewn_milliseconds(
                    arguments.hewn, find_model(name, zeros, arguments.models), precision,
                    arguments.batch, arguments.device)})  # fmt: skip
    pathlib.Path(arguments.output).write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main(parse())
