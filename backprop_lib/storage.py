"""Keep a trained network in a file, and get it back.

The file is a NumPy .npz: plain arrays and no pickle, so that loading one never runs code.
"""

import os
from pathlib import Path
from typing import BinaryIO

import numpy as np

from backprop_lib.network import Network

__all__ = ["load_network", "save_network"]

FORMAT = "backprop_lib network"
VERSION = 1


def save_network(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network into a file: all of it or, if anything goes wrong, nothing.

    path: such as "digits.npz"; a file that is there is replaced. The state of an optimizer is
    not part of it.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            np.savez(
                file,
                format=np.array(FORMAT),
                version=np.array(VERSION),
                sizes=np.array(network.sizes),
                activation=np.array(network.activation),
                loss=np.array(network.loss),
                parameters=network.parameters,
            )
            file.flush()
            os.fsync(file.fileno())  # on the disk before it takes the place of the old file
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load_network(path: str | os.PathLike[str]) -> Network:
    """The network that `save_network` wrote, the same to the last bit.

    A ValueError says what is wrong with a file that is damaged or holds something else.
    """
    with open(path, "rb") as file:
        try:
            content = read_arrays(file)
            if str(content["format"]) != FORMAT:
                raise ValueError("it holds something else")
            version = int(content["version"])
            if version == VERSION:
                return Network.from_parameters(
                    content["sizes"].tolist(),
                    content["parameters"],
                    activation=str(content["activation"]),
                    loss=str(content["loss"]),
                )
        except Exception as error:  # a damaged file makes the reader fail in a dozen ways
            raise ValueError(
                f"{os.fspath(path)} is not a network that save_network wrote, or is damaged "
                f"({type(error).__name__}: {error}). Save the network again."
            ) from error
    raise ValueError(
        f"{os.fspath(path)} was saved in version {version} of the format, but this library reads "
        f"version {VERSION}. Update the library."
    )


def read_arrays(file: BinaryIO) -> dict[str, np.ndarray]:
    """All arrays of an .npz file by name, never unpickling anything."""
    with np.load(file, allow_pickle=False) as content:
        return dict(content)
