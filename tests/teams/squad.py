"""squad.py TRAIN.jsonl.gz OUT: paragraphs with questions, as `passim tune` reads them.

TRAIN has one paragraph a line: {"article", "context", "questions": [{"question", "answer", "start"}]}. OUT becomes a
question set: docs/NNNN-article.txt, one block a paragraph after the title, and questions.jsonl with "para", the number
of the paragraph that answers. An eighth of the articles stay out of the documents: their questions are unanswerable there.
"""
import gzip, json, pathlib, random, re, sys

train, out = sys.argv[1], pathlib.Path(sys.argv[2])
(out / "docs").mkdir(parents=True, exist_ok=True)
articles = {}
for line in gzip.open(train, "rt", encoding="utf-8"):
    paragraph = json.loads(line)
    articles.setdefault(paragraph["article"], []).append(paragraph)
names = sorted(articles)
random.Random(7).shuffle(names)
cut = len(names) * 310 // 353
inside, outside = sorted(names[:cut]), sorted(names[cut:])
with open(out / "questions.jsonl", "w", encoding="utf-8") as questions:
    for number, name in enumerate(inside, 1):
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        blocks = [name.replace("_", " ")] + [" ".join(p["context"].split()) for p in articles[name]]
        (out / "docs" / f"{number:04}-{slug}.txt").write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
        for place, paragraph in enumerate(articles[name]):
            for each, asked in enumerate(paragraph["questions"]):
                row = dict(id=f"s{number:04}-{place:03}-{each:02}", question=asked["question"], answers=[asked["answer"]],
                           doc_ids=[f"{number:04}"], answerable=True, para=place, kind="squad")
                questions.write(json.dumps(row) + "\n")
    strangers = [asked["question"] for name in outside for paragraph in articles[name] for asked in paragraph["questions"]]
    random.Random(8).shuffle(strangers)
    for number, question in enumerate(strangers[:2600]):
        row = dict(id=f"o{number:05}", question=question, answers=[], doc_ids=[], answerable=False, kind="off-corpus")
        questions.write(json.dumps(row) + "\n")
