"""Examples of what teams own: invented tables, lists of facts, numbered steps and command pages, each with questions.

Nothing here is anybody's: names are put together of syllables, figures are drawn. `own_documents` adds the invented
documents with questions of tests/teams.
"""
import json
import pathlib
import re

from examples import Example, key_words, words

SYLLABLES = "bar bel cor dan dor el fen gar hal ir jo kel lar mar mil nor o pel quin ros sal tor ul ver win yas zan".split()
ENDINGS = "a an as da den el er ford ia ik in is la lin man mo na o ra ris sen son ton us vik wood".split()
PLACES = "first floor|cellar|north hall|room 12|room 204|building C|ground floor|west wing|the annex|hut 3|attic".split("|")
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
ROLES = "treasurer|office manager|release lead|on-call engineer|caretaker|secretary|trainer|data steward|cook|chair".split("|")
THINGS = "gateway|scheduler|mailer|archive|search|billing|login|backup|wiki|queue|monitor|storage|printer|door lock".split("|")
LANGUAGES = "Rust Go Python Java Kotlin Elixir Ruby C# TypeScript Perl".split()
STATES = "active|retired|planned|in review|on hold|frozen|deprecated|approved".split("|")
VERBS = "add remove list sync export import rotate restore check move tag lock".split()
OPTIONS = "force quiet dry-run limit output since user depth region format retries keep".split()
ACTIONS = """Turn off the main switch|Write the date into the log|Ring the caretaker|Check the pressure gauge|Take a backup
Close all windows|Sign the form in blue ink|Wait ten minutes|Restart the service|Empty the filter|Tell the team in the channel
Count the keys|Lock the cabinet|Open a ticket|Wipe the table|Upload the report|Ask for a second review|Merge the branch
Drain the tank|Print two copies|Unplug the charger|Announce the change by mail|Rename the folder|Fill in the checklist
Tag the release|Update the changelog|Press the green button|Hand in the badge|Set the alarm""".replace("\n", "|").split("|")


def name(chance):
    return (chance.choice(SYLLABLES) + chance.choice(SYLLABLES + [""]) + chance.choice(ENDINGS)).capitalize()


def person(chance):
    return f"{name(chance)} {name(chance)}"


def date(chance):
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(2018, 2027)
    return chance.choice((f"{day} {MONTHS[month - 1]} {year}", f"{year}-{month:02}-{day:02}", f"{day}.{month}.{year}"))


def clock(chance):
    return f"{chance.randint(6, 22)}:{chance.choice(('00', '15', '30', '45'))}"


def amount(chance):
    return chance.choice((f"{chance.randint(2, 900)} EUR", f"${chance.randint(5, 4000)}", f"{chance.randint(1, 90)},{chance.randint(100, 999)}"))


def version(chance):
    return f"{chance.randint(0, 9)}.{chance.randint(0, 20)}" + chance.choice(("", f".{chance.randint(0, 9)}"))


# A column: what it is called, what stands in it, how people ask for it of the row {}.
COLUMNS = {
    "Port": (lambda c: str(c.randint(80, 9999)), ["Which port does {} use?", "What port is {} on?", "port of {}"]),
    "Owner": (person, ["Who owns {}?", "Who is the owner of {}?", "Who looks after {}?"]),
    "Contact": (person, ["Who is the contact for {}?", "Whom do I ask about {}?"]),
    "Language": (lambda c: c.choice(LANGUAGES), ["What language is {} written in?", "Which language does {} use?"]),
    "Price": (amount, ["How much does {} cost?", "What is the price of {}?", "price of {}"]),
    "Seats": (lambda c: str(c.randint(2, 400)), ["How many seats does {} have?", "How many seats come with {}?"]),
    "Version": (version, ["Which version of {} is in use?", "What version is {} at?"]),
    "Since": (date, ["Since when is {} there?", "When did {} start?"]),
    "Due": (date, ["When is {} due?", "What is the due date of {}?", "Until when must {} be done?"]),
    "Place": (lambda c: c.choice(PLACES), ["Where is {}?", "Where do I find {}?"]),
    "Status": (lambda c: c.choice(STATES), ["What is the status of {}?", "Is {} active or retired?"]),
    "Time": (clock, ["At what time is {}?", "When does {} begin?", "What time is {}?"]),
    "Day": (lambda c: c.choice(DAYS), ["On which day is {}?", "Which day is {} on?"]),
    "Limit": (lambda c: f"{c.randint(2, 500)} {c.choice(('MB', 'GB', 'requests', 'hours', 'days', 'minutes'))}",
              ["What is the limit of {}?", "How much may {} use?"]),
    "Phone": (lambda c: f"{c.randint(100, 999)}-{c.randint(1000, 9999)}", ["What is the phone number of {}?", "How do I reach {}?"]),
    "Role": (lambda c: c.choice(ROLES), ["What is the role of {}?", "What does {} do?"]),
}
KEYS = {
    "Service": (lambda c: c.choice(THINGS), "Port Owner Language Version Status Limit Contact Since".split()),
    "Name": (person, "Role Phone Place Since Day".split()),
    "Plan": (name, "Price Seats Limit Status Since Contact".split()),
    "Event": (lambda c: c.choice("stand-up|plenary|choir practice|fire drill|retrospective|board meeting|swap market|open day|sauna evening|budget talk".split("|")),
              "Day Time Place Contact Price".split()),
    "Project": (name, "Owner Due Status Version Contact Price".split()),
}


def team_example(chance):
    return chance.choice((table, table, facts, steps, commands))(chance)


def table(chance):
    """Rows of a Markdown table under its header, which always comes along."""
    first, columns, rows = drawn(chance, chance.randint(3, 8))
    lines = ["| " + " | ".join([first, *columns]) + " |"]
    if chance.random() < 0.4:
        lines.append("|" + "---|" * (len(columns) + 1))
    lines += ["| " + " | ".join([key, *cells]) + " |" for key, cells in rows]
    return asked_of_rows(chance, lines, first, columns, rows)


def facts(chance):
    """One thing's facts, a line each."""
    first, columns, rows = drawn(chance, 1)
    key, cells = rows[0]
    mark = chance.choice(("", "- ", "* "))
    lines = [f"{first}: {key}"] + [f"{mark}{column}: {cell}" for column, cell in zip(columns, cells)]
    return asked_of_rows(chance, lines, first, columns, rows)


def drawn(chance, count):
    """What the first column is called, the other columns, and rows that differ in the first."""
    first = chance.choice(sorted(KEYS))
    make, possible = KEYS[first]
    columns = chance.sample(possible, chance.randint(2, min(4, len(possible))))
    keys = dict.fromkeys(make(chance) for _ in range(count))
    return first, columns, [(key, [COLUMNS[column][0](chance) for column in columns]) for key in keys]


def asked_of_rows(chance, lines, first, columns, rows):
    text, (key, cells) = "\n".join(lines), chance.choice(rows)
    column = chance.randrange(len(columns))
    question = chance.choice(COLUMNS[columns[column]][1])
    make, possible = KEYS[first]
    choice = chance.random()
    if choice < 0.15:
        absent = [other for other in possible if other not in columns]
        if absent:
            return Example(chance.choice(COLUMNS[chance.choice(absent)][1]).format(key), text, None, "team, no such column")
    if choice < 0.3:
        stranger = make(chance)
        if stranger not in text:
            return Example(question.format(stranger), text, None, "team, no such row")
    if choice < 0.45 and len(rows) > 1 and [row[1][column] for row in rows].count(cells[column]) == 1:
        question = f"Which {first.lower()} has {columns[column].lower()} {cells[column]}?"
        return found(question, text, key, text.index(key), "team, row of a value")
    line = text.index(key)
    place = text.index(cells[column], line + len(key))
    for skipped in range(column):  # the cell of that column, where two columns happen to say the same
        after = text.index(cells[skipped], line + len(key)) + len(cells[skipped])
        place = max(place, text.index(cells[column], after))
    return found(question.format(key), text, cells[column], place, "team, cell")


def steps(chance):
    actions = chance.sample(ACTIONS, chance.randint(4, 9))
    purpose = chance.choice(("closing the hall", "a release", "the night shift", "a power cut", "moving out", "a new member"))
    start = chance.choice(("Steps for", "Checklist for", "What to do at"))
    text = f"{start} {purpose}\n" + "\n".join(f"{number}. {action}" for number, action in enumerate(actions, 1))
    number = chance.randrange(1, len(actions))
    here, before = actions[number], actions[number - 1]
    lower = lambda action: action[0].lower() + action[1:]
    if chance.random() < 0.3:
        strange = chance.choice([action for action in ACTIONS if action not in actions])
        question = chance.choice((f"What comes after \"{lower(strange)}\" for {purpose}?", f"What is step {len(actions) + chance.randint(1, 4)}?"))
        return Example(question, text, None, "team, no such step")
    question = chance.choice((f"What is step {number + 1}?", f"What do I do after I {lower(before)}?",
                              f"What comes after \"{lower(before)}\"?", f"step {number + 1} for {purpose}"))
    return found(question, text, here, text.index(here), "team, step")


def commands(chance):
    tool = name(chance).lower() + chance.choice(("ctl", "", "-cli"))
    verb, other = chance.sample(VERBS, 2)
    flags = chance.sample(OPTIONS, chance.randint(3, 5))
    defaults = {flag: str(chance.choice((chance.randint(1, 500), "off", "json", "eu-west", "none", "30 days"))) for flag in flags}
    says = {flag: f"sets the {flag.replace('-', ' ')} of `{verb}`" for flag in flags}
    lines = [f"`{tool} {verb} NAME` works on one entry, `{tool} {other} --all` on all of them."]
    lines += [f"- `--{flag}`: {says[flag]} (default: {defaults[flag]})" for flag in flags]
    text, flag = "\n".join(lines), chance.choice(flags)
    if chance.random() < 0.3:
        strange = chance.choice([option for option in OPTIONS if option not in flags])
        return Example(f"What is the default of --{strange} in {tool} {verb}?", text, None, "team, no such flag")
    if chance.random() < 0.25:
        command = f"{tool} {other} --all"
        return found(chance.choice((f"How do I {other} all entries with {tool}?", f"command to {other} everything")), text, command, text.index(command), "team, command")
    place = text.index(f"(default: {defaults[flag]})", text.index(f"--{flag}`")) + len("(default: ")
    question = chance.choice((f"What is the default of --{flag}?", f"What is --{flag} set to if I do not give it?", f"default {flag} for {tool} {verb}"))
    return found(question, text, defaults[flag], place, "team, default")


def found(question, text, answer, place, kind):
    return Example(question, text, (place, place + len(answer)), kind)


def own_documents(folder):
    """Examples of tests/teams: the block of a cited document that has the accepted words and most of the question's."""
    examples = []
    for questions in sorted(pathlib.Path(folder).glob("*/questions.jsonl")):
        documents = {path.name.split("-")[0]: blocks(path) for path in sorted((questions.parent / "docs").iterdir())}
        for row in map(json.loads, questions.read_text(encoding="utf-8").splitlines()):
            example = of_row(row, documents)
            if example:
                examples.append(example)
    return examples


def of_row(row, documents):
    asked = set(key_words(row["q"]))
    shared = lambda block: len(asked & set(words(block)))
    if not row["answerable"]:
        block = max((block for own in documents.values() for block in own), key=shared)
        return Example(row["q"], block, None, "own documents, not answered")
    hits = [(shared(block), block, match) for source in row["sources"] for block in documents.get(source, [])
            for pattern in row["accept"] for match in [re.search(pattern, block, re.IGNORECASE)] if match and match.group()]
    if not hits:
        return None
    _, block, match = max(hits, key=lambda hit: hit[0])
    return Example(row["q"], block, match.span(), "own documents")


def blocks(path):
    """The blocks between blank lines, short neighbours joined, a long table in parts that each begin with its header."""
    text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    joined = []
    for block in (block.strip() for block in re.split(r"\n\s*\n", text) if block.strip()):
        pieces = table_parts(block) if block.startswith("|") else [block]
        for piece in pieces:
            if joined and len(joined[-1]) + len(piece) < 520 and not (piece.startswith("|") and joined[-1].startswith("|")):
                joined[-1] += "\n" + piece
            else:
                joined.append(piece)
    return joined


def table_parts(block, rows=5):
    header, *lines = [line for line in block.splitlines() if not re.fullmatch(r"[|\s:-]+", line)]
    return ["\n".join([header, *lines[start:start + rows]]) for start in range(0, max(len(lines), 1), rows)]
