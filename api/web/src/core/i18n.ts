// Stands between the screens and a language: one typed catalogue, chosen once before the first screen.
// Refuses to know which words exist; a catalogue of another language has the same type, so a missing word does not compile.
import { en, type Catalogue } from "../../locales/en";
import { Format } from "./format";

export let text: Catalogue = en;
export let format = new Format("en-US");
export let language = "en";

const LOADERS: Readonly<Record<string, () => Promise<Catalogue>>> = {
  // another language: es: () => import("../../locales/es").then((module) => module.es),
};

/** The first wanted language that we have; English otherwise. The region still shapes times and numbers. */
export async function chooseLanguage(wanted: readonly string[]): Promise<void> {
  for (const tag of wanted) {
    const base = tag.split("-")[0] ?? "en";
    const loader = LOADERS[base];
    if (base !== "en" && loader === undefined) continue;
    if (loader !== undefined) text = await loader();
    language = base;
    format = new Format(tag);
    return;
  }
}

const rules = new Map<string, Intl.PluralRules>();

/** The form of a word for a number: { one: "message", other: "messages" }. */
export function plural(locale: string, count: number, forms: { one: string; other: string }): string {
  let rule = rules.get(locale);
  if (rule === undefined) {
    rule = new Intl.PluralRules(locale);
    rules.set(locale, rule);
  }
  return rule.select(count) === "one" ? forms.one : forms.other;
}
