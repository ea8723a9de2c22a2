// Stands between a date of birth and years. Refuses to guess: a date that is none has no age.
export function ageOn(birth_date: string, now_ms: number): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birth_date);
  if (parts === null) return undefined;
  const now = new Date(now_ms);
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const before = now.getMonth() + 1 < month || (now.getMonth() + 1 === month && now.getDate() < day);
  const age = now.getFullYear() - year - Number(before);
  return age >= 0 && age < 150 ? age : undefined;
}
