// Stands where a command gets its name: 32 hexadecimal digits, made once and kept until there is an answer.
// Refuses to know what the command does.

export function commandId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
