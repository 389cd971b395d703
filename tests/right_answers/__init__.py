"""Right answers to every exercise, each written in another way."""

import functools


def keeping(make_cache, *functions):
    """Forward functions that keep what make_cache makes of their arguments."""
    return tuple(with_cache(make_cache, function) for function in functions)


def with_cache(make_cache, function):
    @functools.wraps(function)
    def forward(*args):
        cache = make_cache(*args)
        out, _ = function(*args)
        return out, cache

    return forward
