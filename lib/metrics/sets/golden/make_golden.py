"""Writes fixtures/golden.json: measures of small sets of texts and vectors, by numpy and Python's own gzip.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6
    venv/bin/python lib/metrics/sets/golden/make_golden.py

Nothing is shared with the product: texts and vectors are made here, and every number is computed from its definition.
Python must be linked with a plain zlib 1.2 or 1.3 (not zlib-ng, and not the zlib of a browser), whose sizes the compression
ratio is defined by.
"""

import collections
import gzip
import json
import math
import pathlib
import zlib

import numpy as np

FOLDER = pathlib.Path(__file__).parent / "fixtures"

SENTENCES = [
    "A baker sells {a} loaves in the morning and {b} in the afternoon. How many loaves is that in all?",
    "Write a function that returns the {a} largest of {b} numbers, and explain each step of it.",
    "Name {a} reasons why a river changes its course, and rank them by how often they occur in {b} years.",
    "Translate the letter of {a} lines into plain French; keep the tone, and keep all {b} names as they are.",
    "Für {a} Gäste braucht man {b} Teller – wie viele fehlen, wenn nur die Hälfte da ist? 数えてください。",
]
FEW = ["the cat sat on the mat", "the cat sat on the rug", "a dog ran after the cat on the mat"]
MANY = [
    SENTENCES[i % len(SENTENCES)].format(a=3 + 7 * i % 19, b=2 + 5 * i % 23)
    for i in (k % 320 for k in range(400))
]
SIX = [[1, 0, 0], [0.8, 0.6, 0], [0, 1, 0], [0, 0.6, 0.8], [0, 0, 1], [0.6, 0, 0.8]]


def compression_ratio(texts):
    raw = " ".join(texts).encode("utf-8")
    return {"ratio": len(raw) / len(gzip.compress(raw, compresslevel=9, mtime=0))}


def ngram_diversity(texts):
    words = " ".join(texts).split(" ")
    shares = {}
    for n in range(1, 6):
        grams = list(zip(*[words[i:] for i in range(n)]))
        shares[f"n{n}"] = len(set(grams)) / len(grams)
    return {"sum": sum(shares.values()), **shares}


def self_repetition(texts, length=4):
    documents = []
    for text in texts:
        words = text.split()
        documents.append({tuple(words[i : i + length]) for i in range(len(words) - length + 1)})
    holding = collections.Counter(gram for document in documents for gram in document)
    total = sum(
        math.log(sum(holding[gram] for gram in document) - len(document) + 1)
        for document in documents
    )
    return {"mean": total / len(documents)}


def repeats(texts):
    counts = collections.Counter(" ".join(text.split()) for text in texts)
    return {"share": 1 - len(counts) / len(texts)}


def unit(vectors):
    matrix = np.array(vectors, dtype=float)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def squared(matrix):
    return ((matrix[:, None] - matrix[None]) ** 2).sum(-1)


def vendi_score(vectors):
    matrix = unit(vectors)
    values = np.linalg.eigvalsh(matrix @ matrix.T / len(matrix))
    values = values[values > 1e-12]
    return {
        "q1": math.exp(-(values * np.log(values)).sum()),
        "q2": 1 / (values**2).sum(),
        "qInf": 1 / values.max(),
    }


def novel_sum(vectors, neighbours, density_power, distance_power):
    matrix = unit(vectors)
    distance = 1 - matrix @ matrix.T
    others = np.sort(squared(matrix), axis=1)[:, 1 : neighbours + 1].mean(1)
    density = 1 / (others + 1e-9) ** density_power
    means = []
    for row in distance * density[:, None]:
        weights = 1 / np.arange(1, len(row) + 1) ** distance_power
        means.append((np.sort(row) * weights).sum() / weights.sum())
    return {"novelSum": float(np.mean(means))}


def nearest_neighbour(vectors):
    distance = squared(np.array(vectors, dtype=float))
    np.fill_diagonal(distance, np.inf)
    return {"mean": float(distance.min(1).mean())}


def k_center(vectors, k):
    distance = np.sqrt(squared(np.array(vectors, dtype=float)))
    matrix = unit(vectors)
    nearest = distance[0].copy()
    chosen = [0]
    while len(chosen) < k:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, distance[chosen[-1]])
    similarity = (matrix @ matrix.T)[:, chosen].max(1)
    return {"radius": float(nearest.max()), "facility": float(similarity.mean())}


def case(metric, name, given, values, params=None):
    return {"metric": metric, "name": name, "set": given, "params": params or {}, "expected": values}


def main():
    seeded = np.random.default_rng(20241215).normal(size=(60, 12)).round(3).tolist()
    cases = []
    for metric in (compression_ratio, ngram_diversity, self_repetition, repeats):
        for name, texts in (("three texts", "few"), ("400 texts", "many")):
            cases.append(case(metric.__name__, name, texts, metric(FEW if texts == "few" else MANY)))
    for name, given, vectors in (("six vectors", "six", SIX), ("60 vectors", "seeded", seeded)):
        cases.append(case("vendi_score", name, given, vendi_score(vectors)))
        cases.append(case("nearest_neighbour", name, given, nearest_neighbour(vectors)))
        for k in (1, 3, 4):
            cases.append(case("k_center", f"{name}, {k} centres", given, k_center(vectors, k), {"k": k}))
        for neighbours, density, power in ((2, 0, 0), (2, 0, 1), (2, 0.5, 1), (3, 0.5, 2)):
            cases.append(
                case(
                    "novel_sum",
                    f"{name}, {neighbours} neighbours, powers {density} and {power}",
                    given,
                    novel_sum(vectors, neighbours, density, power),
                    {"neighbours": neighbours, "densityPower": density, "distancePower": power},
                )
            )
    FOLDER.mkdir(exist_ok=True)
    document = {
        "numpy": np.__version__,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "sets": {"few": FEW, "many": MANY, "six": SIX, "seeded": seeded},
        "cases": cases,
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    (FOLDER / "golden.json").write_text(text + "\n", encoding="utf-8")


main()
