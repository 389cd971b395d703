"""What goes over the pipe between the judge and a learner's process: frames of plain data.

A frame is a fixed prefix (magic, length of the header, length of the arrays), a JSON header, and
the arrays' raw bytes. Nothing in it can carry code, as a pickle could. Both sides use this
module; it imports nothing of the course, so that the learner's process can load it by its path.
"""

import functools
import json
import math
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

__all__ = [
    "Frame",
    "ProtocolError",
    "Readable",
    "Unsupported",
    "changed",
    "copy_back",
    "decode",
    "encode",
    "leaves",
    "read_frame",
    "states",
    "take_frame",
]

MAGIC = b"BPF1"
PREFIX = struct.Struct(">4sIQ")
MAX_HEADER = 4 * 2**20
MAX_ARRAYS = 64 * 2**20
MAX_DEPTH = 32
MAX_DIMENSIONS = 32
MAX_KEYS = 1000
"""Of one dictionary: keys can be chosen so that each is compared with all before it."""
INT_BOUND = 2**63
GENERATOR_BOUNDS = (2**128, 2**128, 2, 2**32)
JSON = json.JSONEncoder(allow_nan=False)
DTYPE = re.compile(r"[<>|][biufc](1|2|4|8|16)")


class ProtocolError(Exception):
    """Bytes that are no frame, or a value that no frame can carry."""


@dataclass(frozen=True)
class Unsupported:
    """Stands for a value that cannot be carried, such as an object of a learner's own class."""

    type_name: str


@dataclass(frozen=True)
class Frame:
    """One message."""

    kind: str
    """What is asked for or answered, such as "call" or "returned"."""
    nonce: str
    """Drawn anew for each request; the answer repeats it."""
    body: Any
    """None, bool, int, float, str, arrays, random generators, and tuples, lists and dictionaries
    of these."""


class Readable(Protocol):
    """A binary stream that gives at most n bytes, and none at its end."""

    def read(self, n: int, /) -> bytes | None:
        """Read at most n bytes."""


def encode(frame: Frame) -> bytes:
    """The frame as bytes; a ProtocolError where it is too large."""
    arrays: list[np.ndarray] = []
    body = pack(frame.body, arrays, 0)
    size = sum(array.nbytes for array in arrays)
    if size > MAX_ARRAYS:
        raise ProtocolError(
            f"The arrays hold {size:,} bytes; at most {MAX_ARRAYS:,} can be handed over."
        )
    described = [[array.dtype.str, list(array.shape)] for array in arrays]
    header = JSON.encode([frame.kind, frame.nonce, described, body]).encode()
    if len(header) > MAX_HEADER:
        raise ProtocolError(
            f"The value takes {len(header):,} bytes of text; at most {MAX_HEADER:,} can be "
            "handed over."
        )
    parts = [PREFIX.pack(MAGIC, len(header), size), header]
    parts += [array.tobytes() for array in arrays]
    return b"".join(parts)


def decode(data: bytes) -> Frame:
    """The frame in these bytes; a ProtocolError where they are anything but one whole frame."""
    header_size, array_size = decode_prefix(data[: PREFIX.size])
    if len(data) != PREFIX.size + header_size + array_size:
        raise ProtocolError(f"A frame of another length was announced than came: {len(data)}.")
    middle = PREFIX.size + header_size
    return decode_parts(data[PREFIX.size : middle], data[middle:])


def read_frame(stream: Readable) -> Frame | None:
    """The next frame of a stream, None at its end; a ProtocolError for anything else."""
    prefix = read_exactly(stream, PREFIX.size)
    if not prefix:
        return None
    header_size, array_size = decode_prefix(prefix)
    header = read_exactly(stream, header_size)
    return decode_parts(header, read_exactly(stream, array_size))


def take_frame(buffer: bytearray) -> Frame | None:
    """Take the first frame off what has come so far; None while it is not all there."""
    if len(buffer) < PREFIX.size:
        if not MAGIC.startswith(buffer[: len(MAGIC)]):
            raise ProtocolError("These bytes are not the start of a frame.")
        return None
    size = PREFIX.size + sum(decode_prefix(bytes(buffer[: PREFIX.size])))
    if len(buffer) < size:
        return None
    frame = decode(bytes(buffer[:size]))
    del buffer[:size]
    return frame


def read_exactly(stream: Readable, size: int) -> bytes:
    """This many bytes, or fewer where the stream ends before."""
    data = bytearray()
    while len(data) < size:
        chunk = stream.read(min(size - len(data), 2**20))
        if not chunk:
            break
        data += chunk
    return bytes(data)


def decode_prefix(prefix: bytes) -> tuple[int, int]:
    """The lengths of header and arrays."""
    if len(prefix) != PREFIX.size:
        raise ProtocolError("A frame ends in the middle of its prefix.")
    magic, header_size, array_size = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise ProtocolError("These bytes are not the start of a frame.")
    if header_size > MAX_HEADER or array_size > MAX_ARRAYS:
        raise ProtocolError("A frame larger than the bounds was announced.")
    return header_size, array_size


def decode_parts(header: bytes, payload: bytes) -> Frame:
    """A frame from its header and its arrays' bytes."""
    try:
        kind, nonce, described, body = json.loads(header.decode())
        arrays = unpack_arrays(described, payload)
        used: set[int] = set()
        value = unpack(body, arrays, 0, used)
    except ProtocolError:
        raise
    except (ValueError, TypeError, RecursionError, OverflowError, KeyError, IndexError) as error:
        raise ProtocolError(f"A frame's header makes no sense: {type(error).__name__}.") from None
    if not isinstance(kind, str) or not isinstance(nonce, str) or len(used) != len(arrays):
        raise ProtocolError("A frame's header makes no sense.")
    return Frame(kind, nonce, value)


def unpack_arrays(described: Any, payload: bytes) -> list[np.ndarray]:
    """The arrays in the payload, each a writable copy of its own."""
    if not isinstance(described, list):
        raise ProtocolError("A frame's list of arrays is no list.")
    arrays = []
    start = 0
    for dtype_name, shape in described:
        if not isinstance(dtype_name, str) or (dtype := allowed_dtype(dtype_name)) is None:
            raise ProtocolError("A frame holds an array of a type that is not allowed.")
        if (
            not isinstance(shape, list)
            or len(shape) > MAX_DIMENSIONS
            or not all(type(n) is int and 0 <= n < INT_BOUND for n in shape)
        ):
            raise ProtocolError("A frame holds an array of an impossible shape.")
        size = math.prod(shape) * dtype.itemsize
        if size > len(payload) - start:
            raise ProtocolError("A frame holds fewer bytes than its arrays need.")
        if dtype.kind == "b":  # other bytes than 0 and 1 are no truth values
            flat = np.frombuffer(payload, np.uint8, size, start) != 0
        else:
            flat = np.frombuffer(payload, dtype, size // dtype.itemsize, start).copy()
        arrays.append(flat.reshape(shape))
        start += size
    if start != len(payload):
        raise ProtocolError("A frame holds more bytes than its arrays need.")
    return arrays


@functools.lru_cache
def allowed_dtype(name: str) -> np.dtype | None:
    """The type of this name, None where no array of it is carried."""
    return np.dtype(name) if DTYPE.fullmatch(name) else None


def pack(value: Any, arrays: list[np.ndarray], depth: int) -> Any:
    """The value as JSON; its arrays are appended to arrays and referred to by their place."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is float:
        return value if math.isfinite(value) else ["float", repr(value)]
    if depth > MAX_DEPTH:
        return ["unsupported", f"something nested more than {MAX_DEPTH} deep"]
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.array(value, order="C", subok=False)
        if allowed_dtype(array.dtype.str) is None:
            return ["unsupported", f"array of {array.dtype.name[:80]}"]
        arrays.append(array)
        return ["scalar" if isinstance(value, np.generic) else "array", len(arrays) - 1]
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and -INT_BOUND <= value < INT_BOUND:
        return int(value)
    if isinstance(value, float):
        return pack(float(value), arrays, depth)
    if isinstance(value, (tuple, list)):
        tag = "tuple" if isinstance(value, tuple) else "list"
        return [tag, [pack(item, arrays, depth + 1) for item in value]]
    if isinstance(value, dict) and len(value) > MAX_KEYS:
        return ["unsupported", f"dictionary of more than {MAX_KEYS:,} keys"]
    if isinstance(value, dict):
        items = value.items()
        return [
            "dict",
            [[pack(k, arrays, depth + 1), pack(v, arrays, depth + 1)] for k, v in items],
        ]
    if isinstance(value, np.random.Generator):
        numbers = pack_generator(value)
        if numbers is not None:
            return ["generator", numbers]
    if isinstance(value, Unsupported):
        return ["unsupported", value.type_name[:80]]
    return ["unsupported", kind.__name__[:80]]


def pack_generator(rng: np.random.Generator) -> list[int] | None:
    """The state of a generator as default_rng makes it, None for one of another kind."""
    state: Any = rng.bit_generator.state
    if state["bit_generator"] != "PCG64":
        return None
    inner = state["state"]
    return [int(n) for n in (inner["state"], inner["inc"], state["has_uint32"], state["uinteger"])]


def unpack_generator(numbers: list[int]) -> np.random.Generator:
    """The generator whose state pack_generator gave."""
    state, inc, has_uint32, uinteger = numbers
    bits = np.random.PCG64(0)
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": state, "inc": inc},
        "has_uint32": has_uint32,
        "uinteger": uinteger,
    }
    return np.random.Generator(bits)


def unpack(node: Any, arrays: list[np.ndarray], depth: int, used: set[int]) -> Any:
    """The value that pack turned into JSON."""
    kind = type(node)
    if kind is str or kind is bool or node is None:
        return node
    if kind is float and math.isfinite(node):
        return node
    if kind is int and -INT_BOUND <= node < INT_BOUND:
        return node
    if depth > MAX_DEPTH + 1:  # one more, for the mark that pack leaves there
        raise ProtocolError("A frame is nested too deeply.")
    match node:
        case ["array" | "scalar" as tag, int(place)] if 0 <= place < len(arrays):
            if place in used:
                raise ProtocolError("A frame refers to one array twice.")
            used.add(place)
            array = arrays[place]
            if tag == "array":
                return array
            if array.shape == ():
                return array[()]
        case ["list", [*items]]:
            return [unpack(item, arrays, depth + 1, used) for item in items]
        case ["tuple", [*items]]:
            return tuple([unpack(item, arrays, depth + 1, used) for item in items])
        case ["dict", [*items]] if len(items) <= MAX_KEYS:
            return {
                unpack(k, arrays, depth + 1, used): unpack(v, arrays, depth + 1, used)
                for k, v in items
            }
        case ["float", "nan" | "inf" | "-inf" as text]:
            return float(text)
        case ["generator", [*numbers]] if (
            len(numbers) == len(GENERATOR_BOUNDS)
            and all(type(n) is int for n in numbers)
            and all(0 <= n < b for n, b in zip(numbers, GENERATOR_BOUNDS, strict=True))
        ):
            return unpack_generator(numbers)
        case ["unsupported", str(name)]:
            return Unsupported(name[:80])
    raise ProtocolError("A frame holds something that is no plain value.")


def leaves(value: Any) -> Iterator[Any]:
    """All that a nested value holds, but the tuples, lists and dictionaries themselves."""
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def states(args: Sequence[Any]) -> list[list[Any]]:
    """For each argument what a function that changes it cannot leave as it is."""
    return [[state(leaf) for leaf in leaves(arg)] for arg in args]


def state(leaf: Any) -> Any:
    """The same for a value without others in it."""
    if isinstance(leaf, np.ndarray):
        return leaf.dtype.str, leaf.shape, leaf.tobytes()
    return leaf.bit_generator.state if isinstance(leaf, np.random.Generator) else leaf


def changed(args: Sequence[Any], before: list[list[Any]]) -> list[Any]:
    """The arguments that are no longer as they were, with None in place of the others."""
    now = states(args)
    return [None if a == b else arg for arg, a, b in zip(args, now, before, strict=True)]


def copy_back(target: Any, value: Any) -> Any:
    """Make a nested value equal to another, in place as far as it can be; gives the result.

    So what a function did to its arguments on one side of the pipe happens on the other as well.
    """
    match target, value:
        case np.ndarray(), np.ndarray() if (target.dtype, target.shape) == (
            value.dtype,
            value.shape,
        ):
            if target.tobytes() != value.tobytes():
                if not target.flags.writeable:
                    return value
                np.copyto(target, value)
            return target
        case np.random.Generator(), np.random.Generator():
            if pack_generator(target) is not None:
                target.bit_generator.state = value.bit_generator.state
            return target
        case dict(), dict():
            new = {key: copy_back(target.get(key), item) for key, item in value.items()}
            target.clear()
            target.update(new)
            return target
        case list(), list():
            known = [*target, *[None] * len(value)]
            target[:] = [copy_back(k, item) for k, item in zip(known, value, strict=False)]
            return target
        case tuple(), tuple() if len(target) == len(value):
            return tuple(copy_back(a, b) for a, b in zip(target, value, strict=True))
    return value
