// Stands between a body as it was typed and the nodes a reader sees: the safe subset of docs/protocol.md, parsed to a tree.
// Refuses to know HTML: there is no node for it, so none can come out. Text that means nothing stays text.

export type Inline =
  | { type: "text"; text: string }
  | { type: "bold" | "italic" | "struck"; children: Inline[] }
  | { type: "code"; text: string }
  | { type: "link"; href: string }
  | { type: "mention"; text: string }
  | { type: "patient"; id: string; text: string }
  | { type: "break" };

export type Block =
  | { type: "paragraph"; children: Inline[] }
  | { type: "quote"; children: Block[] }
  | { type: "list"; ordered: boolean; start: number; items: Inline[][] }
  | { type: "fence"; text: string };

const DEPTH_MAX = 8;
const FENCE = /^ {0,3}```/;
const BULLET = /^ {0,3}[-*] +(.*)$/;
const NUMBERED = /^ {0,3}(\d{1,4})[.)] +(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;

export function parse(body: string, mentions: readonly string[] = []): Block[] {
  return blocks(body.replaceAll("\r\n", "\n").split("\n"), mentions, 0);
}

function blocks(lines: readonly string[], mentions: readonly string[], depth: number): Block[] {
  const out: Block[] = [];
  let paragraph: string[] = [];
  const close = (): void => {
    if (paragraph.length > 0) out.push({ type: "paragraph", children: inlineLines(paragraph, mentions) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (FENCE.test(line)) {
      close();
      const end = lines.findIndex((other, index) => index > at && /^ {0,3}```\s*$/.test(other));
      const stop = end === -1 ? lines.length : end;
      out.push({ type: "fence", text: lines.slice(at + 1, stop).join("\n") });
      at = stop;
      continue;
    }
    if (QUOTE.test(line) && depth < DEPTH_MAX) {
      close();
      const quoted: string[] = [];
      for (; at < lines.length && QUOTE.test(lines[at] ?? ""); at += 1) quoted.push(QUOTE.exec(lines[at] ?? "")?.[1] ?? "");
      at -= 1;
      out.push({ type: "quote", children: blocks(quoted, mentions, depth + 1) });
      continue;
    }
    const numbered = NUMBERED.exec(line);
    if (numbered !== null || BULLET.test(line)) {
      close();
      const pattern = numbered !== null ? NUMBERED : BULLET;
      const items: Inline[][] = [];
      for (; at < lines.length; at += 1) {
        const item = pattern.exec(lines[at] ?? "");
        if (item === null) break;
        items.push(inline(item[numbered !== null ? 2 : 1] ?? "", mentions));
      }
      at -= 1;
      out.push({ type: "list", ordered: numbered !== null, start: numbered !== null ? Number(numbered[1]) : 1, items });
      continue;
    }
    if (line.trim() === "") close();
    else paragraph.push(line);
  }
  close();
  return out;
}

function inlineLines(lines: readonly string[], mentions: readonly string[]): Inline[] {
  const out: Inline[] = [];
  for (const [index, node] of lines.map((line) => inline(line, mentions)).entries()) {
    if (index > 0) out.push({ type: "break" });
    out.push(...node);
  }
  return out;
}

const MARKS: readonly { mark: string; type: "bold" | "italic" | "struck" }[] = [
  { mark: "**", type: "bold" },
  { mark: "~~", type: "struck" },
  { mark: "*", type: "italic" },
];

const LINK = /^https?:\/\/[^\s<>"'`]+/i;
const WORD = /[\p{L}\p{N}_]/u;

export function inline(text: string, mentions: readonly string[] = [], depth = 0): Inline[] {
  const out: Inline[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") out.push({ type: "text", text: plain });
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const before = at === 0 ? "" : (text[at - 1] ?? "");
    const found = code(rest) ?? mention(rest, before, mentions) ?? link(rest, before) ?? patient(rest) ?? (depth < DEPTH_MAX ? marked(rest, mentions, depth) : undefined);
    if (found === undefined) {
      plain += text[at];
      at += 1;
      continue;
    }
    flush();
    out.push(found.node);
    at += found.length;
  }
  flush();
  return out;
}

interface Found {
  node: Inline;
  length: number;
}

function code(rest: string): Found | undefined {
  if (!rest.startsWith("`")) return undefined;
  const end = rest.indexOf("`", 1);
  return end > 1 ? { node: { type: "code", text: rest.slice(1, end) }, length: end + 1 } : undefined;
}

function mention(rest: string, before: string, mentions: readonly string[]): Found | undefined {
  if (!rest.startsWith("@") || WORD.test(before)) return undefined;
  const names = mentions.filter((name) => rest.startsWith(name, 1) && !WORD.test(rest[name.length + 1] ?? ""));
  const name = names.sort((a, b) => b.length - a.length)[0];
  return name === undefined ? undefined : { node: { type: "mention", text: `@${name}` }, length: name.length + 1 };
}

/** The address is shown as it is: no text can hide it, and only http and https are addresses. */
function link(rest: string, before: string): Found | undefined {
  if (WORD.test(before)) return undefined;
  const match = LINK.exec(rest)?.[0];
  if (match === undefined) return undefined;
  let href = match.replace(/[.,;:!?*~]+$/, "");
  while (href.endsWith(")") && !href.includes("(")) href = href.slice(0, -1);
  try {
    const url = new URL(href);
    if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
    if (url.username !== "" || url.password !== "") return undefined; // "https://clinic.example@evil.example" misleads
  } catch {
    return undefined;
  }
  return { node: { type: "link", href }, length: href.length };
}

const PATIENT = /^\[([^[\]\n]+)\]\(\/open\?patient=(per_[0-9a-z]+)\)/;

/** The one link with words of its own: to a patient, by their id, on this page's own address. No other address has room in it. */
function patient(rest: string): Found | undefined {
  const [all = "", text = "", id = ""] = PATIENT.exec(rest) ?? [];
  return all === "" ? undefined : { node: { type: "patient", id, text }, length: all.length };
}

function marked(rest: string, mentions: readonly string[], depth: number): Found | undefined {
  for (const { mark, type } of MARKS) {
    if (!rest.startsWith(mark) || /\s/.test(rest[mark.length] ?? " ")) continue;
    const end = closing(rest, mark);
    if (end === -1) continue;
    return { node: { type, children: inline(rest.slice(mark.length, end), mentions, depth + 1) }, length: end + mark.length };
  }
  return undefined;
}

function closing(rest: string, mark: string): number {
  for (let at = rest.indexOf(mark, mark.length); at !== -1; at = rest.indexOf(mark, at + 1)) {
    if (at === mark.length || /\s/.test(rest[at - 1] ?? "")) continue;
    if (mark === "*" && (rest[at + 1] === "*" || rest[at - 1] === "*")) continue;
    if (mark === "**" && rest[at + 2] === "*") continue;
    return at;
  }
  return -1;
}

/** One line of plain words for a list row. It can have been cut off in the middle of anything. */
export function plain(body: string): string {
  const words = (nodes: readonly Inline[]): string =>
    nodes.map((node) => {
      if (node.type === "break") return " ";
      if (node.type === "link") return node.href;
      return "children" in node ? words(node.children) : node.text;
    }).join("");
  const text = (nodes: readonly Block[]): string =>
    nodes.map((node) => {
      if (node.type === "fence") return node.text;
      if (node.type === "list") return node.items.map(words).join(" ");
      return node.type === "quote" ? text(node.children) : words(node.children);
    }).join(" ");
  return text(parse(body.replace(/\[([^[\]\n]+)\]\(\/open\?[^)\s]*$/, "$1"))).replace(/\s+/g, " ").trim();
}
