// Stands between a person and the square or circle drawn for them: initials and one of eight hues. Refuses to know colours.
export function initials(name: string): string {
  const words = name.replace(/^(Dr|Mr|Mrs|Ms)\.?\s+/i, "").split(/[\s-]+/).filter((word) => /\p{L}/u.test(word));
  const first = words[0]?.match(/\p{L}/u)?.[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1)?.match(/\p{L}/u)?.[0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

/** One of eight hues for an avatar, the same for the same id everywhere. */
export function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
  return (hash >>> 0) % 8;
}
