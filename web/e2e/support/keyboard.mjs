import assert from "node:assert/strict";

/** Presses Tab until this has the focus. On the way, what has the focus is never wholly covered (WCAG 2.4.11). */
export async function tabTo(page, locator, stepsMax = 120) {
  await locator.waitFor();
  for (let step = 0; step < stepsMax; step += 1) {
    await page.keyboard.press("Tab");
    assert.equal(await hidden(page), "", "the focus is hidden");
    if (await locator.evaluate((element) => element === document.activeElement)) {
      assert.ok(await ringed(page), "the focus can be seen");
      return;
    }
  }
  throw new Error(`${stepsMax} steps with Tab did not lead to ${locator}`);
}

/** What has the focus and is covered or outside the window; nothing when all is well. */
function hidden(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return "";
    const target = element.closest("label") ?? element;
    const boxes = [...target.getClientRects()];
    const shown = boxes.some(({ left, top, width, height }) =>
      [0.1, 0.5, 0.9].some((x) =>
        [0.1, 0.5, 0.9].some((y) => {
          const hit = document.elementFromPoint(left + width * x, top + height * y);
          return hit !== null && (target.contains(hit) || hit.contains(target));
        }),
      ),
    );
    return shown ? "" : target.outerHTML.slice(0, 200);
  });
}

/** Whether the focus is drawn: an outline on the element, on what stands for it, or on a part of it. */
function ringed(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const around = [element, element.closest("label"), element.parentElement].filter(Boolean);
    const drawn = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    return around.some((one) => drawn(getComputedStyle(one)) || drawn(getComputedStyle(one, "::after")));
  });
}
