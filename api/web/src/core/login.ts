// Stands between what somebody types as a login or a password and the node: what is wrong with it, before it is asked.
// Refuses to know who types it, and to be the judge: the node looks once more.
const LOGIN_BYTES_MAX = 254;
const PASSWORD_BYTES_MAX = 1024;
export const PASSWORD_MIN = 15;

const bytes = (words: string): number => new TextEncoder().encode(words).length;

/** The node counts characters as people do, not the halves that some are made of. */
export const characters = (words: string): number => [...words].length;

export function passwordFault(password: string): "short" | "long" | undefined {
  if (characters(password) < PASSWORD_MIN) return "short";
  return bytes(password) > PASSWORD_BYTES_MAX ? "long" : undefined;
}

/** Of one that was written at all. */
export function writtenLoginFault(login: string): "spaces" | "long" | undefined {
  if (/\s/.test(login.trim())) return "spaces";
  return bytes(login.trim()) > LOGIN_BYTES_MAX ? "long" : undefined;
}
