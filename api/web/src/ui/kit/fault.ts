// Stands between a form whose fields say what is wrong (`data-fault`) and the focus: in the first of them. Refuses to know what a fault is.
import { tick } from "svelte";

/** Once the faults are shown. Where there is nothing to write in, at what can be pressed. */
export async function focusFault(form: HTMLElement | undefined): Promise<void> {
  await tick();
  const fault = form?.querySelector('[data-fault="true"]');
  (fault?.querySelector<HTMLElement>("input, textarea") ?? fault?.querySelector("button"))?.focus();
}
