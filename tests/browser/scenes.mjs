// The README's pictures: what is asked over which documents, what is cut out of the page, and what the bot says there.

import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ask, command, messagesOf, openPage, REPOSITORY, startPlayground } from "./playground.mjs";

/// Beside the channels there is room for a picture of about 900 pixels.
const WIDTH = 1150;
const PADDING = 14;

export const SCENES = [
  { name: "answer", corpus: "seeds", width: 1200, height: 560, play: async (page) => {
    const answer = await ask(page, "How many years of guarantees were agreed?");
    await answer.locator('[data-key="proof"]').click();
    await page.locator("#proof mark").first().waitFor();
    await page.locator("#proof .cited").evaluate((file) => { file.scrollTop = file.querySelector("mark").closest(".line").offsetTop - 120; });
    return { parts: ["main", "#proof"] };
  } },
  { name: "disagree", corpus: "tests/handbook/docs", play: async (page) => {
    await ask(page, "How much is the deposit for a locker in Ghent?");
    return { parts: [".message"] };
  } },
  { name: "does-not-say", corpus: "seeds", play: async (page) => {
    await ask(page, "Who pays for the reconstruction?");
    return { parts: [".message"] };
  } },
  { name: "search", corpus: "seeds", height: 560, play: async (page) => {
    await page.fill("#text", "/search ");
    await page.locator("#option-query").pressSequentially("guarant");
    await page.locator("#suggestions [role=option]").first().waitFor();
    await page.keyboard.press("ArrowDown");
    const says = await page.locator("#suggestions [role=option]").allInnerTexts();
    return { parts: ["main"], says: says.join("\n") };
  } },
  { name: "reindex", corpus: changedSeeds, play: async (page, change) => {
    await change();
    const done = await command(page, "/reindex");
    await done.locator("strong", { hasText: "Done" }).waitFor();
    return { parts: [".message"] };
  } },
];

/// A copy of the seeds, and how it changes while the bot runs.
async function changedSeeds() {
  const folder = await mkdtemp(path.join(tmpdir(), "passim-pictures-"));
  const corpus = path.join(folder, "seeds");
  await cp(path.join(REPOSITORY, "seeds"), corpus, { recursive: true });
  const change = async () => {
    await writeFile(path.join(corpus, "005-visit-to-the-harbour.md"), "# Visit to the harbour\n\nThe team visits the harbour on 3 June 2026.\n");
    await rm(path.join(corpus, "003-diplomatic-shift.md"));
    await writeFile(path.join(corpus, "scan-of-the-map.pdf"), "%PDF-1.7 only a picture");
  };
  return { corpus, change, remove: () => rm(folder, { recursive: true, force: true }) };
}

/// Plays a scene in a theme, and gives the screenshot (PNG) with what the bot says in it.
export async function play(browser, scene, theme) {
  const copy = typeof scene.corpus === "function" ? await scene.corpus() : { corpus: scene.corpus };
  const playground = await startPlayground(copy.corpus);
  try {
    const page = await openPage(browser, playground.base, { theme, width: scene.width ?? WIDTH, height: scene.height ?? 900, scale: 2 });
    const { parts, says } = await scene.play(page, copy.change);
    await page.mouse.move(2, 2);
    const said = says ?? (await messagesOf(playground.base, await page.evaluate(() => location.hash))).filter((message) => message.author.is_bot).at(-1).source;
    const screenshot = await page.screenshot({ clip: await boxOf(page, parts), animations: "disabled" });
    await page.context().close();
    return { screenshot, says: withoutWhatVaries(said) };
  } finally {
    await playground.stop();
    await copy.remove?.();
  }
}

async function boxOf(page, parts) {
  const boxes = [];
  for (const part of parts) for (const node of await page.locator(part).all()) boxes.push(await node.boundingBox());
  const isWhole = parts.includes("main");
  const padding = isWhole ? 0 : PADDING;
  const left = Math.max(0, Math.min(...boxes.map((box) => box.x)) - (parts.includes(".message") ? 0 : padding));
  const top = Math.max(0, Math.min(...boxes.map((box) => box.y)) - padding);
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x: left, y: top, width: right - left + (parts.includes(".message") ? 0 : padding), height: bottom - top + padding };
}

function withoutWhatVaries(text) {
  return text
    .replace(/\d{15,}/g, "«…»")
    .replace(/<t:\d+/g, "<t:«…»")
    .replace(/\d+\\?\.\d+ s\b/g, "«…» s")
    .replace(/(Receipt: )\w+/g, "$1«…»")
    .trimEnd() + "\n";
}
