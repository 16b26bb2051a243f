// Whatever the server can tell, drawn: a channel that is told here and not by a bot, so that every kind is in it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { check } from "./axe.mjs";
import { openPage, startChromium, startPlayground } from "./playground.mjs";

const text = (text) => ({ kind: "text", text });
const paragraph = (...inline) => ({ kind: "paragraph", inline });
const button = (label, more = {}) => ({ kind: "button", label, emoji: null, style: "secondary", custom_id: label, url: null, is_disabled: false, ...more });
let playground, browser, person;

function message(id, blocks, more = {}) {
  return {
    id, author: { id: "9", name: "passim", is_bot: true }, written: "2026-01-02T03:04:05.000000+00:00", is_own: false, is_ephemeral: false, is_thinking: false,
    is_edited: false, pings_you: false, used: null, reply_to: null, notice: null, forwarded: null, blocks, embeds: [], rows: [], files: [], reactions: [],
    can: { edit: false, delete: true, reply: true, react: true }, has_proof: false, source: "", ...more,
  };
}

const MESSAGES = [
  message("10", [
    { kind: "heading", level: 1, inline: [text("A heading")] },
    paragraph({ kind: "bold", inline: [text("bold")] }, { kind: "italic", inline: [text("italic")] }, { kind: "underlined", inline: [text("underlined")] }, { kind: "struck", inline: [text("struck")] }, { kind: "break" }, { kind: "code", text: "code" }),
    paragraph({ kind: "spoiler", inline: [text("the secret")] }, { kind: "emoji", text: ":a:" }),
    paragraph({ kind: "link", url: "https://example.org/", inline: [text("fine")] }, { kind: "link", url: "javascript:alert(1)", inline: [text("bad")] }, { kind: "link", url: "data:text/html,x", inline: [text("worse")] }),
    paragraph(...["user", "role", "command", "everyone"].map((of) => ({ kind: "mention", of, text: `@${of}`, is_you: of === "user" })), { kind: "mention", of: "channel", id: "5", text: "#random" }),
    paragraph(...["t", "T", "d", "D", "f", "F", "R", null].map((style) => ({ kind: "time", seconds: 1790000000, style })), { kind: "time", seconds: 1e300, style: null }),
    { kind: "quote", blocks: [paragraph(text("quoted")), paragraph(text("on two lines"))] },
    { kind: "list", start: null, items: [[paragraph(text("one"))], [paragraph(text("two")), { kind: "list", start: 4, items: [[paragraph(text("four"))]] }]] },
    { kind: "code", language: "rust", text: "fn main() {}\n    <b>" },
    { kind: "small", inline: [text("small")] },
  ], { is_edited: true, reply_to: { id: "9", author: null, excerpt: null } }),
  message("11", [], { is_thinking: true, used: { by: "ann", name: "/ask" } }),
  message("12", [paragraph(text("choose"))], {
    is_ephemeral: true, pings_you: true, reply_to: { id: "10", author: "passim", excerpt: "A heading" },
    rows: [
      [button("One", { style: "primary" }), button("Two", { style: "danger" }), button("Off", { is_disabled: true }), button("Out", { style: "link", custom_id: null, url: "https://example.org/x" })],
      [{ kind: "select", custom_id: "which", placeholder: "Choose a document", options: [{ label: "First", value: "1", description: "the older", is_default: false }, { label: "Second", value: "2", description: null, is_default: false }], least: 1, most: 1, is_disabled: false }],
    ],
    files: [{ name: "unanswered.csv", bytes: 1536, url: "/api/file?person=1&message=12&number=0" }, { name: "odd.csv", bytes: 1, url: "https://elsewhere.example/" }],
    reactions: [{ emoji: "👀", by: ["passim"], is_yours: true }],
  }),
  message("13", [], { notice: "pinned a message to this channel", author: { id: "1", name: "ann", is_bot: false } }),
  message("14", [], { forwarded: [paragraph(text("sent on"))], embeds: [{ title: "An embed", description: "described", fields: [{ name: "field", value: "value" }] }] }),
];

before(async () => {
  playground = await startPlayground();
  browser = await startChromium();
  ({ person } = await (await fetch(`${playground.base}api/place`)).json());
});
after(async () => {
  await browser?.close();
  await playground?.stop();
});

async function openTold(theme) {
  const page = await openPage(browser, playground.base, { theme, height: 1800 });
  const told = { whole: true, messages: MESSAGES, gone: [], failures: ["/ask: the application did not respond"], typing: ["passim"] };
  await page.route("**/api/watch?*", (route) => route.fulfill({ contentType: "text/event-stream", body: `retry: 600000\nevent: channel\ndata: ${JSON.stringify(told)}\n\n` }));
  await page.evaluate(() => dispatchEvent(new HashChangeEvent("hashchange")));
  await page.locator("#m14").waitFor();
  return page;
}

for (const theme of ["light", "dark"]) {
  test(`every kind of message is drawn, and axe finds nothing, ${theme}`, async () => {
    const page = await openTold(theme);
    await check(page, "every kind");
    assert.deepEqual(await page.locator("#log a").evaluateAll((links) => links.map((link) => link.getAttribute("href"))),
      ["https://example.org/", "/api/file?person=1&message=12&number=0", null, "https://example.org/x"]);
    assert.equal(await page.locator("#log a[href^='https']").first().getAttribute("rel"), "noopener noreferrer");
    assert.match(await page.locator("#m10").innerText(), /The message was deleted/);
    assert.match(await page.locator("#m10 pre").innerText(), /<b>/);
    assert.equal(await page.locator("#m10 ol").getAttribute("start"), "4");
    assert.equal(await page.locator("#m10 .moment").count(), 8);
    assert.match(await page.locator("#m11").innerText(), /ann used\s+\/ask[\s\S]*passim is thinking/);
    assert.match(await page.locator("#m12").innerText(), /Only you can see this[\s\S]*Dismiss/);
    assert.match(await page.locator("#m13").innerText(), /ann pinned a message/);
    assert.equal(await page.locator("#typing").innerText(), "passim is typing…");
    assert.match(await page.locator("#connection").innerText(), /connection is lost/);

    assert.ok(await page.getByText("the secret").isHidden());
    await page.getByRole("button", { name: "Show the spoiler" }).click();
    assert.ok(await page.getByText("the secret").isVisible());
    await page.locator("#m12 .jump").click();
    assert.equal(await page.evaluate(() => document.activeElement.id), "m10");
    await page.locator("#failures").getByRole("button", { name: "Dismiss" }).click();
    assert.equal(await page.locator("#failures").innerText(), "");
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

test("choosing in a list sends its value, once something is chosen and not before", async () => {
  const page = await openTold("light");
  const sent = [];
  await page.route("**/api/choose", (route) => {
    sent.push(route.request().postDataJSON());
    return route.fulfill({ contentType: "application/json", body: '{"interaction":"1","form":null}' });
  });
  await page.getByRole("button", { name: "Choose a document" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(sent, []);
  await Promise.all([page.waitForResponse("**/api/choose"), page.keyboard.press("Enter")]);
  assert.deepEqual(sent, [{ person, message: "12", custom_id: "which", values: ["2"] }]);
  await page.context().close();
});
