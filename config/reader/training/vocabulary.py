"""vocabulary.py CHECKPOINT TOKENIZER.json OUT_FOLDER PIECES TEXT...: keeps the word pieces that pay.

Kept are the special tokens, all single characters (##characters too), the pieces that the base's own list has first (it
is sorted by how often a piece was seen in Wikipedia and books), and then the most frequent ones of the texts. A word whose
piece goes is still read, as shorter pieces. Writes reader.safetensors and tokenizer.json with the pieces renumbered.
TEXT is a file or a folder of .txt, .md, .rst or .jsonl.gz files.
"""
import collections
import gzip
import json
import pathlib
import sys

from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

TABLE = "bert.embeddings.word_embeddings.weight"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
FIRST_OF_BASE = 12_000  # of the base's list, always kept
LONGEST_TEXT = 9_000_000  # characters of one TEXT; more says nothing new


def main(checkpoint, tokenizer_path, out, pieces, *texts):
    described = json.loads(pathlib.Path(tokenizer_path).read_text(encoding="utf-8"))
    vocabulary = described["model"]["vocab"]
    seen = count(Tokenizer.from_str(json.dumps(described)), texts)
    kept = choose(vocabulary, seen, int(pieces))
    folder = pathlib.Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    weights = load_file(checkpoint)
    weights[TABLE] = weights[TABLE][[vocabulary[piece] for piece in kept]].contiguous()
    save_file(weights, folder / "reader.safetensors")
    text = json.dumps(renumbered(described, kept), ensure_ascii=False, indent=1)
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")
    whole = sum(seen.values())
    lost = sum(times for piece, times in seen.items() if piece not in set(kept))
    print(f"{len(kept)} of {len(vocabulary)} pieces kept; {100 * lost / whole:.3f} % of {whole:,} pieces read have to be split")


def count(tokenizer, texts):
    tokenizer.no_truncation()
    tokenizer.no_padding()
    seen = collections.Counter()
    for text in texts:
        lines = list(read(pathlib.Path(text)))
        for start in range(0, len(lines), 2000):
            for encoded in tokenizer.encode_batch(lines[start:start + 2000], add_special_tokens=False):
                seen.update(encoded.tokens)
    return seen


def read(path):
    """Lines of a file or of all files of a folder, up to the longest that is worth reading."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    left = LONGEST_TEXT
    for file in files:
        if not file.is_file() or left < 0:
            continue
        if file.name.endswith(".jsonl.gz"):
            lines = (text for line in gzip.open(file, "rt", encoding="utf-8") for text in strings(json.loads(line)))
        elif file.suffix in (".txt", ".md", ".rst"):
            lines = file.open(encoding="utf-8", errors="ignore")
        else:
            continue
        for line in lines:
            left -= len(line)
            yield line


def strings(value):
    """The texts of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def choose(vocabulary, seen, pieces):
    """The pieces kept, in the order of the base."""
    listed = sorted(vocabulary, key=vocabulary.get)
    real = [piece for piece in listed if not piece.startswith("[unused") and piece not in SPECIAL]
    kept = set(SPECIAL) | {piece for piece in real if len(piece.removeprefix("##")) == 1}
    for piece in real[:FIRST_OF_BASE] + [piece for piece, _ in seen.most_common()]:
        if len(kept) >= pieces:
            break
        kept.add(piece)
    return [piece for piece in listed if piece in kept]


def renumbered(described, kept):
    """The same tokenizer over fewer pieces; what it cuts off and fills up is left to who uses it."""
    number = {piece: place for place, piece in enumerate(kept)}
    described = dict(described, truncation=None, padding=None)
    described["model"] = dict(described["model"], vocab=number)
    described["added_tokens"] = [dict(token, id=number[token["content"]]) for token in described["added_tokens"]]
    for token in described["post_processor"]["special_tokens"].values():
        token["ids"] = [number[piece] for piece in token["tokens"]]
    return described


if __name__ == "__main__":
    main(*sys.argv[1:])
