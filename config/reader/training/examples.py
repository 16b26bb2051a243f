"""What the reader is trained on: a question, a window of text, and where in the window the answer stands."""
import re
from dataclasses import dataclass

WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r'(?<=[.!?])["\')\]]*\s+(?=[A-Z0-9"\'(\[])')
CHARACTERS_A_TOKEN = 4.3
WINDOW_TOKENS = (60, 90, 120, 140)

# Words that every question has: they say nothing about what it is about.
COMMON = set("""a an and are as at be been being but by can could did do does for from had has have he her his how i in
into is it its many may might much of on one or other over she should some such than that the their them then there they
this to under up was we were what when where which who whom whose why will with would you your not no name called type
kind during after before about between first last year years time""".split())


@dataclass(frozen=True)
class Example:
    question: str
    window: str
    answer: tuple | None  # first character and the one after the last, in the window; None: not in this window
    kind: str  # how it was made


def words(text):
    return [word.lower() for word in WORD.findall(text)]


def key_words(text):
    return [word for word in words(text) if word not in COMMON and (len(word) > 2 or word.isdigit())]


def sentences(text):
    """First and last place of each sentence."""
    places, start = [], 0
    for end in SENTENCE_END.finditer(text):
        places.append((start, end.start()))
        start = end.end()
    return places + [(start, len(text))]


def window_around(chance, text, places, first, last, lowest=0, highest=None):
    """Whole sentences around those from `first` to `last`, none under `lowest` or over `highest`: (start, end) in text."""
    highest = len(places) - 1 if highest is None else highest
    wanted = chance.choice(WINDOW_TOKENS) * CHARACTERS_A_TOKEN
    while places[last][1] - places[first][0] < wanted:
        sides = [-1] * (first > lowest) + [1] * (last < highest)
        if not sides:
            break
        if chance.choice(sides) < 0:
            first -= 1
        else:
            last += 1
    return places[first][0], places[last][1]
