// Looks through a state of the page with axe-core.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/// Through the debugger: the page's own policy lets no such script in.
export async function check(page, state) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const said = violations.map((violation) => `${violation.id}: ${violation.help}\n  ${violation.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(said, [], `${state}\n${said.join("\n")}`);
}
