import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "./axe.mjs";
import { answerAfter, ask, newestOfBot, openPage, press, together } from "./playground.mjs";

const QUESTION = "How many years of guarantees were agreed?";
const there = together();

for (const theme of ["light", "dark"]) {
  test(`axe finds nothing on any state of the page, ${theme}`, { timeout: 180_000 }, async () => {
    const page = await openPage(there.browser, there.base, { theme, width: 1360 });
    await page.locator(".channel", { hasText: theme === "light" ? "general" : "random" }).click();
    await page.locator(".welcome").waitFor();
    await check(page, "empty");
    const answer = await ask(page, QUESTION);
    await check(page, "an answer");
    await press(page, answer, "Passage");
    await check(page, "a message that only one person sees");

    await page.locator("#text").pressSequentially("@");
    await page.locator("#suggestions [role=option]").first().waitFor();
    await check(page, "names");
    await page.fill("#text", "/");
    await page.locator("#suggestions [role=option]").first().waitFor();
    await check(page, "the list of commands");
    await page.fill("#text", "/search ");
    await page.locator("#option-query").pressSequentially("guarant");
    await page.locator("#suggestions [role=option]").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await check(page, "a command with completions");
    await page.keyboard.press("Escape");
    await page.locator("#option-query").fill("");
    await page.keyboard.press("Enter");
    await page.locator("#error p").waitFor();
    await check(page, "what went wrong");
    await page.locator(".more-options button").first().click();
    await check(page, "a command with another option");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");

    await answer.hover();
    await answer.locator('[data-key="more"]').click();
    await check(page, "the menu of a message");
    await page.keyboard.press("Escape");
    await answer.locator('[data-key="reply"]').click();
    await check(page, "a reply");
    await page.keyboard.press("Escape");
    await answer.getByRole("button", { name: "Ask on" }).click();
    await page.locator("#form[open]").waitFor();
    await check(page, "a form");
    await page.locator("#form .send").click();
    await check(page, "a form with something missing");
    await page.keyboard.press("Escape");

    await answer.locator('[data-key="proof"]').click();
    for (const tab of ["sources", "why", "answer", "requests"]) {
      await page.click(`#tab-${tab}`);
      if (tab === "why") await page.locator("#proof summary").first().click();
      await check(page, `the proof, ${tab}`);
    }
    await page.keyboard.press("Escape");

    await page.setViewportSize({ width: 360, height: 740 });
    await check(page, "narrow");
    await answer.locator('[data-key="proof"]').click();
    await page.locator("#proof mark").first().waitFor();
    await check(page, "narrow, the proof");
    await page.keyboard.press("Escape");
    await page.click("#open-places");
    await check(page, "narrow, with the channels");
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

test("everything can be done with the keyboard alone", async () => {
  const page = await openPage(there.browser, there.base);
  await tabTo(page, "#text");
  const last = await newestOfBot(page);
  await page.keyboard.type("@pas");
  await page.keyboard.press("Tab");
  await page.keyboard.type(QUESTION);
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Enter");
  const answer = await answerAfter(page, last);
  const id = await answer.getAttribute("id");

  await tabTo(page, `#${id} .row button`, "Shift+Tab");
  while (await page.evaluate(() => document.activeElement.textContent) !== "Passage") await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  const passage = await answerAfter(page, id);
  assert.match(await passage.innerText(), /Only you can see this/);

  await tabTo(page, `#${id} [data-key="proof"]`, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.locator("#proof mark").first().waitFor();
  await tabTo(page, "#tab-sources");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("#tab-why").getAttribute("aria-selected"), "true");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator(`#${id} [data-key="proof"]`).evaluate((button) => button === document.activeElement));

  await tabTo(page, `#${id} [data-key="more"]`, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.locator("#menu [role=menuitem]").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  assert.ok(await page.locator("#menu [role=menuitem]").last().evaluate((item) => item === document.activeElement));
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#menu").isHidden());
  assert.equal(await page.evaluate(() => document.activeElement.dataset.key), "more");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "text", "Reply is the first entry, and leads to the box");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

async function tabTo(page, selector, key = "Tab") {
  for (let steps = 0; steps < 60; steps += 1) {
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${selector} is not reached by ${key}`);
}

for (const width of [320, 360]) {
  test(`nothing scrolls sideways at ${width} pixels`, async () => {
    const page = await openPage(there.browser, there.base, { width, height: 700 });
    const answer = await ask(page, QUESTION);
    await press(page, answer, "Passage");
    await isAsWideAs(page, width);
    await page.fill("#text", "/search ");
    await page.locator("#option-query").pressSequentially("guarant");
    await page.locator("#suggestions [role=option]").first().waitFor();
    await isAsWideAs(page, width);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.click("#open-places");
    assert.equal(await page.locator("#open-places").getAttribute("aria-expanded"), "true");
    assert.ok(await page.evaluate(() => document.activeElement.matches(".channel[aria-current]")));
    await isAsWideAs(page, width);
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.id), "open-places");
    await answer.locator('[data-key="proof"]').click();
    await page.locator("#proof mark").first().waitFor();
    await isAsWideAs(page, width);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

async function isAsWideAs(page, width) {
  const widest = await page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.getElementById("log").scrollWidth));
  assert.ok(widest <= width, `${widest} pixels wide`);
}
