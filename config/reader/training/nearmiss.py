"""Near misses: a question changed in one place so that its passage, still on the topic, does not answer it any more.

The changed part must be one that the passage has (or whose opposite it would have to name), what it is changed into must
not be in the passage, and another key word of the question must stay in the passage: the topic is covered, the detail is
not stated.
"""
import re

from examples import COMMON, key_words, words

NAME = re.compile(r"[A-Z][\w'’-]*(?: (?:of|the|de|von|van|and) [A-Z][\w'’-]*| [A-Z][\w'’-]*)*")
INSIDE = re.compile(r"(?<=[a-z,] )" + NAME.pattern)  # not at the head of a sentence, where every word is capital
YEAR = re.compile(r"\b1[0-9]{3}\b|\b20[0-2][0-9]\b")
NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
NOT_NAMES = set("what when where which who whom whose why how in on at the a an is are was were did does do can for by if to "
                "name after before during of from as with according about during january february march april may june july "
                "august september october november december".split())

# Each line holds words of one kind; one is changed into another of its line.
KINDS = [line.split() for line in """
first second third last
largest smallest
biggest smallest
highest lowest
most least
more fewer
greater smaller
before after
north south east west
northern southern eastern western
increase decrease
increased decreased
started ended
begin end
began ended
born buried
founded dissolved
established abolished
oldest youngest newest
early late
win lose
won lost
bought sold
buy sell
father mother brother sister son daughter wife husband
king queen prince emperor
male female
men women children
best worst
minimum maximum
import export
imports exports
enter leave
joined left
open close
opened closed
longest shortest
director producer writer composer editor
president secretary treasurer chairman
mayor governor senator minister
captain coach manager
author publisher translator
summer winter spring autumn
upper lower
major minor
public private
accept reject
accepted rejected
support oppose
supported opposed
allowed forbidden
legal illegal
added removed
create destroy
created destroyed
built demolished
height width length depth weight
population area density
cost profit loss
months weeks days hours
city country county village
bishop priest monk
doctor nurse engineer lawyer teacher
student professor
album single film novel
war peace
attack defend
attacked defended
arrived departed
hot cold
strong weak
common rare
domestic foreign
primary secondary
internal external
positive negative
advantage disadvantage
rise fall
rose fell
approved refused
hired fired
appointed dismissed
married divorced
daily weekly monthly yearly
morning evening
modern ancient
heaviest lightest
fastest slowest
cheapest expensive
top bottom
inside outside
urban rural
rich poor
plants animals birds insects
""".strip().splitlines()]
NEGATED = {"did": "didn't", "is": "isn't", "are": "aren't", "was": "wasn't", "were": "weren't", "can": "can't",
           "does": "doesn't", "do": "don't", "could": "couldn't", "has": "hasn't"}


def near_miss(chance, question, window, article):
    """The changed question, or None where nothing can be changed with a clear conscience."""
    ways = [swap_name] * 6 + [swap_figure] * 4 + [swap_kind] * 6
    while ways:
        way = chance.choice(ways)
        ways = [other for other in ways if other is not way]
        changed = way(chance, question, window, article)
        if changed:
            return changed
    way = chance.choice((swap_word, swap_word, negate, None, None))
    return way and way(chance, question, window, article)


class Article:
    """What an article has to swap with: its names, figures, and the words its questions use."""

    def __init__(self, contexts, questions):
        text = " ".join(contexts)
        self.names = sorted({name for name in names(text, INSIDE) if len(name) > 3})
        self.years = sorted(set(YEAR.findall(text)))
        self.numbers = sorted(set(NUMBER.findall(text)) - set(self.years))
        self.words = sorted({word for question in questions for word in key_words(question)
                             if len(word) > 5 and word.isalpha() and word in question})


def names(text, pattern=NAME):
    for match in pattern.finditer(text):
        first, *rest = match.group().split(" ")
        name = " ".join(rest) if first.lower() in NOT_NAMES else match.group()
        if name and name.lower() not in NOT_NAMES and name[0].isupper():
            yield re.sub(r"['’]s$", "", name)


def swap_name(chance, question, window, article):
    here = [name for name in names(question) if name.lower() in window.lower()]
    if not here:
        return None
    old = chance.choice(here)
    length = old.count(" ") + 1
    new = [name for name in article.names if strange(name, window) and strange(name, question)
           and min(name.count(" ") + 1, 3) == min(length, 3) and name.isupper() == old.isupper()]
    return changed(question, old, chance.choice(new), window) if new else None


def swap_figure(chance, question, window, article):
    for pattern, others in ((YEAR, article.years), (NUMBER, article.numbers)):
        here = [figure for figure in pattern.findall(question) if figure in window]
        new = [figure for figure in others if figure not in window and figure not in question]
        if here and new:
            old = chance.choice(here)
            near = sorted(new, key=lambda figure: (abs(len(figure) - len(old)), chance.random()))
            return changed(question, old, near[0], window)
    return None


def swap_kind(chance, question, window, _article):
    asked = words(question)
    choices = [(word, other) for kind in KINDS for word in kind if word in asked
               for other in kind if other not in asked and strange(other, window)]
    return changed(question, *chance.choice(choices), window) if choices else None


def swap_word(chance, question, window, article):
    """A word that the passage has for another of the article's questions with the same ending."""
    here = [word for word in key_words(question) if len(word) > 5 and word in question and word in window]
    if not here:
        return None
    old = chance.choice(here)
    new = [word for word in article.words if word[-3:] == old[-3:] and strange(word, window) and strange(word, question)]
    return changed(question, old, chance.choice(new), window) if new else None


def negate(_chance, question, window, _article):
    first, _, rest = question.partition(" ")
    verb, _, tail = rest.partition(" ")
    unclear = " not " in window or "n't" in window or " no " in window or " never " in window
    if unclear or verb not in NEGATED or first.lower() not in ("what", "who", "where", "when", "why", "which", "how"):
        return None
    return f"{first} {NEGATED[verb]} {tail}"


def strange(term, text):
    """Whether the text has no word that begins like a key word of the term."""
    there = [word[:5] for word in words(text)]
    return not any(word[:5] in there for word in words(term) if word not in COMMON or len(words(term)) == 1)


def changed(question, old, new, window):
    """The question with `new` for `old`, where another key word of it stays in the window."""
    asked = [word for word in key_words(question) if word not in words(old)]
    there = set(words(window))
    if not any(word in there for word in asked):
        return None
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, question, count=1)
