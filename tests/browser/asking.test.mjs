import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { answerAfter, ask, become, command, newestOfBot, openPage, press, say, together, write } from "./playground.mjs";

const QUESTION = "How many years of guarantees were agreed?";
const there = together();
let page;

beforeEach(async () => { page = await openPage(there.browser, there.base); });
afterEach(async () => {
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("a mention is answered with the sentence that says it", async () => {
  const answer = await ask(page, QUESTION);
  assert.match(await answer.locator(".body").innerText(), /15 years agreed, per source 004/);
  assert.match(await answer.locator("blockquote").first().innerText(), /15 years had been agreed\./);
  assert.equal(await answer.locator(".bot-mark").innerText(), "BOT");
  assert.match(await answer.locator(".above").innerText(), /Reply to ann/);
});

test("a reply goes on from the answer", async () => {
  const answer = await ask(page, QUESTION);
  await answer.hover();
  await answer.locator('[data-key="reply"]').click();
  assert.equal(await page.locator("#context-says").innerText(), "Replying to passim");
  const last = await newestOfBot(page);
  await say(page, "and how many had he asked for?");
  const next = await answerAfter(page, last);
  assert.match(await next.innerText(), /Understood as/);
  assert.ok(await page.locator("#context").isHidden());
});

test("/search completes while it is typed, and a chosen title is looked up", async () => {
  const last = await newestOfBot(page);
  await page.locator("#text").pressSequentially("/sea");
  await page.locator('#suggestions [role="option"]', { hasText: "/search" }).waitFor();
  await page.keyboard.press("Enter");
  const query = page.locator("#option-query");
  await query.pressSequentially("guarant");
  const first = page.locator('#suggestions [role="option"]').first();
  await first.waitFor();
  assert.equal(await query.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("ArrowDown");
  assert.equal(await query.getAttribute("aria-activedescendant"), await first.getAttribute("id"));
  const name = await first.innerText();
  await page.keyboard.press("Enter");
  assert.equal(await query.inputValue(), name);
  await page.keyboard.press("Enter");
  const found = await answerAfter(page, last);
  assert.match(await found.innerText(), /Only you can see this/);
  assert.ok(await found.locator("blockquote").count() > 0);
});

test("a required option that is missing is said in words, and takes the focus", async () => {
  await page.fill("#text", "/search ");
  await page.locator("#option-query").waitFor();
  await page.keyboard.press("Enter");
  await page.locator("#error p").waitFor();
  assert.match(await page.locator("#error").innerText(), /The option query is missing/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "option-query");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#message-form").isVisible());
});

test("each button of an answer does what it says", async () => {
  const answer = await ask(page, QUESTION);
  const passage = await press(page, answer, "Passage");
  assert.match(await passage.innerText(), /asked US President Donald Trump/);
  assert.match(await passage.innerText(), /Only you can see this/);
  assert.match(await (await press(page, answer, "Helpful")).innerText(), /Thank you/);
  const disliked = await press(page, answer, "Not helpful");
  assert.match(await disliked.innerText(), /Thank you/);

  await disliked.getByRole("button", { name: "Say why" }).click();
  await page.locator("#form input, #form textarea").first().fill("It was short.");
  const beforeRemark = await newestOfBot(page);
  await page.locator("#form .send").click();
  assert.match(await (await answerAfter(page, beforeRemark)).innerText(), /reads it, without your name/);

  const more = await pressMore(answer);
  for (const [label, expected] of [["Other sources", /source|Other|No other/i], ["Why", /How the answer to/], ["Verify", /still says it/]]) {
    assert.match(await (await press(page, more, label)).innerText(), expected);
  }
  await more.getByRole("button", { name: "Withdraw", exact: true }).click();
  await page.locator("#form").getByRole("heading", { name: "Withdraw this answer" }).waitFor();
  await page.locator("#form").getByRole("button", { name: "Cancel" }).click();
  await more.getByRole("button", { name: "Remove", exact: true }).click();
  await answer.waitFor({ state: "detached" });
});

// The message has a "More" of its own in its actions; the bot's stands in a row.
async function pressMore(answer) {
  const last = await newestOfBot(page);
  await answer.locator(".row").getByRole("button", { name: "More", exact: true }).click();
  return answerAfter(page, last);
}

test("“Ask on” opens a form that cannot be sent empty, and whose question is answered", async () => {
  const answer = await ask(page, QUESTION);
  await answer.getByRole("button", { name: "Ask on" }).click();
  const field = page.locator("#form textarea, #form input").first();
  await page.locator("#form .send").click();
  assert.match(await page.locator("#form .form-error").innerText(), /is empty/);
  await field.fill("and who asked for 50?");
  const last = await newestOfBot(page);
  await page.locator("#form .send").click();
  const next = await answerAfter(page, last);
  assert.match(await next.innerText(), /and who asked for 50\?/);
  await page.locator("#form").waitFor({ state: "hidden" });
});

test("an answer that one person asked for out of a message's menu can be shared", async () => {
  const message = await write(page, QUESTION);
  const last = await newestOfBot(page);
  await openMenuOf(message);
  await page.getByRole("menuitem", { name: "Ask the sources about this" }).click();
  const own = await answerAfter(page, last);
  assert.match(await own.innerText(), /Only you can see this/);
  const bob = await openPage(there.browser, there.base, { hash: (await hashOf(page)).replace(/person=\d+/, `person=${await idOf("bob")}`) });
  assert.equal(await bob.locator(`#${await own.getAttribute("id")}`).count(), 0);
  const shared = await press(page, own, "Share");
  await bob.locator(`#${await shared.getAttribute("id")}`).waitFor();
  assert.deepEqual(bob.problems, []);
  await bob.context().close();
});

test("/reindex reads the documents for ann, who operates, and is refused to bob", async () => {
  const done = await command(page, "/reindex");
  await done.locator("strong", { hasText: "Done" }).waitFor();
  assert.match(await done.innerText(), /5 documents/);
  await become(page, "bob");
  // Discord shows it to those who manage the server; to others it is not there.
  await page.fill("#text", "/reindex ");
  await page.press("#text", "Enter");
  assert.match(await page.locator("#error").innerText(), /There is no command \/reindex here/);
  assert.equal(await page.inputValue("#text"), "/reindex ");
  const asked = await fetch(`${there.base}api/invoke`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ person: await idOf("bob"), channel: new URLSearchParams((await hashOf(page)).slice(1)).get("channel"), command: "reindex", options: {} }),
  });
  assert.equal(asked.status, 409);
  assert.match((await asked.json()).error, /bob cannot reindex: the permission for it is missing/);
});

test("a message is edited, gets a reaction, and is deleted, by its menu", async () => {
  const message = await write(page, "A first word");
  const id = await message.getAttribute("id");
  await openMenuOf(message);
  await page.getByRole("menuitem", { name: "Edit" }).click();
  assert.equal(await page.inputValue("#text"), "A first word");
  await say(page, "A second word");
  await page.locator(`#${id} .edited`).waitFor();
  assert.match(await page.locator(`#${id}`).innerText(), /A second word/);
  await openMenuOf(page.locator(`#${id}`));
  await page.getByRole("menuitem", { name: "React" }).click();
  await page.getByRole("menuitem", { name: "eyes" }).click();
  await page.locator(`#${id} .chip`).waitFor();
  assert.equal(await page.locator(`#${id} .chip`).getAttribute("aria-pressed"), "true");
  await openMenuOf(page.locator(`#${id}`));
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.locator(`#${id}`).waitFor({ state: "detached" });
});

test("a new thread is a channel of its own, in which the bot answers", async () => {
  await page.click("#new-thread");
  await page.fill("#form-name", "Guarantees");
  await page.locator("#form .send").click();
  await page.locator(".channel[aria-current]", { hasText: "Guarantees" }).waitFor();
  const answer = await ask(page, QUESTION);
  assert.match(await answer.innerText(), /15 years agreed/);
});

test("a direct message needs no mention", async () => {
  await page.locator(".channel.is-direct").click();
  await page.locator("#top .sign.is-direct").waitFor();
  await say(page, QUESTION);
  await page.locator(".message:has(.of-bot)", { hasText: "15 years agreed" }).waitFor();
});

test("the proof shows the file with the quoted bytes marked, the reasons, and the JSON", async () => {
  const answer = await ask(page, QUESTION);
  await answer.locator('[data-key="proof"]').click();
  const mark = page.locator("#proof mark");
  await mark.first().waitFor();
  assert.match(await mark.first().innerText(), /15 years had been agreed\./);
  assert.match(await page.locator("#proof .where").first().innerText(), /004-long-term-commitments\.md · line 29 · bytes/);
  await page.click("#tab-why");
  assert.match(await page.locator("#proof-panel").innerText(), /guarantees/);
  assert.ok(await page.locator("#proof .candidates li").count() > 1);
  await page.click("#tab-answer");
  assert.match(await page.locator("#proof-panel").innerText(), /"status": "answered"/);
  await page.click("#tab-requests");
  assert.match(await page.locator("#proof-panel").innerText(), /POST .*messages/);
  assert.match(await page.locator("#proof-panel").innerText(), /"allowed_mentions"/);
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#proof").isHidden());
  assert.equal(await page.evaluate(() => document.activeElement.dataset.key), "proof");
});

async function openMenuOf(message) {
  await message.hover();
  await message.locator('[data-key="more"]').click();
}

async function hashOf(page) {
  return page.evaluate(() => location.hash);
}

async function idOf(name) {
  const place = await (await fetch(`${there.base}api/place`)).json();
  return place.people.find((person) => person.name === name).id;
}
