// Makes the README's pictures: `node tests/browser/pictures.mjs`, with PASSIM for another program than the debug build.
// Beside each stands what the bot says in it, and pictures.test.mjs compares that with what it says today.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { REPOSITORY, startChromium } from "./playground.mjs";
import { withPalette } from "./png.mjs";
import { play, SCENES } from "./scenes.mjs";

const FOLDER = path.join(REPOSITORY, "deploy/pictures");
await mkdir(FOLDER, { recursive: true });
const browser = await startChromium();
try {
  for (const scene of SCENES) {
    for (const theme of ["light", "dark"]) {
      const { screenshot, says } = await play(browser, scene, theme);
      const picture = withPalette(screenshot);
      await writeFile(path.join(FOLDER, `${scene.name}-${theme}.png`), picture);
      await writeFile(path.join(FOLDER, `${scene.name}.txt`), says);
      console.log(`${scene.name}-${theme}.png: ${Math.round(picture.length / 1024)} KB`);
    }
  }
} finally {
  await browser.close();
}
