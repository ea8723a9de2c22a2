// Proves the Markdown subset: what it means, and that what is dangerous stays words.
import { describe, expect, test } from "vitest";
import { inline, parse, plain, type Inline } from "../src/core/md";

const link = (text: string): string[] => inline(text).filter((node): node is Extract<Inline, { type: "link" }> => node.type === "link").map((node) => node.href);

describe("inline", () => {
  test("marks", () => {
    expect(inline("a **b** *c* ~~d~~ `e*f*`")).toEqual([
      { type: "text", text: "a " }, { type: "bold", children: [{ type: "text", text: "b" }] }, { type: "text", text: " " },
      { type: "italic", children: [{ type: "text", text: "c" }] }, { type: "text", text: " " },
      { type: "struck", children: [{ type: "text", text: "d" }] }, { type: "text", text: " " }, { type: "code", text: "e*f*" },
    ]);
  });
  test("nested and unfinished marks", () => {
    expect(inline("**a *b* c**")).toEqual([{ type: "bold", children: [{ type: "text", text: "a " }, { type: "italic", children: [{ type: "text", text: "b" }] }, { type: "text", text: " c" }] }]);
    expect(inline("2 * 3 * 4")).toEqual([{ type: "text", text: "2 * 3 * 4" }]);
    expect(inline("**open")).toEqual([{ type: "text", text: "**open" }]);
    expect(inline("``")).toEqual([{ type: "text", text: "``" }]);
  });
  test("only bare http and https addresses are links", () => {
    expect(link("see https://clinic.example/a, or (http://b.example).")).toEqual(["https://clinic.example/a", "http://b.example"]);
    expect(link("javascript:alert(1) data:text/html,x ftp://a.example xhttps://a.example")).toEqual([]);
    expect(link("https://clinic.example@evil.example/")).toEqual([]);
    expect(inline("[text](https://a.example)").some((node) => node.type === "text" && node.text.includes("[text]("))).toBe(true);
  });
  test("mentions are names of members, longest first, at a word's edge", () => {
    expect(inline("@Priya Raman, hi", ["Priya", "Priya Raman"])[0]).toEqual({ type: "mention", text: "@Priya Raman" });
    expect(inline("a@Priya", ["Priya"])).toEqual([{ type: "text", text: "a@Priya" }]);
    expect(inline("@Priyanka", ["Priya"])).toEqual([{ type: "text", text: "@Priyanka" }]);
  });
  test("HTML is words", () => {
    expect(inline("<img src=x onerror=alert(1)>")).toEqual([{ type: "text", text: "<img src=x onerror=alert(1)>" }]);
  });
});

describe("blocks", () => {
  test("lists, quotes, fences, paragraphs", () => {
    const blocks = parse("one\ntwo\n\n- a\n- b\n3. c\n> q\n> - r\n```\n**x**\n```\nend");
    expect(blocks.map((block) => block.type)).toEqual(["paragraph", "list", "list", "quote", "fence", "paragraph"]);
    expect(blocks[2]).toMatchObject({ ordered: true, start: 3 });
    expect(blocks[4]).toEqual({ type: "fence", text: "**x**" });
  });
  test("an open fence takes the rest; deep quotes end", () => {
    expect(parse("```\na\nb")).toEqual([{ type: "fence", text: "a\nb" }]);
    expect(() => parse(">".repeat(5000) + "x")).not.toThrow();
    expect(() => parse("*".repeat(5000))).not.toThrow();
  });
  test("no headings", () => expect(parse("# a")).toEqual([{ type: "paragraph", children: [{ type: "text", text: "# a" }] }]));
  test("plain words for a list row", () => expect(plain("**Hi**\n\n- a\n- `b`")).toBe("Hi a b"));
});
