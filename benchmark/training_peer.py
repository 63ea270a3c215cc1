"""PyTorch's own training loop on the U-Net of lobule_training_bench: nn.Module, AdamW, Dice + cross-entropy.

training_peer.py CHANNELS BATCH SIZE THREADS ROUNDS prints, for each way to run it, "NAME WALL CPU": the least
seconds of a step by the wall clock and of the process.
"""
import sys
import time

import torch
from torch import nn


def unit(inputs, outputs, stride=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
        nn.InstanceNorm2d(outputs, affine=True),
        nn.LeakyReLU(0.01),
    )


class UNet(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.down = nn.ModuleList()
        last = 1
        for level, count in enumerate(channels):
            self.down.append(nn.Sequential(unit(last, count, 1 if level == 0 else 2), unit(count, count)))
            last = count
        self.up = nn.ModuleList()
        self.join = nn.ModuleList()
        for count in reversed(channels[:-1]):
            self.up.append(nn.ConvTranspose2d(last, count, 2, 2, bias=False))
            self.join.append(nn.Sequential(unit(2 * count, count), unit(count, count)))
            last = count
        self.out = nn.Conv2d(last, 2, 1)

    def forward(self, x):
        kept = []
        for block in self.down:
            x = block(x)
            kept.append(x)
        kept.pop()
        for up, join in zip(self.up, self.join):
            x = join(torch.cat([up(x), kept.pop()], 1))
        return self.out(x)


def loss_of(logits, labels):
    p = torch.softmax(logits, 1)[:, 1]
    g = (labels == 1).float()
    both, all_ = (p * g).sum((1, 2)), p.sum((1, 2)) + g.sum((1, 2))
    dice = 1 - ((2 * both + 1e-5) / (all_ + 1e-5)).mean()
    return dice + nn.functional.cross_entropy(logits, labels)


def train(name, channels, batch, size, rounds):
    torch.manual_seed(1)
    network = UNet(channels)
    images = torch.randn(batch, 1, size, size)
    labels = (torch.rand(batch, size, size) > 0.5).long()
    if "channels-last" in name:
        network = network.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    wall, cpu = [], []
    for _ in range(rounds + 1):
        start, start_cpu = time.perf_counter(), time.process_time()
        optimizer.zero_grad()
        if "bf16" in name:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = network(images)
            loss = loss_of(logits.float(), labels)
        else:
            loss = loss_of(network(images), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
    print(name, min(wall[1:]), min(cpu[1:]), flush=True)


if __name__ == "__main__":
    counts = [int(word) for word in sys.argv[1].split(",")]
    torch.set_num_threads(int(sys.argv[4]))
    for way in ("f32", "f32,channels-last", "bf16,channels-last"):
        train(way, counts, int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[5]))
