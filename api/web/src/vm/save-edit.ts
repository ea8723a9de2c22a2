// Stands between a message that is being edited and the node. Refuses to know where it is edited.
import { mentionsIn } from "../core/mentions";
import { sentenceOf } from "../core/problems";
import { LENGTH_MAX, type Composer } from "./composer.svelte";
import { cancelEdit } from "./edits";
import { session } from "./session.svelte";

/** `check`: not where its author was asked, and means it. */
export async function saveEdit(composer: Composer, check: ReturnType<Composer["check"]> = composer.check()): Promise<void> {
  const message = composer.editing;
  const body = composer.text.trim();
  if (message === undefined || composer.saving || body === "" || composer.size > LENGTH_MAX) return;
  if (body === message.body) return cancelEdit(composer);
  composer.saving = true;
  composer.problem = "";
  try {
    await session.sync?.commands.run({ type: "edit_message", conversation_id: composer.view.id, seq: message.seq, body, mentions: mentionsIn(body, composer.chosen), ...check });
    cancelEdit(composer);
  } catch (error) {
    composer.problem = sentenceOf(error);
    composer.refused = error;
  } finally {
    composer.saving = false;
  }
}
