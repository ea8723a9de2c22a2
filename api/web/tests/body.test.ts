// Proves that no words of a message become markup: the component makes elements, never HTML.
import { render } from "@testing-library/svelte";
import { expect, test } from "vitest";
import Body from "../src/ui/thread/Body.svelte";

test("hostile words stay words", () => {
  const body = `<script>alert(1)</script> <img src=x onerror=alert(1)> **<b>x</b>** \`<i>\` javascript:alert(1)\n> <svg onload=alert(1)>`;
  const { container } = render(Body, { body });
  expect(container.querySelector("script, img, svg, b, i, a")).toBeNull();
  expect(container.textContent).toContain("<img src=x onerror=alert(1)>");
});

test("links show their address and open away from the page", () => {
  const { container } = render(Body, { body: "https://clinic.example/x" });
  const link = container.querySelector("a");
  expect(link?.getAttribute("href")).toBe("https://clinic.example/x");
  expect(link?.rel).toContain("noopener");
  expect(link?.textContent).toContain("https://clinic.example/x");
});
