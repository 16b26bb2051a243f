import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { REPOSITORY, startChromium } from "./playground.mjs";
import { play, SCENES } from "./scenes.mjs";

let browser;

before(async () => { browser = await startChromium(); });
after(async () => { await browser?.close(); });

for (const scene of SCENES) {
  test(`the picture “${scene.name}” shows what the bot says`, async () => {
    const { says } = await play(browser, scene, "light");
    const shown = await readFile(path.join(REPOSITORY, `deploy/pictures/${scene.name}.txt`), "utf8");
    assert.equal(says, shown, "the pictures are older than what the bot says: run `node tests/browser/pictures.mjs`");
  });
}
