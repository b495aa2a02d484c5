"""Writes fixtures/golden.json: token losses of fixtures/rows.json under the embedded model, by torch in float32.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 gguf tokenizers
    venv/bin/python lib/backends/engine/golden/make_golden.py PATH/TO/SmolLM2-135M-Instruct.Q4_1.gguf

The weights are the blocks of the GGUF file, dequantised to float32 by the package gguf. The forward pass is written out
here, and the tokenizer is built from the vocabulary and merges in the file, so that nothing is shared with the engine
whose numbers these are to check.
"""

import hashlib
import importlib.metadata
import json
import pathlib
import sys

import numpy as np
import torch
from gguf import GGUFReader, dequantize
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

FOLDER = pathlib.Path(__file__).parent / "fixtures"
# The largest difference that rounding adds to a loss is far below what float32 itself leaves open.
DECIMALS = 6


class Model:
    """A Llama decoder in float32, with grouped attention and tied embeddings."""

    def __init__(self, reader):
        self.reader = reader
        self.weights = {
            tensor.name: torch.from_numpy(
                np.array(dequantize(tensor.data, tensor.tensor_type))
            ).reshape(*reversed(tensor.shape.tolist()))
            for tensor in reader.tensors
        }
        self.layers = self.meta("llama.block_count")
        self.heads = self.meta("llama.attention.head_count")
        self.kv_heads = self.meta("llama.attention.head_count_kv")
        self.epsilon = self.meta("llama.attention.layer_norm_rms_epsilon")
        self.base = self.meta("llama.rope.freq_base")
        self.rotated = self.meta("llama.rope.dimension_count")

    def meta(self, key):
        return self.reader.fields[key].contents()

    def norm(self, x, name):
        scale = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon)
        return x * scale * self.weights[name]

    def rotate(self, x):
        """Rotates neighbouring pairs: GGUF files of this architecture hold queries and keys in that order."""
        length = x.shape[0]
        frequencies = self.base ** (-torch.arange(0, self.rotated, 2, dtype=torch.float64) / self.rotated)
        angles = torch.outer(torch.arange(length, dtype=torch.float64), frequencies)
        cos, sin = angles.cos().float()[:, None, :], angles.sin().float()[:, None, :]
        even, odd = x[..., 0::2], x[..., 1::2]
        return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)

    def attention(self, x, block):
        length = x.shape[0]
        project = lambda name, heads: (x @ self.weights[f"{block}.{name}.weight"].T).view(length, heads, -1)
        q = self.rotate(project("attn_q", self.heads)).transpose(0, 1)
        k = self.rotate(project("attn_k", self.kv_heads)).transpose(0, 1)
        v = project("attn_v", self.kv_heads).transpose(0, 1)
        group = self.heads // self.kv_heads
        k, v = k.repeat_interleave(group, 0), v.repeat_interleave(group, 0)
        scores = q @ k.transpose(1, 2) / q.shape[-1] ** 0.5
        future = torch.ones(length, length, dtype=torch.bool).triu(1)
        mixed = scores.masked_fill(future, float("-inf")).softmax(-1) @ v
        return mixed.transpose(0, 1).reshape(length, -1) @ self.weights[f"{block}.attn_output.weight"].T

    def feed_forward(self, x, block):
        part = lambda name: self.weights[f"{block}.{name}.weight"].T
        return (torch.nn.functional.silu(x @ part("ffn_gate")) * (x @ part("ffn_up"))) @ part("ffn_down")

    @torch.no_grad()
    def losses(self, ids):
        """Returns -ln p(t_i | t_0 .. t_(i-1)) for i = 1 .. n - 1."""
        x = self.weights["token_embd.weight"][torch.tensor(ids)]
        for layer in range(self.layers):
            block = f"blk.{layer}"
            x = x + self.attention(self.norm(x, f"{block}.attn_norm.weight"), block)
            x = x + self.feed_forward(self.norm(x, f"{block}.ffn_norm.weight"), block)
        logits = self.norm(x, "output_norm.weight") @ self.weights["token_embd.weight"].T
        logprobs = logits[:-1].log_softmax(-1)
        given = logprobs.gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
        return [round(-value, DECIMALS) + 0.0 for value in given.tolist()]


def make_tokenizer(model):
    """Byte-level BPE with single digits: what `smollm` in tokenizer.ggml.pre stands for."""
    if model.meta("tokenizer.ggml.pre") != "smollm" or model.meta("tokenizer.ggml.add_bos_token"):
        raise SystemExit("This script knows the tokenizer of SmolLM2 only.")
    vocabulary = {token: i for i, token in enumerate(model.meta("tokenizer.ggml.tokens"))}
    merges = [tuple(merge.split(" ")) for merge in model.meta("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def main(path):
    torch.manual_seed(0)
    model = Model(GGUFReader(path))
    tokenizer = make_tokenizer(model)
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    rows = []
    for row in json.loads((FOLDER / "rows.json").read_text("utf-8")):
        x, y = encode(row["x"] + "\n"), encode(row["y"])
        rows.append({"x": x, "y": y, "joint": model.losses(x + y), "alone": model.losses(y)})
    golden = {
        "model": pathlib.Path(path).name,
        "sha256": hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest(),
        "weights": "dequantised to float32",
        "torch": torch.__version__.split("+")[0],
        "gguf": importlib.metadata.version("gguf"),
        "rows": rows,
    }
    lines = ",\n".join("    " + json.dumps(row, separators=(",", ":")) for row in golden.pop("rows"))
    head = json.dumps(golden, indent=2)[:-2]
    (FOLDER / "golden.json").write_text(f'{head},\n  "rows": [\n{lines}\n  ]\n}}\n', "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
