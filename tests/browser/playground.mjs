// Starts `passim playground` over a folder and a Chromium before it, and keeps watch for what no test may see: an
// error in the console, a dialog, a request that leaves this machine.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const REPOSITORY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const PASSIM = path.resolve(REPOSITORY, process.env.PASSIM ?? path.join(process.env.CARGO_TARGET_DIR ?? "target", "debug/passim"));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const START_LIMIT_MS = 60_000;

/// The words alone answer, so that no test waits for a network; and the tests ask faster than people may.
const SETTINGS = {
  PASSIM_READER__ENABLED: "false",
  PASSIM_LIMITS__PERSON_PER_MINUTE: "100000",
  PASSIM_LIMITS__CHANNEL_PER_MINUTE: "100000",
  PASSIM_LIMITS__GUILD_PER_MINUTE: "100000",
};

/// `corpus`: a folder, from the repository's root. `settings`: variables, beside those of all tests.
export async function startPlayground(corpus = "seeds", settings = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "passim-browser-"));
  const args = ["--corpus", path.resolve(REPOSITORY, corpus), "--data", path.join(folder, "data"), "playground", "--port", "0"];
  const child = spawn(PASSIM, args, { cwd: folder, env: { ...process.env, ...SETTINGS, ...settings }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (data) => { said += data; });
  const base = await new Promise((resolve, reject) => {
    const tooLate = setTimeout(() => reject(new Error(`no address after ${START_LIMIT_MS} ms:\n${said}`)), START_LIMIT_MS);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${PASSIM} ended with ${code}:\n${said}`)));
    child.stdout.on("data", (data) => {
      said += data;
      const [address] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
      if (!address) return;
      clearTimeout(tooLate);
      resolve(address);
    });
  });
  child.removeAllListeners("exit");

  async function stop() {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      const impatient = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(impatient);
    }
    await rm(folder, { recursive: true, force: true });
  }
  return { base, stop };
}

export function startChromium() {
  const args = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  // Chromium's sandbox cannot be set up by root, as in most containers.
  if (process.getuid() === 0) args.push("--no-sandbox");
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/// A playground and a Chromium for all tests of a file, before the first of them and until the last: `base` and `browser`.
export function together(corpus, settings) {
  const there = {};
  let playground;
  before(async () => {
    playground = await startPlayground(corpus, settings);
    there.base = playground.base;
    there.browser = await startChromium();
  });
  after(async () => {
    await there.browser?.close();
    await playground?.stop();
  });
  return there;
}

/// A window of its own, with `problems`: what went wrong in it.
export async function openPage(browser, base, { theme = "light", width = 1280, height = 900, hash = "", scale = 1 } = {}) {
  const context = await browser.newContext({ colorScheme: theme, viewport: { width, height }, locale: "en-GB", timezoneId: "UTC", deviceScaleFactor: scale, reducedMotion: "reduce" });
  const page = await addPage(context, base, hash);
  return page;
}

/// Another tab of the same window.
export async function addPage(context, base, hash = "") {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.problems = [];
  page.on("console", (message) => message.type() === "error" && page.problems.push(`console: ${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => page.problems.push(`page: ${error}`));
  page.on("popup", (popup) => page.problems.push(`popup: ${popup.url()}`));
  page.on("dialog", (dialog) => {
    page.problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) page.problems.push(`request: ${request.url()}`);
  });
  await page.goto(base + hash);
  await page.locator(".channel").first().waitFor({ state: "attached" });
  await page.locator("#corpus:not(:empty)").waitFor({ state: "attached" });
  await page.locator(".welcome, .message").first().waitFor();
  return page;
}

export async function say(page, text) {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

/// Says it, and gives the message once it is there.
export async function write(page, text) {
  await say(page, text);
  const message = page.locator(".message", { hasText: text }).last();
  await message.waitFor();
  return page.locator(`#${await message.getAttribute("id")}`);
}

/// Says it, and waits for the newest answer of the bot that is none of those before.
export async function ask(page, question) {
  const before = await newestOfBot(page);
  await say(page, `@passim ${question}`);
  return answerAfter(page, before);
}

export async function newestOfBot(page) {
  return page.evaluate(() => [...document.querySelectorAll(".message:has(.of-bot)")].at(-1)?.id ?? "");
}

/// The newest message of the bot, once there is one after `before` and it does not think any more.
export async function answerAfter(page, before) {
  const id = await (await page.waitForFunction((before) => {
    const messages = [...document.querySelectorAll(".message:has(.of-bot)")];
    const last = messages.at(-1);
    return last && last.id !== before && !last.querySelector(".thinking") ? last.id : null;
  }, before)).jsonValue();
  return page.locator(`#${id}`);
}

export async function press(page, message, label) {
  const before = await newestOfBot(page);
  await message.getByRole("button", { name: label, exact: true }).click();
  return answerAfter(page, before);
}

/// Runs a command that is written as people type it, its first option behind the name.
export async function command(page, text) {
  const before = await newestOfBot(page);
  await page.fill("#text", `${text} `);
  await page.locator("#command-form:not([hidden])").waitFor();
  await page.locator("#command-form .send").click();
  return answerAfter(page, before);
}

/// Becomes somebody else, and waits until the page shows what they see.
export async function become(page, name) {
  const watched = page.waitForResponse((response) => response.url().includes("/api/watch"));
  await page.locator("#people label", { hasText: name }).locator("input").check();
  await watched;
  await page.locator("[role=log]:not([aria-busy=true])").waitFor();
}

/// What the server tells of a channel, as the page gets it first.
export async function messagesOf(base, hash) {
  const stop = new AbortController();
  const response = await fetch(`${base}api/watch?${hash.replace(/^#/, "")}`, { signal: stop.signal });
  let read = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    read += chunk;
    const [, data] = /^event: ?channel\r?\ndata: ?(.*)\r?\n\r?\n/m.exec(read) ?? [];
    if (!data) continue;
    stop.abort();
    return JSON.parse(data).messages;
  }
  throw new Error("no channel was told");
}
