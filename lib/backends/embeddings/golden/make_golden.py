"""Vectors of all-MiniLM-L6-v2 in float64, computed with numpy alone from the weights and the ids of the word pieces.

python3 make_golden.py <folder of the model> > fixtures/golden.json      (numpy 2.4, tokenizers 0.23)
"""

import json
import struct
import sys
from math import erf
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

TEXTS = [
    "river",
    "How do I sort a list of numbers in Python?",
    "Natalia had 48 clips and sold half of them in May. How many has she left?\n",
    "Erkläre in zwei Sätzen, warum der Himmel mittags blau ist.",
    "x" * 40 + " 你好 ok",
    "Write a poem about the sea, the moon and an old ship. " * 12,
]
PLACES = 7  # decimals kept of each coordinate

folder = Path(sys.argv[1])
raw = (folder / "model.safetensors").read_bytes()
(length,) = struct.unpack("<Q", raw[:8])
header = json.loads(raw[8 : 8 + length])
config = json.loads((folder / "config.json").read_text())


def weight(name):
    start, end = header[name]["data_offsets"]
    values = np.frombuffer(raw[8 + length + start : 8 + length + end], dtype="<f4")
    return values.reshape(header[name]["shape"]).astype(np.float64)


def linear(x, name):
    return x @ weight(name + ".weight").T + weight(name + ".bias")


def norm(x, name):
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + config["layer_norm_eps"])
    return scaled * weight(name + ".weight") + weight(name + ".bias")


gelu = np.vectorize(lambda v: v * 0.5 * (1 + erf(v / 2**0.5)))


def embed(ids):
    x = weight("embeddings.word_embeddings.weight")[ids]
    x = x + weight("embeddings.position_embeddings.weight")[: len(ids)]
    x = norm(x + weight("embeddings.token_type_embeddings.weight")[0], "embeddings.LayerNorm")
    heads = config["num_attention_heads"]
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        q, k, v = (
            linear(x, f"{at}.attention.self.{part}").reshape(len(ids), heads, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ v
        mixed = mixed.transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(x + linear(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        wide = gelu(linear(x, f"{at}.intermediate.dense"))
        x = norm(x + linear(wide, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
tokenizer.no_padding()
tokenizer.no_truncation()
golden = []
for text in TEXTS:
    ids = tokenizer.encode(text).ids
    golden.append({"text": text, "ids": ids, "vector": [round(v, PLACES) for v in embed(ids)]})
print(json.dumps(golden, ensure_ascii=False))
