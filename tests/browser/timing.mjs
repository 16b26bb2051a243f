// How long an answer takes, as the browser sees it: from Enter to the node in the document.

export async function timedAsk(page, question) {
  await page.fill("#text", `@passim ${question}`);
  await page.evaluate(() => {
    window.answered = new Promise((resolve) => {
      let began = null;
      document.addEventListener("keydown", () => { began = performance.now(); }, { capture: true, once: true });
      const seen = new MutationObserver((changes) => {
        const isAnswer = (node) => node.matches?.(".message:has(.of-bot)") && !node.querySelector(".thinking");
        if (!changes.some((change) => [...change.addedNodes].some(isAnswer))) return;
        seen.disconnect();
        resolve(performance.now() - began);
      });
      seen.observe(document.getElementById("log"), { childList: true });
    });
  });
  await page.press("#text", "Enter");
  return page.evaluate(() => window.answered);
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
