// Proves where the focus goes when a form has a fault: into the first field that has one, and not to a button that stands before it.
import { afterEach, expect, test } from "vitest";
import { focusFault } from "../src/ui/kit/fault";

afterEach(() => { document.body.replaceChildren(); });

function form(html: string): HTMLFormElement {
  const made = document.body.appendChild(document.createElement("form"));
  made.append(document.createRange().createContextualFragment(html));
  return made;
}

test.each([
  ['<div data-fault="false"><input id="a"></div><div data-fault="true"><input id="b"></div><div data-fault="true"><input id="c"></div>', "b"],
  ['<div data-fault="true"><button id="a"></button><textarea id="b"></textarea></div>', "b"],
  ['<div data-fault="true"><p></p><button id="a"></button></div>', "a"],
])("%s", async (html, id) => {
  await focusFault(form(html));
  expect(document.activeElement?.id).toBe(id);
});

test("without one, or without a form, it stays where it is", async () => {
  const made = form('<div data-fault="false"><input id="a"></div>');
  await focusFault(made);
  await focusFault(undefined);
  expect(document.activeElement).toBe(document.body);
});
