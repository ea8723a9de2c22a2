// Stands between the clinic's other record system and a link to a patient's chart there: whether an address can be one, and that of one patient.
// Refuses to make a link that leaves the number readable on the way: https only.
const PLACE = "{mrn}";

function isHttps(address: string): boolean {
  try {
    return new URL(address).protocol === "https:";
  } catch {
    return false;
  }
}

/** Nothing: there is no link. */
export function chartFault(url: string): "https" | "place" | undefined {
  const address = url.trim();
  if (address === "") return undefined;
  if (!isHttps(address)) return "https";
  return address.includes(PLACE) ? undefined : "place";
}

/** Undefined where it is none: the settings may have been written by another program. */
export function chartOf(url: string | null | undefined, mrn: string): string | undefined {
  if (!url || mrn === "" || chartFault(url) !== undefined) return undefined;
  const address = url.trim().replaceAll(PLACE, encodeURIComponent(mrn));
  return isHttps(address) ? address : undefined;
}
