"""evaluate.py --squad TRAIN.jsonl.gz --tune FOLDER NAME=FOLDER...: readers beside each other, as they are shipped.

Each FOLDER of a reader has model.onnx and tokenizer.json. The right paragraph is given and read in windows of whole
sentences, at most about 128 tokens; the span that is furthest above "not here" counts. Brackets hold 95 % intervals
(bootstrap over questions); a later reader's difference to the first one is taken question by question.
"""
import argparse
import collections
import json
import pathlib
import random
import re
import string

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

import squad
from chat import mistyped
from examples import CHARACTERS_A_TOKEN, sentences

ASKED, CHANGED, BESIDE = 600, 300, 600  # questions sampled: as written, of those in other forms, answerable beside near misses
LONGEST_SPAN = 24  # tokens
WINDOW = 128 * CHARACTERS_A_TOKEN
RESAMPLED = 1000
FORMS = {
    "as written": (lambda _, question: question, ASKED),
    "lower case, no question mark": (lambda _, question: question.lower().rstrip("? "), CHANGED),
    "typos": (mistyped, CHANGED),
}


def main(settings):
    sets = {"held-out articles": held_out(settings.squad), "squad-tune": answerable(settings.tune)}
    silent = {"near misses (squad2-adversarial)": adversarial(settings.tune), "another passage of the article": elsewhere(settings.squad)}
    forms = dict(list(FORMS.items())[:1]) if settings.brief else FORMS
    first = None
    for named in settings.readers:
        name, folder = named.split("=")
        measures = measured(OnnxReader(folder), sets, silent, forms)
        print(f"\n{name}: {(pathlib.Path(folder) / 'model.onnx').stat().st_size:,} bytes")
        show(measures, first)
        first = first or measures


class OnnxReader:
    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(f"{folder}/model.onnx", options)
        self.tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(400, strategy="only_second")

    def best(self, question, paragraph):
        """(score above "not here", text) of the best span of all windows."""
        return max((self.read(question, window) for window in windows(paragraph)), key=lambda span: span[0])

    def read(self, question, window):
        pair = self.tokenizer.encode(question, window)
        inputs = dict(input_ids=pair.ids, attention_mask=pair.attention_mask, token_type_ids=pair.type_ids)
        logits = self.session.run(None, {name: np.array([values], dtype=np.int64) for name, values in inputs.items()})[0][0]
        inside = [token for token, side in enumerate(pair.sequence_ids) if side == 1]
        low, high = inside[0], inside[-1] + 1
        pairs = np.triu(np.ones((high - low, high - low))) - np.triu(np.ones((high - low, high - low)), LONGEST_SPAN)
        scores = np.where(pairs > 0, logits[low:high, :1] + logits[low:high, 1], -1e9)
        start, end = np.unravel_index(scores.argmax(), scores.shape)
        text = window[pair.offsets[low + start][0]:pair.offsets[low + end][1]]
        return float(scores[start, end] - logits[0].sum()), text


def windows(paragraph):
    """Neighbouring sentences together, as many as fit."""
    texts, begin, end = [], None, None
    for first, last in sentences(paragraph):
        if begin is not None and last - begin > WINDOW:
            texts.append(paragraph[begin:end])
            begin = None
        begin, end = first if begin is None else begin, last
    return texts + [paragraph[begin:end]]


def held_out(path):
    _, paragraphs = squad.read(path)
    rows = [(asked["question"], paragraph["context"], [asked["answer"]]) for paragraph in paragraphs for asked in paragraph["questions"]]
    return random.Random(1).sample(rows, ASKED)


def answerable(folder):
    return random.Random(1).sample([row for row in tune(folder) if row[3] == "squad"], ASKED)


def adversarial(folder):
    """(unanswerable, answerable ones of the same documents): questions of the kind squad2-adversarial over their own paragraph."""
    rows = tune(folder)
    missed = [row for row in rows if row[3] == "squad2-adversarial"]
    documents = {row[4] for row in missed}
    beside = [row for row in rows if row[3] == "squad" and row[4] in documents]
    return missed, random.Random(1).sample(beside, min(len(beside), BESIDE))


def elsewhere(path):
    """(questions of the held-out articles over another passage of the article, over their own)."""
    _, paragraphs = squad.read(path)
    maker = squad.Squad(paragraphs, 9)
    missed = []
    for paragraph, asked in maker.chance.sample(maker.questions, CHANGED):
        made = maker.elsewhere(paragraph, asked, maker.paragraphs[paragraph["article"]], "same article")
        if made.answer is None:
            missed.append((made.question, made.window))
    return missed, held_out(path)[:CHANGED]


def tune(folder):
    """(question, paragraph, answers, kind, document) of all questions that name their paragraph."""
    folder = pathlib.Path(folder)
    blocks = {path.name.split("-")[0]: re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip()) for path in (folder / "docs").iterdir()}
    rows = map(json.loads, (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines())
    placed = [(row, (row["doc_ids"] or row["near_doc_ids"])[0]) for row in rows if "para" in row]
    return [(row["question"], blocks[document][row["para"] + 1], row["answers"], row["kind"], document) for row, document in placed]


def measured(reader, sets, silent, forms):
    """Name of each measure with its values, a question each; those of an AUC are (scores of unanswerable, of answerable)."""
    measures = {}
    for set_name, rows in sets.items():
        for form, (change, most) in forms.items():
            chance = random.Random(3)
            found = [(reader.best(change(chance, question), paragraph)[1], answers) for question, paragraph, answers, *_ in rows[:most]]
            measures[f"{set_name}, {form}: EM"] = [100 * max(normal(text) == normal(answer) for answer in answers) for text, answers in found]
            measures[f"{set_name}, {form}: F1"] = [100 * max(f1(text, answer) for answer in answers) for text, answers in found]
    for name, sides in silent.items():
        measures[f"{name}: AUC"] = tuple([reader.best(row[0], row[1])[0] for row in side] for side in sides)
    return measures


def show(measures, first):
    print(f"| {'measure':64} | value | interval | more than the first |\n|---|---|---|---|")
    for name, values in measures.items():
        middle, low, high = interval(values)
        more = ""
        if first:
            gained, from_, to = interval(values, first[name])
            more = f"{gained:+.3f} ({from_:+.3f} to {to:+.3f})" if "AUC" in name else f"{gained:+.1f} ({from_:+.1f} to {to:+.1f})"
        text = f"{middle:.3f} | {low:.3f}–{high:.3f}" if "AUC" in name else f"{middle:.1f} | {low:.1f}–{high:.1f}"
        print(f"| {name:64} | {text} | {more} |", flush=True)


def interval(values, than=None):
    """(figure, 2.5 %, 97.5 %) of the values, or of what they are more than others."""
    chance = np.random.default_rng(5)
    if isinstance(values, tuple):
        sides = [np.array(side) for side in values]
        others = [np.array(side) for side in than] if than else None
        draws = [[np.arange(len(side)) for side in sides]]
        draws += [[chance.integers(0, len(side), len(side)) for side in sides] for _ in range(RESAMPLED)]
        figures = [auc(*(side[draw] for side, draw in zip(sides, both))) for both in draws]
        if others:
            figures = [figure - auc(*(side[draw] for side, draw in zip(others, both))) for figure, both in zip(figures, draws)]
    else:
        values = np.array(values, dtype=float) - (np.array(than, dtype=float) if than else 0)
        figures = [values.mean()] + [values[chance.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLED)]
    return figures[0], *np.percentile(figures[1:], [2.5, 97.5])


def auc(unanswerable, answerable):
    """How often an answerable question scores above an unanswerable one."""
    ordered = np.sort(unanswerable)
    below = np.searchsorted(ordered, answerable, "left") + np.searchsorted(ordered, answerable, "right")
    return below.mean() / (2 * len(ordered))


def normal(text):
    """As SQuAD's own scorer has it: no case, no punctuation, no articles."""
    text = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def f1(text, answer):
    said, wanted = normal(text).split(), normal(answer).split()
    same = sum((collections.Counter(said) & collections.Counter(wanted)).values())
    return 2 * same / (len(said) + len(wanted)) if same else float(said == wanted)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--squad", required=True)
    options.add_argument("--tune", required=True)
    options.add_argument("--brief", action="store_true", help="questions as written only")
    options.add_argument("readers", nargs="+")
    main(options.parse_args())
