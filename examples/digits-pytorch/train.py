"""Learns the UCI handwritten digits with a small neural network in PyTorch.

Uses the GPU when there is one. Writes a checkpoint per epoch into checkpoints/ and continues from the newest, writes the model
into outputs/, and logs loss and accuracy per epoch: to standard output, and through platform_sdk when it is available.
"""

import argparse
import csv
import glob
import os
import time

import torch
from torch import nn

try:
    import platform_sdk as tracking
except ImportError:
    tracking = None


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="inputs/optdigits", help="the CSV file or its folder; scikit-learn's copy if it is not there")
    parser.add_argument("--epochs", type=int, default=20, help="passes over the data")
    parser.add_argument("--lr", type=float, default=0.3, help="learning rate")
    parser.add_argument("--seed", type=int, default=42, help="for the split, the initial weights and the order of samples")
    parser.add_argument("--epoch-seconds", type=float, default=0, help="shortest time of an epoch")
    return parser.parse_args()


def load_digits(path):
    """Images of 64 values from 0 to 1, with their labels."""
    files = [path] if os.path.isfile(path) else sorted(glob.glob(os.path.join(path, "*.csv")))
    if files:
        with open(files[0], newline="") as file:
            rows = torch.tensor([[float(value) for value in row] for row in csv.reader(file)])
    else:
        from sklearn.datasets import load_digits as load

        digits = load()
        rows = torch.cat([torch.tensor(digits.data), torch.tensor(digits.target).unsqueeze(1)], dim=1)
    return rows[:, :64].float() / 16, rows[:, 64].long()


def split(images, labels, share, seed):
    """Holds out a random share for testing."""
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    count = int(len(images) * share)
    test, training = order[:count], order[count:]
    return (images[training], labels[training]), (images[test], labels[test])


def train_epoch(model, optimizer, images, labels, seed, epoch):
    """The order of samples depends on the seed and the epoch only, so resuming changes nothing."""
    model.train()
    total = 0.0
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed * 7919 + epoch))
    for batch in order.to(images.device).split(16):
        loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / len(images)


@torch.no_grad()
def measure_accuracy(model, images, labels):
    model.eval()
    return (model(images).argmax(dim=1) == labels).float().mean().item()


def save(state, path):
    """The file is complete or absent: written under a temporary name and renamed."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".partial", "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".partial", path)


def load_newest_checkpoint(device):
    found = sorted(glob.glob(os.path.join("checkpoints", "epoch-*.pt")))
    return torch.load(found[-1], map_location=device) if found else None


def track(result):
    """Logging the same step with the same time again changes nothing."""
    if tracking is not None:
        tracking.log({"loss": result["loss"], "accuracy": result["accuracy"]}, step=result["epoch"], at=result["at"])


def main():
    arguments = parse_arguments()
    torch.manual_seed(arguments.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    training, test = split(*load_digits(arguments.data), share=0.2, seed=arguments.seed)
    print("%d digits for training, %d for testing, on %s" % (len(training[0]), len(test[0]), device), flush=True)
    training = [part.to(device) for part in training]
    test = [part.to(device) for part in test]

    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=arguments.lr)
    if tracking is not None:
        tracking.init(
            name="digits-pytorch",
            parameters={"epochs": arguments.epochs, "lr": arguments.lr, "seed": arguments.seed, "device": str(device)},
        )

    result = None
    checkpoint = load_newest_checkpoint(device)
    if checkpoint is not None:
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        result = checkpoint["result"]
        # The process may have ended between the checkpoint and this.
        track(result)
        print("resuming after epoch %d of %d" % (result["epoch"], arguments.epochs), flush=True)

    for epoch in range(result["epoch"] + 1 if result else 1, arguments.epochs + 1):
        started = time.monotonic()
        loss = train_epoch(model, optimizer, *training, seed=arguments.seed, epoch=epoch)
        accuracy = measure_accuracy(model, *test)
        time.sleep(max(0.0, arguments.epoch_seconds - (time.monotonic() - started)))
        result = {"epoch": epoch, "loss": loss, "accuracy": accuracy, "at": time.time()}
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "result": result}
        save(state, os.path.join("checkpoints", "epoch-%05d.pt" % epoch))
        track(result)
        print("epoch %d/%d  loss %.4f  accuracy %.4f" % (epoch, arguments.epochs, loss, accuracy), flush=True)

    save(model.state_dict(), os.path.join("outputs", "model.pt"))
    if tracking is not None:
        tracking.summary({"accuracy": result["accuracy"], "loss": result["loss"]})
        tracking.finish()
    print("done after %d epochs: accuracy %.4f, model in outputs/model.pt" % (result["epoch"], result["accuracy"]))


if __name__ == "__main__":
    main()
