// Proves the lines under the header, of coverages and of one's own view: what they say and lead to, and where the focus goes when one is put away.
import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { text } from "../src/core/i18n";
import type { Coverage } from "../src/core/wire";
import CoverageNotices from "../src/ui/staff/CoverageNotices.svelte";
import OwnNotices from "../src/ui/staff/OwnNotices.svelte";
import { announcer } from "../src/vm/announce.svelte";
import { coverages } from "../src/vm/coverage.svelte";
import { own } from "../src/vm/own.svelte";
import { router } from "../src/vm/route.svelte";
import { session } from "../src/vm/session.svelte";
import { covers } from "../locales/en-staff-covers";
import { own as own_words } from "../locales/en-staff-own";
import { conversation, ORTIZ, RAMAN } from "./fakes";

const covered = (id: string): Coverage => ({ id, covered: ORTIZ, covering: RAMAN, from_ms: 1, until_ms: Date.now() + 3_600_000, reason: "annual leave", state: "running", by: ORTIZ });
/** Two notices each. */
const NEWS = () => { coverages.notices = [{ coverage: covered("cov_1"), what: "running" }, { coverage: covered("cov_2"), what: "over" }]; };
const OWN = () => { own.notices = [{ conversation_id: "con_a" }, { trouble: own_words.offline }]; };
const LISTS = [
  ["of coverages", CoverageNotices, NEWS, { label: covers.newsLabel, region: "news", link: "Open the queue", href: "#/queue" }],
  ["of one's own view", OwnNotices, OWN, { label: own_words.newsLabel, region: "reminders", link: "Open: Reminder: Cover", href: "#/team/con_a" }],
] as const;

const lines = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(".notice")];
const close = (line: HTMLElement | undefined): HTMLElement => within(line as HTMLElement).getByRole("button", { name: text.close });
const focus = <T extends HTMLElement>(one: T): T => { one.focus(); return one; };
const press = async (one: HTMLElement): Promise<void> => { await fireEvent.click(one); await tick(); };

beforeEach(() => { router.go("inbox"); session.conversations = [conversation()]; });
afterEach(() => { cleanup(); document.body.replaceChildren(); own.forget(); coverages.forget(); session.conversations = []; });

describe.each(LISTS)("%s", (_, list, tell, { label, region, link, href }) => {
  let box: HTMLElement;
  beforeEach(() => {
    tell();
    box = document.body.appendChild(document.createElement("textarea"));
    render(list);
  });

  test("each is a line in a region of its own, and the first leads to what it is about", async () => {
    expect(screen.getByRole("region", { name: label }).dataset["regionName"]).toBe(region);
    expect(lines()).toHaveLength(2);
    const leads = screen.getByRole("link", { name: link });
    expect([leads.getAttribute("href"), lines()[0]?.contains(leads)]).toEqual([href, true]);
    await press(leads);
    expect(lines()).toHaveLength(1);
  });
  test("put away, the focus is where it was before", async () => {
    focus(box);
    await press(focus(close(lines()[0])));
    expect([lines().length, document.activeElement]).toEqual([1, box]);
    await press(focus(close(lines()[0])));
    expect([screen.queryByRole("region"), document.activeElement]).toEqual([null, box]);
  });
  test("by keyboard over what else stands in the line, it is the same place", async () => {
    focus(box);
    focus(screen.getByRole("link", { name: link }));
    await press(focus(close(lines()[0])));
    expect([lines().length, document.activeElement]).toEqual([1, box]);
  });
  test("from line to line it goes back the same way", async () => {
    focus(box);
    focus(close(lines()[0]));
    await press(focus(close(lines()[1])));
    expect(document.activeElement).toBe(close(lines()[0]));
    await press(close(lines()[0]));
    expect(document.activeElement).toBe(box);
  });
  test("it is not taken from where it is, nor brought to what is gone", async () => {
    const [first, second] = lines().map(close);
    focus(box);
    focus(first as HTMLElement);
    const elsewhere = focus(document.body.appendChild(document.createElement("button")));
    await press(first as HTMLElement);
    expect(document.activeElement).toBe(elsewhere);
    focus(box);
    focus(second as HTMLElement);
    box.remove();
    await press(second as HTMLElement);
    expect(document.activeElement).toBe(document.body);
  });
});

test("they are said once, a trouble as an alarm", async () => {
  const [say, alarm] = [vi.spyOn(announcer, "say"), vi.spyOn(announcer, "alarm")];
  OWN();
  render(OwnNotices);
  expect(lines().map((line) => [line.querySelector("span")?.textContent, line.classList.contains("trouble")])).toEqual([["Reminder: Cover", false], [own_words.offline, true]]);
  await press(close(lines()[1]));
  expect([say.mock.calls, alarm.mock.calls]).toEqual([[["Reminder: Cover"]], [[own_words.offline]]]);
});

test("why one covers is beside it, where one begins to", () => {
  NEWS();
  render(CoverageNotices);
  expect(lines().map((line) => line.querySelector("span")?.textContent)).toEqual([expect.stringMatching(/^You now cover for Jamie Ortiz until .*\. Reason: annual leave$/), "Your coverage for Jamie Ortiz has ended."]);
});
