// The page: who looks at which channel (both stand in the address, so that a reload comes back and two tabs are
// independent), what the server tells of it, and what people do there.

import { button, drawMessage, element } from "./message.js";
import { createComposer, openForm } from "./composer.js";
import { createProof } from "./proof.js";

const $ = (id) => document.getElementById(id);
const RECONNECT_PAUSE_MS = 1000;

let place = null;
let channel = null;
let menu = [];
let watch = null;
/// What is shown, by id: the node, and the message as JSON, so that only what changed is drawn again.
const shown = new Map();

// Requests

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The playground does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `The playground answered with the status ${response.status}.`);
  return answer;
}

function post(path, body) {
  return request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ person: place.person, ...body }) });
}

function query(path, values) {
  return request(`${path}?${new URLSearchParams(values)}`);
}

async function interact(path, body) {
  const answer = await post(path, body);
  if (answer.form) openForm($("form"), answer.form, (fields) => interact("/api/submit", { interaction: answer.interaction, fields }));
}

// What went wrong

function complain(text) {
  const dismiss = button("Dismiss", () => {
    $("error").replaceChildren();
    $("text").focus();
  }, { class: "as-link" });
  $("error").replaceChildren(element("p", {}, text), dismiss);
}

async function attempt(action, control) {
  if (control?.getAttribute("aria-busy") === "true") return;
  control?.setAttribute("aria-busy", "true");
  try {
    await action();
  } catch (error) {
    complain(error.message);
  }
  control?.removeAttribute("aria-busy");
}

let dismissedFailures = 0;

function showFailures(failures) {
  dismissedFailures = Math.min(dismissedFailures, failures.length);
  const fresh = failures.slice(dismissedFailures);
  const dismiss = button("Dismiss", () => {
    dismissedFailures = failures.length;
    showFailures(failures);
  }, { class: "as-link" });
  const lines = fresh.map((failure) => element("p", {}, failure));
  if ($("failures").childElementCount === 0 && fresh.length === 0) return;
  $("failures").replaceChildren(...(fresh.length > 0 ? [...lines, dismiss] : []));
}

// What people do

const composer = createComposer({
  say: (text, replyTo, ping) => post("/api/say", { channel: channel.id, text, reply_to: replyTo, ping }),
  edit: (message, text) => post("/api/edit", { message: message.id, text }),
  invoke: (command, options) => interact("/api/invoke", { channel: channel.id, command, options }),
  complete: (command, options, focused) => post("/api/complete", { channel: channel.id, command, options, focused }),
  attach: async (file) => {
    const address = `/api/attach?${new URLSearchParams({ person: place.person, name: file.name })}`;
    const { id } = await request(address, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });
    return id;
  },
}, complain);

const proof = createProof($("proof"), (message) => query("/api/proof", { person: place.person, message: message.id }));

const act = {
  reply: composer.reply,
  edit: composer.edit,
  remove: (message) => attempt(() => post("/api/delete", { message: message.id })),
  react: (message, emoji) => attempt(() => post("/api/react", { message: message.id, emoji })),
  menu: () => menu,
  apps: (message, entry) => attempt(() => interact("/api/menu", { message: message.id, entry })),
  press: (message, customId, control) => attempt(() => interact("/api/press", { message: message.id, custom_id: customId }), control),
  choose: (message, customId, values) => attempt(() => interact("/api/choose", { message: message.id, custom_id: customId, values })),
  proof: (message) => proof.open(message, document.activeElement),
  jump,
  channel: (id) => go(place.person, id),
};

function jump(id) {
  const node = shown.get(id)?.node;
  if (!node) return complain("That message is not in this channel any more.");
  node.scrollIntoView({ block: "center" });
  node.focus({ preventScroll: true });
  node.classList.add("is-target");
  setTimeout(() => node.classList.remove("is-target"), 1500);
}

// Messages

const log = $("log");
let isAtBottom = true;

/// Ids count up: the shorter one is older, then the smaller one.
function isOlder(a, b) {
  return a.length === b.length ? a < b : a.length < b.length;
}

function update(change) {
  log.ariaBusy = "false";
  if (change.whole) forgetOthers(new Set(change.messages.map((message) => message.id)));
  for (const id of change.gone) forget(id);
  const hasNew = change.messages.filter((message) => show(message)).length > 0;
  showFailures(change.failures);
  const typing = change.typing.length > 0 ? `${change.typing.join(" and ")} ${change.typing.length > 1 ? "are" : "is"} typing…` : "";
  if ($("typing").textContent !== typing) $("typing").textContent = typing;
  welcome();
  if (isAtBottom) toBottom();
  else if (hasNew) $("new-messages").hidden = false;
}

/// Whether the message is new.
function show(message) {
  const json = JSON.stringify(message);
  const before = shown.get(message.id);
  if (before?.json === json) return false;
  const node = drawMessage(message, act);
  shown.set(message.id, { node, json });
  if (before) replace(before.node, node);
  else insert(message.id, node);
  return !before;
}

// Whoever stands on a button of a message that changes keeps standing there.
function replace(old, node) {
  const key = old.contains(document.activeElement) ? document.activeElement.dataset.key ?? "" : null;
  old.replaceWith(node);
  if (key === null) return;
  const again = [...node.querySelectorAll("[data-key]")].find((control) => control.dataset.key === key);
  (again ?? node).focus({ preventScroll: true });
}

function insert(id, node) {
  let after = log.lastElementChild;
  while (after?.matches(".message") && isOlder(id, after.id.slice(1))) after = after.previousElementSibling;
  if (after) after.after(node);
  else log.prepend(node);
}

function forget(id) {
  const entry = shown.get(id);
  if (!entry) return;
  if (entry.node.contains(document.activeElement)) $("text").focus();
  entry.node.remove();
  shown.delete(id);
}

function forgetOthers(ids) {
  for (const id of [...shown.keys()]) if (!ids.has(id)) forget(id);
}

function toBottom() {
  log.scrollTop = log.scrollHeight;
  $("new-messages").hidden = true;
}

log.addEventListener("scroll", () => {
  isAtBottom = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  if (isAtBottom) $("new-messages").hidden = true;
});
// What changes the height of the log or of the composer must not carry the newest message out of sight.
new ResizeObserver(() => isAtBottom && toBottom()).observe(log);
$("new-messages").addEventListener("click", () => {
  toBottom();
  $("text").focus();
});

function welcome() {
  const there = document.querySelector(".welcome");
  if (shown.size > 0) return there?.remove();
  if (there) return;
  const mention = channel.kind === "direct" ? "" : `@${place.bot.name} `;
  log.append(element("section", { class: "welcome", "aria-label": "Welcome" },
    element("p", { class: "welcome-mark", "aria-hidden": "true" }, "¶"),
    element("h2", {}, "Nothing was asked here yet"),
    element("p", {}, `This is ${place.bot.name} as people will see it, in a chat on this machine: the same bot, your documents, no account. Nothing leaves this machine.`),
    element("ul", {},
      tryOut(mention === "" ? "Ask a question" : mention.trim(), "a question in your own words; reply to the answer to go on from there", mention),
      tryOut("/search", "finds passages, and completes while you type", "/search "),
      tryOut("/passim sources", "lists what has been read", "/passim sources "))));
}

function tryOut(label, says, fill) {
  return element("li", {}, button(label, () => composer.fill(fill), { class: "try" }), element("span", {}, says));
}

// The connection

// Browsers keep six connections to one address: tabs that nobody looks at hold none.
document.addEventListener("visibilitychange", async () => {
  if (document.hidden) return watch?.close();
  if (!channel) return;
  connect();
  await reloadPlace();
  loadCommands();
});

function connect() {
  watch?.close();
  if (document.hidden) return;
  const mine = new EventSource(`/api/watch?${new URLSearchParams({ person: place.person, channel: channel.id })}`);
  watch = mine;
  mine.addEventListener("open", () => tell("connection", ""));
  mine.addEventListener("channel", (event) => update(JSON.parse(event.data)));
  mine.addEventListener("channels", reloadPlace);
  mine.addEventListener("error", () => {
    if (watch !== mine) return;
    tell("connection", "The connection is lost. Trying again…");
    // The browser gives up after an answer that is no event stream; what restarts may give one for a moment.
    if (mine.readyState === EventSource.CLOSED) setTimeout(() => watch === mine && connect(), RECONNECT_PAUSE_MS);
  });
}

function tell(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

async function loadCommands() {
  const values = { person: place.person, channel: channel.id };
  try {
    const shownHere = await query("/api/commands", values);
    if (values.person !== place.person || values.channel !== channel.id) return;
    menu = shownHere.menu;
    composer.setCommands(shownHere.commands);
  } catch (error) {
    complain(error.message);
  }
}

async function loadPlace(person) {
  place = await query("/api/place", person ? { person } : {});
  const { folder, documents } = place.corpus;
  $("corpus").title = folder;
  tell("corpus", `${folder.split(/[\\/]/).filter(Boolean).at(-1) ?? folder} · ${documents} ${documents === 1 ? "document" : "documents"}`);
}

async function reloadPlace() {
  try {
    await loadPlace(place.person);
    drawPlace();
  } catch (error) {
    complain(error.message);
  }
}

// Where people are

function address(person, id) {
  return `#${new URLSearchParams({ person, channel: id })}`;
}

function go(person, id) {
  location.hash = address(person, id);
}

async function follow() {
  log.ariaBusy = "true";
  const wanted = new URLSearchParams(location.hash.slice(1));
  try {
    await loadPlace(wanted.get("person") ?? "").catch(() => loadPlace(""));
  } catch (error) {
    complain(error.message);
    return setTimeout(follow, RECONNECT_PAUSE_MS);
  }
  // Direct messages are another channel for each person: whoever switches there stays with the bot.
  const counterpart = place.channels.find((one) => channel?.kind === "direct" && one.kind === "direct");
  channel = place.channels.find((one) => one.id === wanted.get("channel")) ?? counterpart ?? place.channels[0];
  history.replaceState(null, "", address(place.person, channel.id));
  proof.isOpen() && proof.close();
  for (const id of [...shown.keys()]) forget(id);
  document.querySelector(".welcome")?.remove();
  $("error").replaceChildren();
  isAtBottom = true;
  drawPlace();
  composer.enter(place, nameOf(channel));
  connect();
  loadCommands();
}

function nameOf(one) {
  return one.kind === "text" ? `#${one.name}` : one.name;
}

function drawPlace() {
  channel = place.channels.find((one) => one.id === channel.id) ?? channel;
  const me = place.people.find((person) => person.id === place.person);
  $("channel-name").replaceChildren(element("span", { class: `sign is-${channel.kind}`, "aria-hidden": "true" }), element("bdi", {}, channel.name));
  document.title = `${nameOf(channel)} · passim playground`;
  $("channels").replaceChildren(
    element("h2", {}, place.guild.name), element("ul", {}, place.channels.filter((one) => one.kind === "text").map(drawChannel)),
    element("h2", {}, "Direct messages"), element("ul", {}, place.channels.filter((one) => one.kind === "direct").map(drawChannel)));
  $("new-thread").hidden = channel.kind === "direct";
  $("people").replaceChildren(element("legend", {}, "You are"), ...place.people.map((person) => drawPerson(person, person.id === me?.id)));
}

function drawChannel(one) {
  const threads = place.channels.filter((other) => other.kind === "thread" && other.parent === one.id);
  return element("li", {},
    element("a", { href: address(place.person, one.id), class: `channel is-${one.kind}`, "aria-current": one.id === channel.id ? "page" : null, on: { click: closePlaces } },
      element("span", { class: `sign is-${one.kind}`, "aria-hidden": "true" }), element("bdi", {}, one.name)),
    threads.length > 0 && element("ul", {}, threads.map(drawChannel)));
}

function drawPerson(person, isMe) {
  const input = element("input", { type: "radio", name: "person", value: person.id, checked: isMe, on: { change: () => go(person.id, channel.id) } });
  return element("label", {}, input, element("span", {}, element("b", {}, person.name), ` ${person.role}`));
}

$("new-thread").addEventListener("click", () => {
  const form = { title: "New thread", inputs: [{ custom_id: "name", label: "Name", is_long: false, is_required: true, placeholder: null, value: null, least: 1, most: 100 }] };
  const parent = channel.kind === "thread" ? channel.parent : channel.id;
  closePlaces();
  openForm($("form"), form, async ({ name }) => {
    const { id } = await post("/api/thread", { channel: parent, name });
    go(place.person, id);
  });
});

// The drawer of narrow screens

const isNarrow = matchMedia("(max-width: 760px)");

function openPlaces() {
  document.body.classList.add("shows-places");
  $("open-places").setAttribute("aria-expanded", "true");
  ($("channels").querySelector("[aria-current]") ?? $("new-thread")).focus();
}

function closePlaces() {
  const isInside = $("places").contains(document.activeElement);
  const wasOpen = document.body.classList.contains("shows-places");
  document.body.classList.remove("shows-places");
  $("open-places").setAttribute("aria-expanded", "false");
  if (wasOpen && isInside) $("open-places").focus();
}

$("open-places").addEventListener("click", openPlaces);
$("places").addEventListener("focusout", (event) => {
  if (event.relatedTarget && !$("places").contains(event.relatedTarget)) closePlaces();
});
document.addEventListener("keydown", (event) => event.key === "Escape" && closePlaces());
document.addEventListener("pointerdown", (event) => {
  if (document.body.classList.contains("shows-places") && !$("places").contains(event.target)) {
    event.preventDefault();
    closePlaces();
  }
});
isNarrow.addEventListener("change", closePlaces);

// Light and dark

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").value = theme;
}

$("theme").addEventListener("change", () => {
  setTheme($("theme").value);
  try {
    localStorage.setItem("theme", $("theme").value);
  } catch { /* A browser that keeps nothing shows it until the reload. */ }
});
try {
  setTheme(localStorage.getItem("theme") ?? "");
} catch {
  setTheme("");
}

$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  $("text").focus();
});
addEventListener("hashchange", follow);
follow();
