"""Runs checking functions. What they return is written as JSON by hand, so that nothing a checker replaces is used."""

import sys

# Loaded here so that a checker does not wait for them, and so that each gets them as they are.
import collections, collections.abc, copy, datetime, decimal, difflib, enum, fractions, functools, heapq, io, itertools, json, math, operator, os, random, re, statistics, string, textwrap, time, typing, unicodedata  # noqa: E401, F401


def make():
    boolean, whole, real, text = bool, int, float, str
    kind_of, show, escape = type, repr, json.encoder.encode_basestring_ascii
    read, translate, run, is_callable, any_error = json.loads, compile, exec, callable, BaseException
    length, ancestors = len, type.__dict__["__mro__"].__get__
    builtin = vars(sys.modules["builtins"])
    known = {
        value: name
        for name, value in builtin.items()
        if isinstance(value, type) and issubclass(value, BaseException)
    }
    # Beyond it numbers in JSON stop being exact.
    exact = 2**53
    # Longer than any expected value.
    most = 65536

    def write(value):
        """Returns a value that an expected one can be as JSON; nothing for any other, which equals none."""
        kind = kind_of(value)
        if value is None:
            return "null"
        if kind is boolean:
            return "true" if value else "false"
        if kind is whole and -exact <= value <= exact:
            return show(value)
        # Neither infinite nor no number at all.
        if kind is real and value - value == 0:
            return show(value)
        return escape(value) if kind is text and length(value) <= most else ""

    def name_of(error):
        for kind in ancestors(kind_of(error)):
            if kind in known:
                return known[kind]
        return "Exception"

    code = None

    def begin(source):
        """Takes the source of a function; returns the kind of error where it is none."""
        nonlocal code
        try:
            code = translate(source, "checker", "exec", dont_inherit=True)
            return ""
        except any_error as error:
            return name_of(error)

    def call(given):
        """Returns "v" and the value, "u" where it equals no expected value, or "e" and the kind of the error."""
        try:
            space = {"__name__": "checker", "__builtins__": builtin}
            run(code, space)
            evaluate = space.get("evaluate")
            if not is_callable(evaluate):
                return "eNoEvaluate"
            value = evaluate(read(given))
        except any_error as error:
            return "e" + name_of(error)
        written = write(value)
        return "v" + written if written else "u"

    return begin, call


def cut():
    """Removes the bridge to JavaScript, and what reads memory directly."""
    bridge = ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core")
    others = ("micropip", "ctypes", "_ctypes", "_ctypes_test", "webbrowser", "antigravity")
    for name in [name for name in sys.modules if name.split(".")[0] in bridge]:
        sys.modules[name] = None
    for name in bridge + others:
        # An import of what is None fails.
        sys.modules[name] = None
    sys.meta_path[:] = [
        finder for finder in sys.meta_path if not type(finder).__module__.startswith("_pyodide") and "yodide" not in repr(finder)
    ]


begin, call = make()
cut()
