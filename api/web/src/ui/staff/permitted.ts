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
  /** The queue: of one's own patients, of those one covers for, or of the whole organization. */
  queue: boolean;
  /** All of the organization's in it. */
  organization: boolean;
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
    // a node of before has only the other two
    queue: has("patient_queue") || covers || has("organization_queue"),
    organization: has("organization_queue"),
  };
}
