// Draws messages and menus. Every node is made by `element` out of the JSON tree, and texts go into text nodes
// only: nothing that a document or a person wrote is ever read as markup, address or script.

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function button(label, run, attributes = {}) {
  return element("button", { type: "button", on: { click: run }, ...attributes }, label);
}

/// `act` is what people can do: reply, edit, remove, react, apps, press, choose, proof, jump, channel.
export function drawMessage(message, act) {
  const { author } = message;
  const classes = ["message", message.is_ephemeral && "is-ephemeral", message.pings_you && "pings-you"];
  return element(
    "article",
    { id: `m${message.id}`, class: classes.filter(Boolean).join(" "), tabindex: "-1", "aria-label": spokenName(message) },
    above(message, act),
    element("span", { class: author.is_bot ? "avatar of-bot" : `avatar hue-${hue(author.name)}`, "aria-hidden": "true" },
      author.is_bot ? "¶" : author.name.slice(0, 1)),
    element("div", { class: "by" },
      element("bdi", { class: "author" }, author.name),
      author.is_bot && element("span", { class: "bot-mark" }, "BOT"),
      writtenAt(message.written)),
    actions(message, act),
    element("div", { class: "body" }, body(message, act)),
  );
}

function spokenName(message) {
  const who = `${message.author.name}, ${clock(message.written)}`;
  return message.is_ephemeral ? `${who}, only you can see this` : who;
}

function hue(name) {
  return [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 4;
}

function above(message, act) {
  if (message.used) {
    return element("p", { class: "above" }, element("bdi", {}, message.used.by), " used ", element("span", { class: "mention" }, message.used.name));
  }
  if (!message.reply_to) return null;
  const { id, author, excerpt } = message.reply_to;
  if (author === null) return element("p", { class: "above" }, "The message was deleted");
  return element("p", { class: "above" },
    button([element("b", {}, `Reply to ${author}`), " ", element("bdi", {}, excerpt ?? "")], () => act.jump(id), { class: "jump", "data-key": "jump" }));
}

function writtenAt(written) {
  return element("time", { datetime: written, title: new Date(written).toLocaleString() }, clock(written));
}

function clock(written) {
  const date = new Date(written);
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString([], isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
}

function actions(message, act) {
  if (message.is_thinking) return null;
  const of = ` the message of ${message.author.name}, ${clock(message.written)}`;
  // Where a source is quoted the proof is offered at once; elsewhere it is only what was sent, for who looks for it.
  const hasQuote = message.blocks.some((block) => block.kind === "quote");
  const openMore = (event) => openMenu(event.currentTarget, "Message", entriesOf(message, act));
  return element("div", { class: "actions" },
    message.can.reply && button("Reply", () => act.reply(message), { "data-key": "reply", "aria-label": `Reply to${of}` }),
    button("More", openMore, { "data-key": "more", "aria-haspopup": "menu", "aria-label": `More for${of}` }),
    message.has_proof && button("Proof", () => act.proof(message), { class: hasQuote ? "proof" : null, "data-key": "proof", "aria-label": `Proof of${of}` }));
}

function entriesOf(message, act) {
  const { can } = message;
  return [
    can.reply && { label: "Reply", run: () => act.reply(message) },
    can.react && { label: "React", opens: true, run: (anchor) => chooseReaction(anchor, message, act) },
    can.edit && { label: "Edit", run: () => act.edit(message) },
    message.has_proof && { label: "Proof", run: () => act.proof(message) },
    ...act.menu().map((entry) => ({ label: entry, group: "Apps", run: () => act.apps(message, entry) })),
    can.delete && { label: message.is_ephemeral ? "Dismiss" : "Delete", isDangerous: true, run: () => act.remove(message) },
  ].filter(Boolean);
}

function chooseReaction(anchor, message, act) {
  const emojis = [["👍", "thumbs up"], ["👎", "thumbs down"], ["❤️", "heart"], ["🎉", "party"], ["👀", "eyes"], ["❓", "question"]];
  openMenu(anchor, "React", emojis.map(([emoji, name]) => ({ label: `${emoji} ${name}`, run: () => act.react(message, emoji) })));
}

function body(message, act) {
  if (message.notice) return element("p", { class: "notice" }, element("bdi", {}, message.author.name), " ", message.notice);
  return [
    message.is_thinking && element("p", { class: "thinking" }, `${message.author.name} is thinking`, element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i"))),
    message.forwarded && element("div", { class: "forwarded" }, element("p", { class: "small" }, "Forwarded"), blocks(message.forwarded, act)),
    blocks(message.blocks, act),
    message.is_edited && element("span", { class: "edited" }, "(edited)"),
    message.embeds.map(drawEmbed),
    message.files.map(drawFile),
    message.rows.map((row, number) => element("div", { class: "row", role: "group", "aria-label": `Buttons ${number + 1}` }, row.map((component) => drawComponent(component, message, act)))),
    message.reactions.length > 0 && element("div", { class: "reactions" }, message.reactions.map((reaction) => drawReaction(reaction, message, act))),
    message.is_ephemeral && !message.is_thinking && element("p", { class: "only-you" },
      element("span", { class: "eye", "aria-hidden": "true" }), "Only you can see this · ",
      message.can.delete && button("Dismiss", () => act.remove(message), { class: "as-link", "data-key": "dismiss" })),
  ];
}

function drawEmbed(embed) {
  return element("div", { class: "embed" },
    embed.title && element("p", {}, element("b", {}, embed.title)),
    embed.description && element("p", {}, embed.description),
    (embed.fields ?? []).map((field) => element("p", {}, element("b", {}, field.name), element("br"), field.value)));
}

function drawFile(file) {
  const isOurs = file.url.startsWith("/api/file?");
  return element("p", { class: "file" }, element("a", { href: isOurs ? file.url : null, download: file.name }, element("bdi", {}, file.name)), ` ${size(file.bytes)}`);
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toLocaleString([], { maximumFractionDigits: 1 })} KB`;
}

function drawReaction(reaction, message, act) {
  const attributes = { class: "chip", "aria-pressed": String(reaction.is_yours), title: reaction.by.join(", "), "data-key": `react ${reaction.emoji}` };
  return button(`${reaction.emoji} ${reaction.by.length}`, () => act.react(message, reaction.emoji), attributes);
}

function drawComponent(component, message, act) {
  if (component.kind === "select") return drawSelect(component, message, act);
  const label = [component.emoji, component.label].filter(Boolean).join(" ");
  if (component.url) return link(component.url, [label, element("span", { "aria-hidden": "true" }, " ↗")], "component is-link");
  return button(label, (event) => act.press(message, component.custom_id, event.currentTarget),
    { class: `component is-${component.style}`, disabled: component.is_disabled, "data-key": `press ${component.custom_id}` });
}

// A menu and no <select>: there, going through the list with the arrow keys would choose, and so send, each entry.
function drawSelect(component, message, act) {
  const attributes = { class: "component is-select", disabled: component.is_disabled, "aria-haspopup": "menu", "data-key": `choose ${component.custom_id}` };
  const chosen = component.options.filter((option) => option.is_default).map((option) => option.label).join(", ");
  const label = [chosen || component.placeholder || "Choose", element("span", { "aria-hidden": "true" }, " ▾")];
  if (component.most > 1) return drawMultiple(component, message, act);
  return button(label, (event) => openMenu(event.currentTarget, component.placeholder ?? "Choose", component.options.map((option) => ({
    label: option.label, description: option.description, run: () => act.choose(message, component.custom_id, [option.value]),
  }))), attributes);
}

function drawMultiple(component, message, act) {
  const list = element("select", { multiple: true, "aria-label": component.placeholder ?? "Choose", disabled: component.is_disabled },
    component.options.map((option) => element("option", { value: option.value, selected: option.is_default }, option.label)));
  return [list, button("Choose", () => act.choose(message, component.custom_id, [...list.selectedOptions].map((option) => option.value)), { class: "component is-secondary" })];
}

/// Blocks as Discord shows its Markdown.
function blocks(list, act) {
  return list.map((block) => drawBlock(block, act));
}

function drawBlock(block, act) {
  switch (block.kind) {
    case "paragraph": return element("p", { dir: "auto" }, inlines(block.inline, act));
    // No <h2>: a message must not break into the outline of the page.
    case "heading": return element("p", { dir: "auto", class: `heading level-${Number(block.level)}` }, element("strong", {}, inlines(block.inline, act)));
    case "small": return element("p", { dir: "auto", class: "small" }, inlines(block.inline, act));
    case "quote": return element("blockquote", {}, blocks(block.blocks, act));
    case "list": return element(block.start === null ? "ul" : "ol", { start: block.start }, block.items.map((item) => element("li", {}, blocks(item, act))));
    case "code": return element("pre", { tabindex: "0", role: "region", "aria-label": "Code" }, element("code", {}, block.text));
    default: return null;
  }
}

function inlines(list, act) {
  return list.map((inline) => drawInline(inline, act));
}

const WRAPPERS = { bold: "strong", italic: "em", underlined: "u", struck: "s" };

function drawInline(inline, act) {
  switch (inline.kind) {
    case "text": return inline.text;
    case "break": return element("br");
    case "bold": case "italic": case "underlined": case "struck": return element(WRAPPERS[inline.kind], {}, inlines(inline.inline, act));
    case "spoiler": return drawSpoiler(inlines(inline.inline, act));
    case "code": return element("code", {}, inline.text);
    case "link": return link(inline.url, inlines(inline.inline, act), null);
    case "mention": return drawMention(inline, act);
    case "time": return drawTime(inline);
    case "emoji": return inline.text;
    default: return null;
  }
}

// Only web addresses become links; any other scheme stays the text that it is.
function link(url, children, className) {
  const isWeb = /^https?:\/\//i.test(url);
  if (!isWeb) return element("span", { class: className }, children);
  return element("a", { class: className, href: url, target: "_blank", rel: "noopener noreferrer", title: url }, children);
}

function drawSpoiler(children) {
  const hidden = element("span", { class: "spoiler-text", hidden: true }, children);
  const cover = button("Spoiler", () => { cover.hidden = true; hidden.hidden = false; }, { class: "spoiler", "aria-label": "Show the spoiler" });
  return [cover, hidden];
}

function drawMention(mention, act) {
  const attributes = { class: mention.is_you ? "mention is-you" : "mention" };
  if (mention.of === "channel" && mention.id) return button(mention.text, () => act.channel(mention.id), attributes);
  return element("span", attributes, mention.text);
}

const TIME_STYLES = {
  t: { timeStyle: "short" }, T: { timeStyle: "medium" }, d: { dateStyle: "short" }, D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" }, F: { dateStyle: "full", timeStyle: "short" },
};

function drawTime(time) {
  const date = new Date(time.seconds * 1000);
  if (Number.isNaN(date.getTime())) return "Invalid date";
  const text = time.style === "R" ? relative(date) : date.toLocaleString([], TIME_STYLES[time.style] ?? TIME_STYLES.f);
  return element("time", { datetime: date.toISOString(), title: date.toLocaleString([], TIME_STYLES.F), class: "moment" }, text);
}

const UNITS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function relative(date) {
  const seconds = (date.getTime() - Date.now()) / 1000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(seconds / length), unit);
}

/// A menu at its button: entries with `label` and `run`, and perhaps `description`, `group`, `isDangerous`, `opens`.
export function openMenu(anchor, label, entries) {
  const menu = document.getElementById("menu");
  const items = entries.map((entry) => menuItem(menu, anchor, entry));
  const heads = new Set(items.filter((item, at) => entries[at].group && entries[at].group !== entries[at - 1]?.group));
  menu.replaceChildren(...items.flatMap((item) => heads.has(item) ? [element("div", { class: "group", role: "separator" }), item] : [item]));
  menu.setAttribute("aria-label", label);
  menu.onkeydown = (event) => moveInMenu(event, menu, items, anchor);
  menu.hidePopover();
  menu.showPopover();
  place(menu, anchor);
  items[0]?.focus();
}

function menuItem(menu, anchor, entry) {
  const run = () => {
    menu.hidePopover();
    anchor.focus();
    entry.run(anchor);
  };
  const attributes = { role: "menuitem", tabindex: "-1", class: entry.isDangerous ? "is-dangerous" : null, "aria-haspopup": entry.opens ? "menu" : null };
  return button([entry.group && element("span", { class: "in-group" }, `${entry.group} › `), entry.label, entry.description && element("small", {}, entry.description)], run, attributes);
}

function moveInMenu(event, menu, items, anchor) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) items.at(to % items.length).focus();
  else if (event.key === "Escape" || event.key === "Tab") {
    menu.hidePopover();
    anchor.focus();
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function place(menu, anchor) {
  const button = anchor.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = button.bottom + 4;
  const top = below + height > innerHeight - 8 ? Math.max(8, button.top - height - 4) : below;
  menu.style.top = `${top}px`;
  menu.style.left = `${Math.max(8, Math.min(button.left, innerWidth - width - 8))}px`;
}
