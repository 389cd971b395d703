"""The frames between judge and learner's process: what goes in comes out, all else is refused."""

import contextlib
import json
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from checks.grader import protocol
from checks.grader.protocol import Frame, ProtocolError, copy_back, decode, encode

DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(),
    hnp.unsigned_integer_dtypes(),
    hnp.floating_dtypes(),
    hnp.complex_number_dtypes(),
).filter(lambda dtype: dtype.itemsize <= 16)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=8),
    hnp.arrays(DTYPES, SHAPES),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=4), inner, max_size=3),
    ),
    max_leaves=8,
)


def same(a: object, b: object) -> bool:
    if isinstance(a, np.ndarray):
        return (
            isinstance(b, np.ndarray)
            and (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
            and b.flags.writeable
        )
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, float):
        return isinstance(b, float) and (a == b or (math.isnan(a) and math.isnan(b)))
    return type(a) is type(b) and a == b


@settings(deadline=None)
@given(VALUES)
def test_what_goes_in_comes_out(value: object) -> None:
    frame = decode(encode(Frame("call", "n", value)))
    assert (frame.kind, frame.nonce) == ("call", "n")
    assert same(value, frame.body)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    for candidate in (data, protocol.PREFIX.pack(protocol.MAGIC, len(data), 0) + data):
        with pytest.raises(ProtocolError):
            decode(candidate)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6))
    | st.sampled_from(["array", "scalar", "dict", "tuple", "<f8", "|b1", "|O"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


def test_a_generator_crosses_the_pipe_with_its_state():
    rng = np.random.default_rng(3)
    rng.random(5), rng.integers(9, dtype=np.int32)
    there = decode(encode(Frame("call", "n", (rng,)))).body[0]
    assert (there.random(4) == rng.random(4)).all()
    other = np.random.Generator(np.random.MT19937(3))
    assert isinstance(decode(encode(Frame("call", "n", other))).body, protocol.Unsupported)


@settings(deadline=None)
@given(JSON, JSON, st.binary(max_size=32))
def test_arbitrary_headers_give_a_frame_or_are_refused(
    described: object, body: object, payload: bytes
) -> None:
    header = json.dumps(["k", "n", described, body]).encode()
    data = protocol.PREFIX.pack(protocol.MAGIC, len(header), len(payload)) + header + payload
    with contextlib.suppress(ProtocolError):
        assert isinstance(decode(data), Frame)


def test_foreign_values_are_marked_and_never_pickled() -> None:
    frame = decode(encode(Frame("k", "n", [object(), np.array([{}], dtype=object), 2**70])))
    names = [value.type_name for value in frame.body]
    assert names == ["object", "array of object", "int"]
    endless: list = []
    endless.append(endless)
    assert isinstance(decode(encode(Frame("k", "n", endless))), Frame)


def colliding_keys(count: int) -> list[tuple[int, int]]:
    """Pairs of numbers that have one and the same hash."""
    p1, p2, p5, m = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x27D4EB2F165667C5, 2**64
    keys: list[tuple[int, int]] = []
    for a in range(1, 10 * count):
        mixed = (p5 + a * p2) % m
        mixed = ((mixed << 31 | mixed >> 33) % m) * p1 % m
        b = (12345 - mixed) * pow(p2, -1, m) % m
        b -= m if b >= m // 2 else 0
        if abs(b) < 2**61 - 1 and b != -1:
            keys.append((a, b))
    return keys[:count]


def test_keys_that_collide_take_no_time() -> None:
    keys = colliding_keys(40_000)
    assert len(keys) == 40_000 and len({hash(key) for key in keys}) == 1
    items = [[["tuple", list(key)], None] for key in keys]
    header = json.dumps(["returned", "n", [], ["dict", items]]).encode()
    assert len(header) <= protocol.MAX_HEADER
    begun = time.monotonic()
    with pytest.raises(ProtocolError):
        decode(protocol.PREFIX.pack(protocol.MAGIC, len(header), 0) + header)
    assert time.monotonic() - begun < 2
    many = dict.fromkeys(range(protocol.MAX_KEYS + 1))
    (large, small) = decode(encode(Frame("k", "n", [many, {(1, 2): 3}]))).body
    assert isinstance(large, protocol.Unsupported) and small == {(1, 2): 3}


@settings(deadline=None)
@given(VALUES, VALUES)
def test_what_happened_to_an_argument_is_done_to_the_original(before: object, after: object):
    assert same(copy_back(before, decode(encode(Frame("k", "n", after))).body), after)


def test_arrays_and_dictionaries_are_changed_in_place() -> None:
    x, velocity = np.zeros(3), {"w": np.zeros(2), "t": 1}
    kept = velocity["w"]
    state = [x, velocity, (x,), np.random.default_rng(0)]
    after = [
        np.ones(3),
        {"w": np.ones(2), "t": 2, "new": 3},
        (np.ones(3),),
        np.random.default_rng(5),
    ]
    result = copy_back(state, after)
    assert result is state and result[0] is x and result[1] is velocity
    assert x.tolist() == [1, 1, 1] and kept.tolist() == [1, 1]
    assert list(velocity) == ["w", "t", "new"] and velocity["t"] == 2
    assert state[3].random() == np.random.default_rng(5).random()
