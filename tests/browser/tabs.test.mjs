import assert from "node:assert/strict";
import { test } from "node:test";
import { addPage, ask, become, command, openPage, press, say, together } from "./playground.mjs";

const there = together();

test("two tabs see each other's messages at once, and not what only one person may see", async () => {
  const ann = await openPage(there.browser, there.base);
  const bob = await addPage(ann.context(), there.base);
  await become(bob, "bob");
  assert.match(await ann.locator("#people input:checked + span").innerText(), /ann/);
  const answer = await ask(ann, "How many years of guarantees were agreed?");
  const id = await answer.getAttribute("id");
  await bob.locator(`#${id}`).waitFor();
  const passage = await press(ann, answer, "Passage");
  await say(bob, "I see it too");
  await ann.getByText("I see it too").waitFor();
  assert.equal(await bob.locator(`#${await passage.getAttribute("id")}`).count(), 0);
  assert.equal(await bob.locator(".is-ephemeral").count(), 0);
  assert.deepEqual([...ann.problems, ...bob.problems], []);
  await ann.context().close();
});

test("a reload in the middle comes back to the person, the channel and the messages", async () => {
  const page = await openPage(there.browser, there.base);
  await become(page, "bob");
  await page.locator(".channel", { hasText: "random" }).click();
  await page.locator("#top bdi", { hasText: "random" }).waitFor();
  const answer = await ask(page, "How many years of guarantees were agreed?");
  const found = await command(page, "/search guarantees");
  const shown = await texts(page);
  await page.reload();
  await page.locator(`#${await found.getAttribute("id")}`).waitFor();
  assert.deepEqual(await texts(page), shown);
  assert.match(await page.locator("#people input:checked + span").innerText(), /bob/);
  assert.match(await page.locator("#channel-name").innerText(), /random/);
  const passage = await press(page, page.locator(`#${await answer.getAttribute("id")}`), "Passage");
  assert.match(await passage.innerText(), /Only you can see this/);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("tabs that nobody looks at hold no connection, and show what they missed once they are looked at", async () => {
  const first = await openPage(there.browser, there.base);
  await setHidden(first, true);
  for (let tabs = 2; tabs < 9; tabs++) await setHidden(await addPage(first.context(), there.base), true);
  const last = await addPage(first.context(), there.base);
  const answer = await ask(last, "How many years of guarantees were agreed?");
  const id = await answer.getAttribute("id");
  assert.equal(await first.locator(`#${id}`).count(), 0);
  await setHidden(first, false);
  await first.locator(`#${id}`).waitFor();
  assert.deepEqual([...first.problems, ...last.problems], []);
  await first.context().close();
});

test("a connection that is lost is said, and nothing more once it is back", async () => {
  const page = await openPage(there.browser, there.base);
  await page.context().setOffline(true);
  await page.evaluate(() => dispatchEvent(new HashChangeEvent("hashchange")));
  await page.getByText(/does not answer|connection is lost/i).first().waitFor();
  await page.context().setOffline(false);
  await page.waitForFunction(() => document.getElementById("connection").textContent === "" && document.querySelector(".message, .welcome"));
  await say(page, "Back again");
  await page.locator(".message", { hasText: "Back again" }).waitFor();
  await page.context().close();
});

test("what cannot be sent stays in the box", async () => {
  const page = await openPage(there.browser, there.base);
  await page.route("**/api/say", (route) => route.fulfill({ status: 403, contentType: "application/json", body: JSON.stringify({ error: "ann cannot write here: the permission for it is missing" }) }));
  await say(page, "a long thought");
  await page.locator("#error p").waitFor();
  assert.match(await page.locator("#error").innerText(), /permission for it is missing/);
  assert.equal(await page.inputValue("#text"), "a long thought");
  await page.locator("#error").getByRole("button", { name: "Dismiss" }).click();
  assert.equal(await page.locator("#error").innerText(), "");
  await page.context().close();
});

async function texts(page) {
  return page.locator(".message .body").allInnerTexts();
}

/// As when another tab comes before it, which a browser without a screen does not tell.
async function setHidden(page, isHidden) {
  await page.evaluate((isHidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, value: isHidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
}
