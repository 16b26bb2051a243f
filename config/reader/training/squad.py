"""Windows out of the SQuAD 1.1 training paragraphs: with their answer, without it, and near misses."""
import collections
import gzip
import json
import math
import random

from chat import as_typed
from examples import Example, key_words, sentences, window_around, words
from nearmiss import Article, near_miss

HELD_OUT_ARTICLES = 15
TITLE_SHARE = 0.15


def read(path):
    """(paragraphs to learn from, paragraphs held out), split by article, the same at every call."""
    paragraphs = [json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8")]
    articles = sorted({paragraph["article"] for paragraph in paragraphs})
    held_out = set(random.Random(20).sample(articles, HELD_OUT_ARTICLES))
    learnt = [paragraph for paragraph in paragraphs if paragraph["article"] not in held_out]
    return learnt, [paragraph for paragraph in paragraphs if paragraph["article"] in held_out]


class Squad:
    """Makes examples of paragraphs; what chance decides comes out of the seed, so that a seed names a sequence."""

    def __init__(self, paragraphs, seed):
        self.chance = random.Random(seed)
        self.questions = [(paragraph, asked) for paragraph in paragraphs for asked in paragraph["questions"]]
        self.paragraphs = collections.defaultdict(list)
        for paragraph in paragraphs:
            self.paragraphs[paragraph["article"]].append(paragraph["context"])
        self.words = {context: set(words(context)) for own in self.paragraphs.values() for context in own}
        self.contexts = list(self.words)
        self.rarity = rarity(self.words.values())
        asked = collections.defaultdict(list)
        for paragraph, question in self.questions:
            asked[paragraph["article"]].append(question["question"])
        self.articles = {name: Article(own, asked[name]) for name, own in self.paragraphs.items()}

    def examples(self):
        """Without end; every question comes once before any comes again."""
        while True:
            self.chance.shuffle(self.questions)
            for paragraph, asked in self.questions:
                for example in self.make(paragraph, asked):
                    yield self.finish(example, paragraph["article"])

    def make(self, paragraph, asked):
        choice = self.chance.random()
        if choice < 0.30:
            return self.with_near_miss(paragraph, asked)
        if choice < 0.42:
            return [self.elsewhere(paragraph, asked, self.paragraphs[paragraph["article"]], "same article")]
        if choice < 0.45:
            return [self.elsewhere(paragraph, asked, self.contexts, "other article")]
        if choice < 0.51:
            return [self.cut(paragraph, asked)]
        return [self.answered(paragraph, asked)]

    def answered(self, paragraph, asked):
        context, start = paragraph["context"], asked["start"]
        end = start + len(asked["answer"])
        places = sentences(context)
        first, last = around(places, start, end)
        begin, stop = window_around(self.chance, context, places, first, last)
        return Example(asked["question"], context[begin:stop], (start - begin, end - begin), "answered")

    def with_near_miss(self, paragraph, asked):
        """The near miss, and half the time the question it was made of, over the same window."""
        true = self.answered(paragraph, asked)
        question = near_miss(self.chance, true.question, true.window, self.articles[paragraph["article"]])
        if not question or question == true.question:
            return [true]
        missed = Example(question, true.window, None, "near miss")
        return [missed, true] if self.chance.random() < 0.5 else [missed]

    def elsewhere(self, paragraph, asked, contexts, kind):
        """The question over another passage, one that has many of its words and not its answer."""
        answer = asked["answer"].lower()
        some = self.chance.sample(contexts, min(len(contexts), self.chance.choice((12, 40))))
        others = [other for other in some if other != paragraph["context"] and answer not in other.lower()]
        if not others:
            return self.answered(paragraph, asked)
        key = key_words(asked["question"])
        weight = lambda has: sum(self.rarity[word] for word in key if word in has)
        context = max(others, key=lambda other: weight(self.words[other]))
        places = sentences(context)
        best = max(range(len(places)), key=lambda place: weight(set(words(context[slice(*places[place])]))))
        begin, stop = window_around(self.chance, context, places, best, best)
        return Example(asked["question"], context[begin:stop], None, kind)

    def cut(self, paragraph, asked):
        """The sentences before the answer's, or those after it: the topic without the answer."""
        context, answer, places = paragraph["context"], asked["answer"].lower(), sentences(paragraph["context"])
        first, last = around(places, asked["start"], asked["start"] + len(answer))
        silent = lambda place: answer not in context[slice(*places[place])].lower()
        before, after = first, last
        while before > 0 and silent(before - 1):
            before -= 1
        while after < len(places) - 1 and silent(after + 1):
            after += 1
        sides = [side for side in ((before, first - 1), (last + 1, after)) if side[0] <= side[1]]
        if not sides:
            return self.answered(paragraph, asked)
        lowest, highest = self.chance.choice(sides)
        middle = self.chance.randint(lowest, highest)
        begin, stop = window_around(self.chance, context, places, middle, middle, lowest, highest)
        return Example(asked["question"], context[begin:stop], None, "answer cut out")

    def finish(self, example, article):
        """A title in front now and then, and the question as typed."""
        window, answer = example.window, example.answer
        if self.chance.random() < TITLE_SHARE:
            title = article.replace("_", " ") + "\n"
            window, answer = title + window, answer and tuple(place + len(title) for place in answer)
        return Example(as_typed(self.chance, example.question), window, answer, example.kind)


def around(places, start, end):
    """First and last sentence that the characters from start to end touch."""
    touched = [number for number, (first, last) in enumerate(places) if last > start and first < end]
    return (touched[0], touched[-1]) if touched else (0, len(places) - 1)


def rarity(texts):
    count = collections.Counter(word for text in texts for word in text)
    total = len(texts)
    return collections.defaultdict(lambda: math.log(total), {word: math.log(total / (1 + seen)) for word, seen in count.items()})
