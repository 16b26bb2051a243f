// Files that people bring, and files that the bot gives them.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { answerAfter, ask, command, newestOfBot, openPage, press, together } from "./playground.mjs";

const corpus = await mkdtemp(path.join(tmpdir(), "passim-files-"));
await writeFile(path.join(corpus, "lease.md"), "# Lease\n\nThe lease of the boat house runs for 15 years.\n");
const there = together(corpus, { PASSIM_DISCORD__ADD_FILES: "true" });
after(() => rm(corpus, { recursive: true, force: true }));

test("a document is added by an operator, and answered from", async () => {
  const page = await openPage(there.browser, there.base);
  await page.fill("#text", "/passim-admin add ");
  const last = await newestOfBot(page);
  await page.locator("#command-form .send").click();
  assert.match(await page.locator("#error").innerText(), /file/, "without one it is not sent");
  await page.setInputFiles("#option-file", { name: "garage.md", mimeType: "text/markdown", buffer: Buffer.from("# Garage\n\nThe garage holds seven cars.\n") });
  await page.locator("#command-form .send").click();
  const added = await answerAfter(page, last);
  await added.locator("strong", { hasText: "Done" }).waitFor();
  assert.match(await added.innerText(), /Added 1: inbox\/garage\.md/);
  assert.match(await readFile(path.join(corpus, "inbox/garage.md"), "utf8"), /seven cars/);
  assert.match(await (await ask(page, "How many cars does the garage hold?")).innerText(), /seven cars/);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("what is no document is refused with the reason, and nothing is written", async () => {
  const page = await openPage(there.browser, there.base);
  await page.fill("#text", "/passim-admin add ");
  const last = await newestOfBot(page);
  await page.setInputFiles("#option-file", { name: "tool.exe", mimeType: "application/octet-stream", buffer: Buffer.from([0x4d, 0x5a, 0, 1, 2]) });
  await page.locator("#command-form .send").click();
  assert.match(await (await answerAfter(page, last)).innerText(), /Not added/);
  await assert.rejects(readFile(path.join(corpus, "inbox/tool.exe")), { code: "ENOENT" });
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("the questions that nobody could answer are saved as a table", async () => {
  const page = await openPage(there.browser, there.base);
  await ask(page, "Who feeds the aquarium on Sundays?");
  const table = await press(page, await command(page, "/passim-admin unanswered"), "As CSV");
  const [download] = await Promise.all([page.waitForEvent("download"), table.locator("a[download='unanswered.csv']").click()]);
  assert.equal(download.suggestedFilename(), "unanswered.csv");
  const rows = await readFile(await download.path(), "utf8");
  assert.ok(rows.startsWith("\ufeff"), "spreadsheets know its letters");
  assert.match(rows, /Who feeds the aquarium on Sundays\?/);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});
