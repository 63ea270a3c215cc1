#!/usr/bin/env python3
"""What the tests of standard networks are held against, computed by other programs than lobule.

Parameter names and shapes, and results on fixed weights in double precision, of torchvision's networks and of
small networks written here with torch alone. Prints tests/nn/data/torchvision_parameters.csv with `--names`, else
the table of tests/nn/data/network_references.csv. Made with Debian 12's python3-torch 1.13.1 and
python3-torchvision 0.14.1:

    tools/references/networks.py > tests/nn/data/network_references.csv
    tools/references/networks.py --names > tests/nn/data/torchvision_parameters.csv
"""
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

TORCHVISION = ["resnet18", "resnet34", "resnet50", "squeezenet1_0", "squeezenet1_1"]


def uniform(name, count):
    """Numbers in [0, 1) from a hash (the finalizer of MurmurHash3) of the name's CRC-32 and the place."""
    x = np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B1) + np.uint64(zlib.crc32(name.encode()))
    x &= np.uint64(0xFFFFFFFF)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        x = ((x ^ (x >> np.uint64(shift))) * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    return x.astype(np.float64) / 2.0**32


def fixed_weight(name, shape):
    count = int(np.prod(shape))
    u = uniform(name, count)
    if len(shape) > 1:
        value = np.sqrt(2.0 / (count // shape[0])) * np.sqrt(12.0) * (u - 0.5)
    elif name.endswith(("running_var", "weight")):
        value = 0.5 + u
    else:
        value = 0.2 * (u - 0.5)
    return torch.from_numpy(value.astype(np.float32).astype(np.float64).reshape(shape))


def fixed_image(shape):
    value = 2 * uniform("image", int(np.prod(shape))) - 1
    return torch.from_numpy(value.astype(np.float32).astype(np.float64).reshape(shape))


def show(name, shape, result):
    """name, extents of the image, number of results, sum, sum of absolute values, first, middle, last."""
    r = result.reshape(-1)
    numbers = [r.sum(), r.abs().sum(), r[0], r[len(r) // 2], r[-1]]
    print(",".join([name, "x".join(map(str, shape)), str(len(r))] + [f"{float(n):.9g}" for n in numbers]))


def torchvision_results():
    for name in TORCHVISION:
        net = getattr(torchvision.models, name)(weights=None).double().eval()
        state = net.state_dict()
        for key, value in state.items():
            if value.dim() > 0:
                state[key] = fixed_weight(key, tuple(value.shape))
        net.load_state_dict(state)
        shape = (1, 3, 40, 32)
        with torch.no_grad():
            show(name, shape, net(fixed_image(shape)))


def retinanet():
    return torchvision.models.detection.retinanet_resnet50_fpn(weights=None, weights_backbone=None, num_classes=5)


def retinanet_results():
    net = retinanet().double().eval()
    state = net.state_dict()
    for key, value in state.items():
        if value.dim() > 0:
            state[key] = fixed_weight(key, tuple(value.shape))
    net.load_state_dict(state)
    shape = (1, 3, 32, 64)
    with torch.no_grad():
        levels = list(net.backbone(fixed_image(shape)).values())
        scores, boxes = net.head.classification_head, net.head.regression_head
        show("retinanet:scores.3", shape, scores.cls_logits(scores.conv(levels[0])))
        show("retinanet:boxes.5", shape, boxes.bbox_reg(boxes.conv(levels[2])))


class Fixed:
    """Layers whose weights follow from their names."""

    def __init__(self, dimensions):
        self.d = dimensions
        self.conv_of = F.conv2d if dimensions == 2 else F.conv3d
        self.up_of = F.conv_transpose2d if dimensions == 2 else F.conv_transpose3d

    def conv(self, name, x, out, kernel=3, stride=1, padding=None, dilation=1, bias=False):
        w = fixed_weight(name + ".weight", (out, x.shape[1]) + (kernel,) * self.d)
        b = fixed_weight(name + ".bias", (out,)) if bias else None
        padding = (kernel - 1) // 2 * dilation if padding is None else padding
        return self.conv_of(x, w, b, stride, padding, dilation)

    def up(self, name, x, out, factor=2, bias=True):
        w = fixed_weight(name + ".weight", (x.shape[1], out) + (factor,) * self.d)
        return self.up_of(x, w, fixed_weight(name + ".bias", (out,)) if bias else None, factor)

    def instance(self, name, x):
        n = (x.shape[1],)
        return F.instance_norm(x, None, None, fixed_weight(name + ".weight", n), fixed_weight(name + ".bias", n))

    def batch(self, name, x):
        n = (x.shape[1],)
        p = {k: fixed_weight(f"{name}.{k}", n) for k in ("running_mean", "running_var", "weight", "bias")}
        return F.batch_norm(x, p["running_mean"], p["running_var"], p["weight"], p["bias"])


def med3d(depth, shortcut, segment):
    """MedicalNet's models/resnet.py (Tencent/MedicalNet, commit 34b9bb2) for basic blocks, by its names."""
    f = Fixed(3)
    shape = (1, 1, 16, 24, 32)
    x = F.relu(f.batch("bn1", f.conv("conv1", fixed_image(shape), 64, 7, 2)))
    x = F.max_pool3d(x, 3, 2, 1)
    for layer, blocks in enumerate({10: (1, 1, 1, 1), 18: (2, 2, 2, 2)}[depth]):
        channels = 64 << layer
        dilation = {2: 2, 3: 4}.get(layer, 1) if segment else 1
        for i in range(blocks):
            at = f"layer{layer + 1}.{i}"
            stride = 2 if i == 0 and layer > 0 and dilation == 1 else 1
            around = x
            if stride != 1 or x.shape[1] != channels:
                if shortcut == "A":
                    around = F.avg_pool3d(x, 1, stride)
                    zeros = torch.zeros(around.shape[0], channels - around.shape[1], *around.shape[2:])
                    around = torch.cat([around, zeros.double()], 1)
                else:
                    around = f.batch(at + ".downsample.1", f.conv(at + ".downsample.0", x, channels, 1, stride))
            y = F.relu(f.batch(at + ".bn1", f.conv(at + ".conv1", x, channels, 3, stride, dilation=dilation)))
            x = F.relu(f.batch(at + ".bn2", f.conv(at + ".conv2", y, channels, 3, dilation=dilation)) + around)
    if not segment:
        logits = F.linear(x.mean((2, 3, 4)), fixed_weight("fc.weight", (5, 512)), fixed_weight("fc.bias", (5,)))
        return show(f"med3d_resnet{depth}{shortcut}", shape, logits)
    x = F.relu(f.batch("conv_seg.1", f.up("conv_seg.0", x, 32)))
    x = F.relu(f.batch("conv_seg.4", f.conv("conv_seg.3", x, 32)))
    return show(f"med3d_resnet{depth}{shortcut}_segmentation", shape, f.conv("conv_seg.6", x, 3, 1))


def unet(dimensions, residual):
    """Three levels of 4, 6 and 8 channels, by lobule's names; residual: ResNet-D's blocks in the encoder."""
    f = Fixed(dimensions)
    act = lambda x: F.leaky_relu(x, 0.01)
    mean = F.avg_pool2d if dimensions == 2 else F.avg_pool3d
    unit = lambda at, x, c, stride=1: act(f.instance(at + ".norm", f.conv(at + ".conv", x, c, 3, stride)))
    shape = (1, 2, 16, 24) if dimensions == 2 else (1, 2, 8, 12, 16)
    x, levels = fixed_image(shape), []
    for level, channels in enumerate((4, 6, 8)):
        for i in range(2):
            at, stride = f"encoder.{level}.{i}", 2 if level > 0 and i == 0 else 1
            if not residual:
                x = unit(at, x, channels, stride)
                continue
            around = mean(x, stride) if stride > 1 else x
            if around.shape[1] != channels:
                around = f.instance(at + ".shortcut.norm", f.conv(at + ".shortcut.conv", around, channels, 1))
            y = unit(at + ".conv1", x, channels, stride)
            x = act(f.instance(at + ".conv2.norm", f.conv(at + ".conv2.conv", y, channels)) + around)
        levels.append(x)
    for level, channels in ((1, 6), (0, 4)):
        at = f"decoder.{level}"
        x = torch.cat([f.up(at + ".up", x, channels, bias=False), levels[level]], 1)
        for i in range(2):
            x = unit(f"{at}.{i}", x, channels)
    show(f"unet{dimensions}d" + ("_residual" if residual else ""), shape,
         f.conv("decoder.out.labels", x, 3, 1, bias=True))


def prelu(name, x):
    return F.prelu(x, fixed_weight(name + ".weight", (1,)))


def monai_unet(units):
    """monai.networks.nets.UNet (MONAI 0.8 and later) by its names: channels 4, 6, 8, strides 2."""
    f = Fixed(3)
    norm = lambda x: F.instance_norm(x)
    shape = (1, 2, 8, 12, 16)

    def adn(name, x):
        return prelu(name + ".adn.A", norm(x))

    def conv(name, x, out, stride=1, only=False):
        x = f.conv(name + ".conv", x, out, 3, stride, bias=True)
        return x if only else adn(name, x)

    def residual(name, x, out, stride, count, last_only=False):
        around = x
        if stride != 1 or x.shape[1] != out:
            around = f.conv(name + ".residual", x, out, 3 if stride > 1 else 1, stride, bias=True)
        for i in range(count):
            x = conv(f"{name}.conv.unit{i}", x, out, stride if i == 0 else 1, last_only and i == count - 1)
        return x + around

    def down(name, x, out, stride):
        return residual(name, x, out, stride, units) if units else conv(name, x, out, stride)

    def up(name, x, out, top):
        at = name + ".0" if units else name
        w = fixed_weight(at + ".conv.weight", (x.shape[1], out, 3, 3, 3))
        x = F.conv_transpose3d(x, w, fixed_weight(at + ".conv.bias", (out,)), 2, 1, 1)
        if not units:
            return x if top else adn(at, x)
        return residual(name + ".1", adn(at, x), out, 1, 1, top)

    def block(name, x, channels, out, top=False):
        x = down(name + ".0", x, channels[0], 2)
        below = name + ".1.submodule"
        deep = block(below, x, channels[1:], channels[0]) if len(channels) > 2 else down(below, x, channels[1], 1)
        return up(name + ".2", torch.cat([x, deep], 1), out, top)

    show(f"monai_unet_{units}", shape, block("model", fixed_image(shape), [4, 6, 8], 3, True))


def monai_basic_unet():
    """monai.networks.nets.BasicUNet by its names: features 4, 4, 6, 6, 8, 4."""
    f, features = Fixed(2), (4, 4, 6, 6, 8, 4)
    shape = (1, 1, 32, 48)

    def two(name, x, out):
        for i in range(2):
            at = f"{name}.conv_{i}"
            x = F.leaky_relu(f.instance(at + ".adn.N", f.conv(at + ".conv", x, out, bias=True)), 0.1)
        return x

    levels = [two("conv_0", fixed_image(shape), features[0])]
    for i in range(1, 5):
        levels.append(two(f"down_{i}.convs", F.max_pool2d(levels[-1], 2), features[i]))
    x = levels[4]
    for i in range(4, 0, -1):
        x = f.up(f"upcat_{i}.upsample.deconv", x, x.shape[1] // 2 if i > 1 else x.shape[1])
        x = two(f"upcat_{i}.convs", torch.cat([levels[i - 1], x], 1), features[i - 1] if i > 1 else features[5])
    show("monai_basic_unet", shape, f.conv("final_conv", x, 2, 1, bias=True))


def monai_segresnet():
    """monai.networks.nets.SegResNet by its names: 4 filters, group normalization of 2, blocks 1, 2 and 1."""
    f = Fixed(3)
    shape = (1, 2, 8, 12, 16)

    def norm(name, x):
        n = (x.shape[1],)
        return F.relu(F.group_norm(x, 2, fixed_weight(name + ".weight", n), fixed_weight(name + ".bias", n)))

    def block(name, x):
        y = f.conv(name + ".conv1.conv", norm(name + ".norm1", x), x.shape[1])
        return f.conv(name + ".conv2.conv", norm(name + ".norm2", y), x.shape[1]) + x

    first = block("down_layers.0.1", f.conv("convInit.conv", fixed_image(shape), 4))
    x = f.conv("down_layers.1.0.conv", first, 8, stride=2)
    x = block("down_layers.1.2", block("down_layers.1.1", x))
    x = f.conv("up_samples.0.0.conv", x, 4, 1)
    x = F.interpolate(x, scale_factor=2, mode="trilinear", align_corners=False) + first
    x = norm("conv_final.0", block("up_layers.0.0", x))
    show("monai_segresnet", shape, f.conv("conv_final.2.conv", x, 3, 1, bias=True))


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:] == ["--names"]:
        print("network,parameter,shape")
        for network in TORCHVISION + ["retinanet"]:
            net = retinanet() if network == "retinanet" else getattr(torchvision.models, network)(weights=None)
            for key, value in net.state_dict().items():
                if value.dim() > 0:  # num_batches_tracked plays no part in a result
                    print(f"{network},{key},{'x'.join(map(str, value.shape))}")
    else:
        print("network,image,results,sum,sum_of_absolute_values,first,middle,last")
        torchvision_results()
        retinanet_results()
        med3d(10, "B", True)
        med3d(18, "A", False)
        monai_unet(0)
        monai_unet(2)
        monai_basic_unet()
        monai_segresnet()
        for of_dimensions in (2, 3):
            for with_residuals in (False, True):
                unet(of_dimensions, with_residuals)
