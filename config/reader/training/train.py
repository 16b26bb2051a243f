"""train.py --base CHECKPOINT --tokenizer TOKENIZER.json --squad TRAIN.jsonl.gz --teams tests/teams --out OUT.safetensors
(--minutes M | --windows N): trains the upper layers of a reader further.

Multiplications in bfloat16, weights in single precision. The rate rises over the first hundred steps and then
falls to nothing at the end of the minutes, or of the windows, which repeats a run on any machine. Every ten minutes it
says how the held-out articles fare and saves.
"""
import argparse
import itertools
import random
import time

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import reader
import squad
import teams
from chat import as_typed
from examples import Example

BATCH, DECAY, WARM_STEPS = 16, 0.01, 100
FROZEN_LAYERS = 6
LONGEST = 160  # tokens of question and window
GENERATED_SHARE, OWN_SHARE = 0.05, 0.02
CHECK_EVERY = 600  # seconds
CHECKED = 320  # windows of the held-out articles


def main(settings):
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    tokenizer = Tokenizer.from_file(settings.tokenizer)
    learnt, held_out = squad.read(settings.squad)
    check = list(itertools.islice(batches(encoded(squad.Squad(held_out, 5).examples(), tokenizer), random.Random(5)), CHECKED // BATCH))
    mixed = mix(squad.Squad(learnt, settings.seed), teams.own_documents(settings.teams), random.Random(settings.seed))
    stream = batches(encoded(mixed, tokenizer), random.Random(settings.seed))
    model = reader.load(settings.base)
    model.freeze_below(FROZEN_LAYERS)
    train(model, stream, check, settings)
    reader.save(model, settings.out)


def mix(articles, own, chance):
    """Examples of SQuAD, with a few of tables, steps and the like."""
    for example in articles.examples():
        draw = chance.random()
        if draw < GENERATED_SHARE:
            example = team(chance, teams.team_example(chance))
        elif draw < GENERATED_SHARE + OWN_SHARE:
            example = team(chance, chance.choice(own))
        yield example


def team(chance, example):
    return Example(as_typed(chance, example.question), example.window, example.answer, example.kind)


def encoded(examples, tokenizer):
    """(ids, sides, first token of the answer, last token of it); what is too long is left out."""
    for example in examples:
        pair = tokenizer.encode(example.question, example.window)
        if len(pair.ids) > LONGEST:
            continue
        first = last = 0
        if example.answer:
            start, end = example.answer
            inside = [token for token, ((left, right), side) in enumerate(zip(pair.offsets, pair.sequence_ids))
                      if side == 1 and right > start and left < end]
            if not inside:
                continue
            first, last = inside[0], inside[-1]
        yield pair.ids, pair.type_ids, first, last


def batches(rows, chance, gathered=1600):
    """Rows of like length together, so that little is filled up."""
    while True:
        some = sorted(itertools.islice(rows, gathered), key=lambda row: len(row[0]) + 8 * chance.random())
        groups = [some[start:start + BATCH] for start in range(0, len(some), BATCH)]
        chance.shuffle(groups)
        yield from (tensors(group) for group in groups)


def tensors(rows):
    longest = max(len(row[0]) for row in rows)
    ids, mask, sides = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
    for number, (row_ids, row_sides, _, _) in enumerate(rows):
        ids[number, :len(row_ids)] = torch.tensor(row_ids)
        sides[number, :len(row_ids)] = torch.tensor(row_sides)
        mask[number, :len(row_ids)] = 1
    return ids, mask, sides, torch.tensor([row[2:] for row in rows])


def train(model, stream, check, settings):
    learning = [weights for weights in model.parameters() if weights.requires_grad]
    optimizer = torch.optim.AdamW(learning, settings.rate, weight_decay=DECAY)
    began = checked = time.time()
    seen, mean = 0, None
    report(model, check, seen, began)
    for step, batch in enumerate(stream):
        done = seen / settings.windows if settings.windows else (time.time() - began) / (60 * settings.minutes)
        if done >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = settings.rate * min(1, (step + 1) / WARM_STEPS) * (1 - done)
        model.train()
        error = loss(model, batch)
        error.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seen += len(batch[0])
        mean = error.item() if mean is None else 0.98 * mean + 0.02 * error.item()
        if step % 50 == 49:
            print(f"step {step + 1} windows {seen} loss {mean:.3f} {seen / (time.time() - began):.2f} a second, {100 * done:.0f} %", flush=True)
        if time.time() - checked > CHECK_EVERY:
            report(model, check, seen, began)
            reader.save(model, settings.out)
            checked = time.time()
    report(model, check, seen, began)


def loss(model, batch):
    ids, mask, sides, answers = batch
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(ids, mask, sides).float()
    logits = logits.masked_fill(mask[..., None] == 0, -1e4)
    return (F.cross_entropy(logits[..., 0], answers[:, 0]) + F.cross_entropy(logits[..., 1], answers[:, 1])) / 2


@torch.no_grad()
def report(model, check, seen, began):
    model.eval()
    error = sum(loss(model, batch).item() for batch in check) / len(check)
    print(f"held out after {seen} windows, {(time.time() - began) / 60:.1f} minutes: loss {error:.4f}", flush=True)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    for option in ("base", "tokenizer", "squad", "teams", "out"):
        options.add_argument("--" + option, required=True)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--windows", type=int)
    options.add_argument("--rate", type=float, default=7e-5)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--seed", type=int, default=1)
    main(options.parse_args())
