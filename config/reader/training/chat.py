"""Questions as people type them in a chat: lower case, no question mark, slips of the finger, now and then only keywords."""
import re

from examples import COMMON

KEYS = {key: around for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for place, key in enumerate(row)
        for around in [row[max(0, place - 1):place] + row[place + 1:place + 2]]}
SHORT = {"are": "r", "you": "u", "what is": "whats", "who is": "whos", "where is": "wheres", "how is": "hows",
         "and": "&", "because": "bc", "people": "ppl", "without": "w/o", "number": "nr", "does not": "doesnt",
         "is not": "isnt", "when is": "whens", "please": "pls"}


def as_typed(chance, question):
    """A chat-style form of the question, three times in ten; else the question itself."""
    if chance.random() > 0.3:
        return question
    style = chance.random()
    if style < 0.08:
        return keywords(chance, question)
    question = question.lower() if chance.random() < 0.85 else question
    if chance.random() < 0.75:
        question = question.rstrip("?. ")
    if chance.random() < 0.15:
        question = shortened(question)
    if style > 0.55:
        question = mistyped(chance, question)
    return question


def keywords(chance, question):
    kept = [word for word in question.rstrip("?. ").split() if word.lower() not in COMMON]
    return " ".join(kept).lower() if len(kept) >= 2 else question


def shortened(question):
    for long, short in SHORT.items():
        question = re.sub(rf"\b{long}\b", short, question)
    return question


def mistyped(chance, question):
    """One slip in one word of four or more letters; in a long question sometimes two."""
    parts = question.split(" ")
    long = [place for place, part in enumerate(parts) if len(part) >= 4 and part.isalpha()]
    for place in chance.sample(long, min(len(long), 1 + (len(parts) > 8 and chance.random() < 0.4))):
        parts[place] = slip(chance, parts[place])
    return " ".join(parts)


def slip(chance, word):
    place = chance.randrange(1, len(word) - 1)
    before, here, after = word[:place], word[place], word[place + 1:]
    match chance.choice(("swapped", "dropped", "doubled", "beside", "swapped")):
        case "swapped":
            return before + after[0] + here + after[1:]
        case "dropped":
            return before + after
        case "doubled":
            return before + here + here + after
        case _:
            return before + chance.choice(KEYS.get(here.lower()) or here) + after
