// Documents that try to run something, to point elsewhere, to mention people or to pass for the bot or the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, command, openPage, press, say, together } from "./playground.mjs";

const QUESTIONS = [
  "How much is the harbour fee?", "Who is the crane operator?", "When does the quay close in winter?", "How much is the mooring deposit?",
  "Who is the night watchman?", "What is the storm signal?", "How many people does the pilot boat carry?", "When does the lock gate open?",
  "How much does the ferry ticket cost?", "How much does the anchor weigh?",
];
/// What the page itself draws; anything else came out of a document.
const TAGS = ["a", "article", "b", "bdi", "blockquote", "br", "button", "code", "div", "em", "i", "li", "ol", "p", "pre", "s", "small", "span", "strong", "time", "u", "ul"];
const there = together("tests/browser/hostile");

test("nothing that stands in a document runs, loads, mentions or is forged", async () => {
  const page = await openPage(there.browser, there.base);
  for (const question of QUESTIONS) {
    const answer = await ask(page, question);
    const labels = await answer.locator(".row button").allInnerTexts();
    assert.ok(labels.every((label) => ["Passage", "Ask on", "Helpful", "Not helpful", "More", "Tell me"].includes(label)), labels.join());
    if (labels.includes("Passage")) await press(page, answer, "Passage");
  }
  for (const looked of ["/search harbour", "/search mooring", "/search lock gate", "/source 002", "/source 003", "/passim sources"]) await command(page, looked);
  await say(page, "<script>alert(7)</script> [a](javascript:alert(8)) <img src=x onerror=alert(9)>");
  await page.locator(".message", { hasText: "alert(7)" }).waitFor();

  const drawn = await page.evaluate(() => {
    const log = document.getElementById("log");
    return {
      tags: [...new Set([...log.querySelectorAll("*")].map((node) => node.localName))],
      handlers: [...document.querySelectorAll("*")].flatMap((node) => node.getAttributeNames()).filter((name) => name.startsWith("on") || name === "style" && false),
      links: [...log.querySelectorAll("a")].map((link) => [link.getAttribute("href"), link.rel, link.target]),
      mentions: [...log.querySelectorAll(".message:has(.of-bot) .mention")].map((mention) => mention.textContent),
      spoilers: log.querySelectorAll(".spoiler").length,
      bots: log.querySelectorAll(".bot-mark").length,
      ofBot: log.querySelectorAll(".avatar.of-bot").length,
      scripts: [...document.scripts].map((script) => script.getAttribute("src")),
    };
  });
  assert.deepEqual(drawn.tags.filter((tag) => !TAGS.includes(tag)), []);
  assert.deepEqual(drawn.handlers, []);
  assert.deepEqual(drawn.links, [], "the documents have no url of their own, so that the bot links nowhere");
  assert.deepEqual(drawn.mentions.filter((mention) => !mention.startsWith("/")), []);
  assert.equal(drawn.spoilers, 0);
  assert.equal(drawn.bots, drawn.ofBot);
  assert.deepEqual(drawn.scripts, ["/page.js"]);

  for (const proof of await page.locator('[data-key="proof"]').all()) {
    await proof.click();
    await page.locator("#tab-sources").waitFor();
    for (const tab of ["why", "answer", "requests", "sources"]) await page.click(`#tab-${tab}`);
    assert.equal(await page.locator("#proof").locator("script, img, iframe, svg, a").count(), 0);
    await page.keyboard.press("Escape");
  }
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("controls that turn text are shown by their number in the cited file", async () => {
  const page = await openPage(there.browser, there.base);
  const answer = await ask(page, "When does the lock gate open?");
  await answer.locator('[data-key="proof"]').click();
  await page.locator("#proof .control").first().waitFor();
  assert.match(await page.locator("#proof pre.cited").first().innerText(), /U\+202E03:60/);
  assert.doesNotMatch(await page.locator("#proof").innerText(), /[\u202A-\u202E\u2066-\u2069]/);
  assert.doesNotMatch(await answer.locator(".body").innerText(), /[\u202A-\u202E\u2066-\u2069]/);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("the page tells the browser to run and load nothing but itself", async () => {
  const { headers } = await fetch(there.base);
  const policy = headers.get("content-security-policy");
  for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]) assert.ok(policy.includes(rule), policy);
  assert.doesNotMatch(policy, /unsafe|data:|\*/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});
