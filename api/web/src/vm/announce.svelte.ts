// Stands between events and those who listen: one polite region and one for STAT. Refuses to know names of patients.
class Announcer {
  polite = $state("");
  assertive = $state("");
  private turn = false;

  say(words: string): void {
    this.turn = !this.turn;
    this.polite = this.turn ? words : `${words}\u00a0`; // the same words twice must be heard twice
  }

  alarm(words: string): void {
    this.turn = !this.turn;
    this.assertive = this.turn ? words : `${words}\u00a0`;
  }
}

export const announcer = new Announcer();
