// The proof beside an answer: the cited files with the quoted bytes marked, how the answer was chosen, and the JSON
// that went between Discord and the bot.

import { button, element } from "./message.js";

const TABS = [["sources", "Sources", drawSources], ["why", "Why", drawWhy], ["answer", "Answer", drawAnswer], ["requests", "Requests", drawRequests]];
const BESIDE = matchMedia("(min-width: 1180px)");

/// The panel in `dialog`. `fetchProof(message)` gets what it shows.
export function createProof(dialog, fetchProof) {
  let opener = null;

  async function open(message, from) {
    opener = from;
    const panel = element("div", { id: "proof-panel", role: "tabpanel", tabindex: "0" }, element("p", { class: "muted" }, "Looking it up…"));
    const tabs = element("div", { role: "tablist", "aria-label": "Parts of the proof" });
    const head = element("header", {}, element("h2", { id: "proof-title" }, "Proof"), button("Close", close, { class: "quiet", id: "proof-close" }));
    dialog.replaceChildren(head, tabs, panel);
    show();
    dialog.querySelector("#proof-close").focus();
    try {
      const proof = await fetchProof(message);
      if (tabs.isConnected) fillTabs(tabs, panel, proof);
    } catch (error) {
      panel.replaceChildren(element("p", { role: "alert" }, error.message));
    }
  }

  // Beside the channel where there is room, over it where there is none.
  function show() {
    if (dialog.open) dialog.close();
    if (BESIDE.matches) dialog.show();
    else dialog.showModal();
    document.body.classList.toggle("has-proof", BESIDE.matches);
  }

  function close() {
    if (dialog.open) dialog.close();
    document.body.classList.remove("has-proof");
    const back = opener?.isConnected ? opener : document.getElementById("text");
    back.focus();
  }

  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  BESIDE.addEventListener("change", () => dialog.open && show());
  return { open, close, isOpen: () => dialog.open };
}

function fillTabs(tabs, panel, proof) {
  const buttons = TABS.map(([id, name, draw]) => button(name, () => choose(id, draw), { id: `tab-${id}`, role: "tab", "aria-controls": "proof-panel" }));

  function choose(id, draw) {
    for (const tab of buttons) {
      const isChosen = tab.id === `tab-${id}`;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `tab-${id}`);
    panel.replaceChildren(...[proof.note && element("p", { class: "note" }, proof.note), ...draw(proof)].filter(Boolean));
    panel.scrollTop = 0;
    showMarks(panel);
  }

  tabs.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = buttons.at(to % buttons.length);
    next.click();
    next.focus();
  });
  tabs.replaceChildren(...buttons);
  choose(TABS[0][0], TABS[0][2]);
}

// The file is scrolled, never the page around it.
function showMarks(panel) {
  for (const file of panel.querySelectorAll(".cited")) {
    const mark = file.querySelector("mark");
    if (mark) file.scrollTop = mark.closest(".line").offsetTop - file.clientHeight / 3;
  }
}

function drawSources({ citations }) {
  if (citations.length === 0) return [element("p", { class: "muted" }, "No source is cited here.")];
  return citations.map((citation) => element("section", { class: "citation" },
    element("h3", {}, element("span", { class: "number" }, `[${citation.number}]`), " ", element("bdi", {}, visible(citation.title ?? citation.path))),
    element("p", { class: "where" }, element("bdi", {}, visible(citation.path)), ` · ${lines(citation)}bytes ${citation.byte_start}–${citation.byte_end} · `, holds(citation)),
    !citation.holds && element("blockquote", {}, element("p", {}, visible(citation.quote))),
    citation.unreadable ? element("p", { class: "note" }, `The file cannot be read: ${citation.unreadable}`) : drawFile(citation)));
}

function lines({ line_start: from, line_end: to }) {
  if (from === null || from === undefined) return "";
  return from === to ? `line ${from} · ` : `lines ${from}–${to} · `;
}

function holds(citation) {
  return citation.holds
    ? element("strong", { class: "holds" }, "✓ the file still says it")
    : element("strong", { class: "holds-not" }, "✗ the file does not say it there any more");
}

function drawFile(citation) {
  const parts = [[citation.before, false], [citation.marked, true], [citation.after, false]];
  const file = element("pre", { class: "cited", tabindex: "0", role: "region", "aria-label": `${citation.path}, with the quoted words marked` });
  let number = citation.first_line;
  let line = startLine(file, number);
  for (const [text, isQuoted] of parts) {
    (text ?? "").split("\n").forEach((piece, at) => {
      if (at > 0) line = startLine(file, (number += 1));
      if (piece === "") return;
      line.append(isQuoted ? element("mark", {}, visible(piece)) : element("span", {}, visible(piece)));
    });
  }
  return file;
}

function startLine(file, number) {
  const text = element("span", { class: "text", dir: "auto" });
  file.append(element("span", { class: "line" }, element("span", { class: "line-number", "aria-hidden": "true" }, String(number)), text, "\n"));
  return text;
}

// Controls that turn or hide what follows are shown by their number: a proof has to be readable as it is stored.
function visible(text) {
  return String(text).split(/([\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF])/u).map((piece, at) =>
    at % 2 === 0 ? piece : element("span", { class: "control" }, `U+${piece.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`));
}

function drawWhy({ why }) {
  if (!why) return [element("p", { class: "muted" }, "Nothing was searched for this message.")];
  return [
    element("p", {}, "Looked for in ", element("b", {}, String(why.passages)), " passages: ", element("q", { dir: "auto" }, visible(why.question))),
    table("The words and what they weigh", ["Word", "As", "Weight"], why.terms.map((term) => [
      [element("bdi", {}, visible(term.word)), !term.is_known && element("span", { class: "muted" }, " (in no source)")],
      element("span", { class: "muted" }, [...new Set(term.forms.map(([form]) => form))].join(", ")),
      bar(term.weight, Math.max(...why.terms.map((other) => other.weight))),
    ])),
    element("h3", {}, "The sentences that fit best"),
    element("ol", { class: "candidates" }, why.candidates.map(drawCandidate)),
    ...drawConfidence(why.confidence),
  ];
}

function drawCandidate(candidate, at) {
  return element("li", { class: at === 0 ? "is-best" : null },
    element("p", { dir: "auto", class: "sentence" }, visible(candidate.sentence)),
    element("p", { class: "where" }, element("b", {}, `score ${round(candidate.score)}`), ` · source ${candidate.source}, `, candidate.page ? `page ${candidate.page}` : `line ${candidate.line}`,
      candidate.rejected && ` · ${candidate.rejected}`),
    features("What its score is made of", candidate.features, candidate.intercept));
}

function drawConfidence(confidence) {
  if (!confidence) return [];
  return [
    element("h3", {}, "How sure it is"),
    table("Confidence", ["", "Value"], [
      ["That the answer is right", bar(confidence.value, 1)],
      ["That the sources answer at all", bar(confidence.support, 1)],
      ["Below this it says that they do not", bar(confidence.threshold, 1)],
    ]),
    confidence.declined && element("p", {}, confidence.declined),
    features("Signs of a right answer", confidence.signs, confidence.intercept),
    features("Signs that the sources answer", confidence.support_signs ?? [], confidence.support_intercept),
  ];
}

function features(title, list, intercept) {
  if (!list || list.length === 0) return null;
  const sorted = [...list].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const most = Math.abs(sorted[0].contribution);
  const rows = sorted.map((feature) => [feature.name, round(feature.value), bar(feature.contribution, most)]);
  if (typeof intercept === "number") rows.push(["(to begin with)", "", round(intercept)]);
  return element("details", {}, element("summary", {}, title), table(title, ["Feature", "Value", "Adds"], rows));
}

function table(caption, heads, rows) {
  return element("table", {}, element("caption", { class: "unseen-label" }, caption),
    element("thead", {}, element("tr", {}, heads.map((head) => head === "" ? element("td") : element("th", { scope: "col" }, head)))),
    element("tbody", {}, rows.map(([first, ...others]) => element("tr", {}, element("th", { scope: "row" }, first), others.map((cell) => element("td", {}, cell))))));
}

function bar(value, most) {
  const part = element("span", { class: value < 0 ? "bar is-less" : "bar", "aria-hidden": "true" });
  part.style.width = `${most > 0 ? Math.min(1, Math.abs(value) / most) * 4 : 0}rem`;
  return [element("span", { class: "figure" }, round(value)), part];
}

function round(value) {
  return typeof value === "number" ? value.toFixed(2) : String(value);
}

function drawAnswer({ answer }) {
  return answer ? [json("The answer, as passim ask --json prints it", answer)] : [element("p", { class: "muted" }, "This message answers no question.")];
}

function drawRequests({ asked, sent }) {
  return [
    element("h3", {}, "What the bot heard"),
    asked ? json("The gateway event that asked", asked) : element("p", { class: "muted" }, "The event is not kept."),
    element("h3", {}, "What it sent"),
    ...sent.flatMap((request) => [
      element("p", { class: "where request" }, element("b", {}, request.method), " ", element("bdi", {}, request.path), ` → ${request.status}`),
      json(`${request.method} ${request.path}`, request.body),
    ]),
  ];
}

function json(label, value) {
  const pieces = JSON.stringify(value, null, 2)?.split(/("(?:[^"\\]|\\.)*"(?::)?)/) ?? ["nothing"];
  return element("pre", { class: "json", tabindex: "0", role: "region", "aria-label": label }, pieces.map((piece) => {
    if (!piece.startsWith('"')) return piece;
    return element("span", { class: piece.endsWith(":") ? "key" : "string" }, visible(piece));
  }));
}
