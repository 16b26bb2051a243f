// Prints what people wait for: the first paint of the page, and answers from Enter to the screen. Nothing is
// asserted; PASSIM names the program, which should be a release build.

import { ask, openPage, startChromium, startPlayground } from "./playground.mjs";
import { median, timedAsk } from "./timing.mjs";

const ROUNDS = 50;
const PAINTS = 9;
const playground = await startPlayground();
const browser = await startChromium();
try {
  const paints = [];
  for (let number = 0; number < PAINTS; number += 1) {
    const page = await openPage(browser, playground.base);
    paints.push(await page.evaluate(() => new Promise((resolve) => {
      new PerformanceObserver((list) => {
        const paint = list.getEntries().find((entry) => entry.name === "first-contentful-paint");
        if (paint) resolve(paint.startTime);
      }).observe({ type: "paint", buffered: true });
    })));
    await page.context().close();
  }
  const page = await openPage(browser, playground.base);
  await ask(page, "How many years of guarantees were agreed?");
  const times = [];
  for (let number = 0; number < ROUNDS; number += 1) times.push(await timedAsk(page, "How many years of guarantees were agreed?"));
  console.log(`first contentful paint: ${median(paints).toFixed(0)} ms (median of ${PAINTS}, most ${Math.max(...paints).toFixed(0)} ms)`);
  console.log(`Enter to the answer: ${median(times).toFixed(0)} ms (median of ${ROUNDS}, most ${Math.max(...times).toFixed(0)} ms)`);
} finally {
  await browser.close();
  await playground.stop();
}
