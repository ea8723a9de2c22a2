// Stands between the demo clinic and its pictures: what has happened before anybody looks, done through the interface for programs, so that
// each screen has something to tell. Refuses to know any screen.
import { setMore } from "./scene-more.mjs";

const plain = (body, more = {}) => ({ body, audience: "everyone", priority: "routine", mentions: [], ...more });
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const WORDS = {
  knee: "Knee pain on the stairs",
  asked: "Good morning. Since the weekend my left knee hurts on the stairs, and it is a little swollen.",
  answered: "Thank you for writing, Ms. Garcia. Please rest it, and cool it for **15 minutes, three times a day**. No running this week.",
  note: "Think of a meniscus: twisted it while dancing on Saturday. If it locks, MRI this week.",
  unread: "It is less swollen now. May I take ibuprofen before work?",
  travel: "Travel to Peru: vaccines",
  closed: "Form for the gym",
  later: "How is the knee after three days of rest?",
  task: "Call the imaging center for a slot on Thursday",
  summary: "Left knee: pain on stairs since Saturday, swollen, twisted while dancing. Told to rest and cool. MRI if it locks.",
};

/** Two of the care team, the front desk, the administrator and a patient; what they wrote, and what waits for whom. */
export async function setScene(node) {
  const made = [];
  const account = (login) => [...node.people(), ...made].find((one) => one.login === login);
  const signed = {};
  for (const login of ["okafor", "wen", "jonas", "lindqvist", "rosa", "teo", "garcia"]) signed[login] = await node.api(account(login));
  const { okafor, wen, jonas, lindqvist, rosa, garcia } = signed;
  const opens = async (topic) => (await garcia.post("/v1/conversations", { kind: "patient", patient_id: garcia.person.id, topic })).conversation_id;
  const writes = async (api, id, body, more) => api.post(`/v1/conversations/${id}/messages`, plain(body, more));
  const cares = (api, id, step) => api.post(`/v1/conversations/${id}/care`, step);
  const reads = async (api, id) => api.post(`/v1/conversations/${id}/read`, { seq: (await api.get(`/v1/conversations/${id}`)).last_seq });

  // closed for the patient
  const closed = await opens(WORDS.closed);
  await writes(garcia, closed, "Could you sign the form for my gym?");
  await cares(wen, closed, { step: "take" });
  await writes(wen, closed, "It is signed and lies at the front desk for you.");
  await reads(garcia, closed);
  await cares(wen, closed, { step: "close" });

  // handed over, and not accepted yet
  const travel = await opens(WORDS.travel);
  await writes(garcia, travel, "We fly to Peru in six weeks. Which vaccines do I need?");
  await cares(wen, travel, { step: "take" });
  await writes(wen, travel, "Yellow fever depends on the route. She will send the itinerary today; please decide then.", { audience: "team" });
  await cares(wen, travel, { step: "hand_over", to_id: okafor.person.id, minutes: 30 });

  // the one in the middle of it all
  const knee = await opens(WORDS.knee);
  const first = await writes(garcia, knee, WORDS.asked);
  await cares(okafor, knee, { step: "take" });
  const second = await writes(okafor, knee, WORDS.answered);
  const third = await writes(okafor, knee, WORDS.note, { audience: "team" });
  await writes(wen, knee, "I can see her at 4:20 today.", { audience: "team", mentions: [{ person_id: okafor.person.id }] });
  await reads(garcia, knee);
  await writes(okafor, knee, "Please come today at 4:20, and bring your insurance card.", { priority: "urgent", read_by_ms: Date.now() + 3 * HOUR_MS });
  const pinned = await okafor.get(`/v1/conversations/${knee}`);
  await okafor.post(`/v1/conversations/${knee}/pins`, { patient_id: garcia.person.id, mrn: pinned.patient.mrn, birth_date: pinned.patient.birth_date, seqs: [first.seq, second.seq, third.seq], summary: WORDS.summary });
  const task = (api, title, assignee, more = {}) => api.post(`/v1/conversations/${knee}/tasks`, { title, assignee, ...more });
  await task(wen, WORDS.task, { person_id: okafor.person.id }, { seq: third.seq, due_at_ms: Date.now() + 2 * HOUR_MS });
  await task(okafor, "Print the exercises for the knee", { person_id: wen.person.id });
  await task(jonas, "Ask when she can come for the MRI", { role: "medical_assistant" }, { due_at_ms: Date.now() + DAY_MS });
  await writes(garcia, knee, WORDS.unread);

  // for later, and for oneself
  const own = (await okafor.get("/v1/conversations?scope=mine")).conversations.filter((one) => one.kind === "patient" && one.patient?.state === "active" && one.patient.id !== garcia.person.id);
  const [reminded, put_away] = own;
  await okafor.post(`/v1/conversations/${knee}/scheduled`, { at_ms: Date.now() + 3 * DAY_MS, ...plain(WORDS.later) });
  await okafor.post(`/v1/conversations/${reminded.id}/scheduled`, { at_ms: Date.now() + DAY_MS, ...plain("Please remember the fasting blood test tomorrow morning.") });
  await okafor.post(`/v1/conversations/${reminded.id}/attention`, { step: "remind", at_ms: Date.now() + DAY_MS });
  for (const one of [put_away, own[2]].filter(Boolean)) {
    await reads(okafor, one.id);
    await okafor.post(`/v1/conversations/${one.id}/attention`, { step: "put_away" });
  }
  await task(okafor, "Look at the itinerary for Peru", { person_id: okafor.person.id }, { due_at_ms: Date.now() + DAY_MS });

  // somebody is away next week
  const { coverages } = await okafor.get("/v1/coverage");
  if (coverages.length === 0) await okafor.post("/v1/coverage", { covering_id: lindqvist.person.id, from_ms: Date.now() + 5 * DAY_MS, until_ms: Date.now() + 12 * DAY_MS, reason: "Annual leave" });

  const more = await setMore(node, signed, account);
  made.push(...more.made);
  return { ...more, account, knee, travel, closed, reminded: reminded.id, clinical: await threadIn(wen, "clinical"), queue_person: rosa.person.id };
}

/** A channel, and a message in it that was answered most. */
async function threadIn(api, topic) {
  const channel = (await api.get("/v1/conversations?scope=mine")).conversations.find((one) => one.kind === "channel" && one.topic === topic);
  const { events } = await api.get(`/v1/conversations/${channel.id}/events?limit=100`);
  const answers = new Map();
  for (const { event } of events) if (event.type === "message_sent" && event.reply_to) answers.set(event.reply_to, (answers.get(event.reply_to) ?? 0) + 1);
  const [root] = [...answers].filter(([seq]) => events.some((one) => one.seq === seq)).sort((a, b) => b[1] - a[1])[0];
  return { id: channel.id, root };
}
