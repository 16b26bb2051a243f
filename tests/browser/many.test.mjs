import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, together } from "./playground.mjs";
import { median, timedAsk } from "./timing.mjs";

const QUESTIONS = 100;
const PART = 20;
/// The machine of a test may have other work; what grows with the channel grows by far more than this.
const SLACK_FACTOR = 3;
const SLACK_MS = 100;
const there = together();

test("two hundred messages do not make the page slow, and only what changed is drawn again", { timeout: 300_000 }, async () => {
  const page = await openPage(there.browser, there.base);
  await page.evaluate(() => {
    window.redrawn = [];
    new MutationObserver((changes) => {
      for (const change of changes) {
        const message = change.target.closest?.(".message") ?? change.target.parentElement?.closest(".message");
        if (message) window.redrawn.push(message.id);
        for (const node of change.removedNodes) if (node.classList?.contains("message")) window.redrawn.push(node.id);
      }
    }).observe(document.getElementById("log"), { childList: true, subtree: true, characterData: true, attributes: true });
  });
  const times = [];
  for (let number = 0; number < QUESTIONS; number += 1) times.push(await timedAsk(page, "How many years of guarantees were agreed?"));
  const count = await page.locator(".message").count();
  assert.ok(count >= 2 * QUESTIONS, `${count} messages`);
  const [first, last] = [median(times.slice(0, PART)), median(times.slice(-PART))];
  assert.ok(last <= first * SLACK_FACTOR + SLACK_MS, `the first ${PART} took ${first} ms (median), the last ${last} ms`);
  assert.deepEqual(await page.evaluate(() => window.redrawn), []);
  const distance = await page.evaluate(() => { const log = document.getElementById("log"); return log.scrollHeight - log.scrollTop - log.clientHeight; });
  assert.ok(distance < 2, "the newest message is in sight");

  await page.evaluate(() => { document.getElementById("log").scrollTop = 0; });
  await page.waitForTimeout(100);
  await timedAsk(page, "How many years of guarantees were agreed?");
  await page.locator("#new-messages").click();
  assert.ok(await page.locator(".message").last().isVisible());
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
