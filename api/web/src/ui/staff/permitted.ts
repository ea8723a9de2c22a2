// Stands between a person's permissions and the doors of the page: what a role may not do is not offered.
// Refuses to decide: the node does, each time. This only keeps buttons from promising what would be refused.
import type { Me } from "../../core/wire";

export interface Permitted {
  patient: boolean;
  teammate: boolean;
  group: boolean;
  channel: boolean;
  announcement: boolean;
  /** Any of the four. */
  write: boolean;
  browse: boolean;
  /** People of other organizations have rooms with the clinic, and no patients here. */
  inbox: boolean;
  /** The organization's queue: by role, or for as long as one covers for somebody. */
  queue: boolean;
}

export function permittedTo(me: Me | undefined, covers = false): Permitted {
  const has = (permission: string): boolean => me?.permissions.includes(permission) ?? false;
  const [patient, teammate, group, channel] = [has("create_patient_conversation"), has("read_people"), has("create_group"), has("create_channel")];
  return {
    patient, teammate, group, channel,
    announcement: has("create_announcement"),
    write: patient || teammate || group || channel,
    browse: has("read_people"),
    inbox: me?.person.kind === "staff",
    queue: covers || has("organization_queue"),
  };
}
