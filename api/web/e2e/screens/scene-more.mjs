// Stands between the demo clinic and the pictures of what is seldom: answers in a thread, a question who is writing, a room beside a patient, many
// pins, a hand-over that nobody took, coverage, labels, accounts with nothing in them. Refuses to know any screen, and to touch what scene.mjs made.
const plain = (body, more = {}) => ({ body, audience: "everyone", priority: "routine", mentions: [], ...more });
const HOUR_MS = 3_600_000;
const PASSWORD = "nothing-happened-yet-2026";
const PINS = 104;

export const MORE = {
  dressing: "Which dressing?",
  asked: "Which dressing shall I buy for the knee? There are three kinds.",
  blue: "The blue one, and change it every second day.",
  iron: "Iron and the results",
  late: "A form for work",
  kept: "My talk with the doctor",
  wait: "Blood pressure at home",
  told: "It was 118 over 76 this morning.",
  room: "Her knee: MRI or not",
  group: "Night cover",
  nights: "Who takes the nights in the first week of August?",
  wrong: "Take 500 mg.",
};

export async function setMore(node, signed, account) {
  const { okafor, wen, jonas, rosa, garcia, teo } = signed;
  const [raman, lindqvist, leo] = await Promise.all(["raman", "lindqvist", "leo.tran"].map((login) => node.api(account(login))));
  const writes = async (api, id, body, more) => api.post(`/v1/conversations/${id}/messages`, plain(body, more));
  const opens = async (api, topic) => (await api.post("/v1/conversations", { kind: "patient", patient_id: api.person.id, topic })).conversation_id;
  const cares = (api, id, step) => api.post(`/v1/conversations/${id}/care`, step);

  const { safeguards } = await teo.get("/v1/settings");
  await teo.put("/v1/safeguards", { ...safeguards, confidential_from_years: 12, undo_s: 0 });
  await teo.put("/v1/chart-link", { url: "https://ehr.example/chart?mrn={mrn}" });
  for (const [name, body] of [
    ["Lab results are in", "Dear {patient.first_name}, your results are in: {result}. {me.name}"],
    ["How to prepare for a fasting test", "{patient.first_name}, please eat nothing from 10 pm on, and come at {time}."],
    ["Where we are", "{clinic.name}, third floor. The door on the left is open from 8 on."],
  ]) await teo.post("/v1/templates", { name, body, shared: true });

  // a hand-over that nobody takes in time; it is late a minute from now
  const late = await opens(garcia, MORE.late);
  await cares(okafor, late, { step: "take" });
  await cares(okafor, late, { step: "hand_over", to_id: wen.person.id, minutes: 1 });

  // answers to one message, for the patient and for the team
  const dressing = await opens(garcia, MORE.dressing);
  const { seq: root } = await writes(garcia, dressing, MORE.asked);
  await cares(okafor, dressing, { step: "take" });
  await writes(okafor, dressing, MORE.blue, { reply_to: root });
  await writes(wen, dressing, "She is allergic to the white one: the skin was red last time.", { reply_to: root, audience: "team" });
  await writes(garcia, dressing, "Thank you! I found it.");

  // who is writing? asked, and not answered
  const iron = await opens(garcia, MORE.iron);
  await writes(garcia, iron, "Can you tell me the results here?");
  await cares(okafor, iron, { step: "take" });
  await okafor.post(`/v1/conversations/${iron}/identity`);

  // where replies are held, and where somebody else is quicker
  const wait = await opens(garcia, MORE.wait);
  await writes(garcia, wait, MORE.told);
  await cares(okafor, wait, { step: "take" });

  // rooms of the team
  const care_room = async (beside_id) => (await okafor.post("/v1/conversations", { kind: "care_room", beside_id, topic: MORE.room })).conversation_id;
  const room = await care_room(dressing);
  await writes(okafor, room, "No locking so far. I would wait a week with the MRI.");
  const group = (await okafor.post("/v1/conversations", { kind: "group", topic: MORE.group, member_ids: [wen.person.id, jonas.person.id] })).conversation_id;
  await writes(okafor, group, MORE.nights);
  await writes(wen, group, "I can, but for Sunday. @Chidi Okafor can you?", { mentions: [{ person_id: okafor.person.id }] });
  const calls = () => writes(wen, group, "@Chidi Okafor and the Monday after?", { mentions: [{ person_id: okafor.person.id }] });
  const lunch = (await okafor.post("/v1/conversations", { kind: "channel", topic: "lunch", visibility: "public", site_id: null, phi_allowed: false, member_ids: [] })).conversation_id;
  const direct = (await okafor.post("/v1/conversations", { kind: "direct", person_id: jonas.person.id })).conversation_id;
  const { seq } = await writes(okafor, direct, MORE.wrong);
  await writes(jonas, direct, "Is it not 250?");
  await okafor.delete(`/v1/conversations/${direct}/messages/${seq}?reason=wrong%20dose`);
  const unread = (await jonas.post("/v1/conversations", { kind: "direct", person_id: wen.person.id })).conversation_id;
  await writes(jonas, unread, "The centrifuge is back.");

  // somebody covers, now
  await raman.post("/v1/coverage", { covering_id: lindqvist.person.id, until_ms: Date.now() + 26 * HOUR_MS, reason: "Training" });
  const covered = (await raman.get("/v1/conversations?scope=mine")).conversations.find((one) => one.kind === "patient" && one.topic === "Fever").id;

  // a label, and what is kept from who acts for a patient
  const labelled = await opens(garcia, "About the other clinic");
  await writes(garcia, labelled, "Do you need the letter of the other clinic?");
  await cares(okafor, labelled, { step: "take" });
  await okafor.post(`/v1/conversations/${labelled}/restriction`, { step: "label", sensitivity: "part_2" });
  const kept = await opens(leo, MORE.kept);
  await writes(leo, kept, "Can I come alone next time?");
  await leo.post(`/v1/conversations/${kept}/restriction`, { step: "confidential", confidential: true });

  // a chart with many pins
  const novak = (await okafor.get("/v1/conversations?scope=mine")).conversations.find((one) => one.kind === "patient" && one.patient?.name === "Petra Novak");
  const { mrn, birth_date } = (await okafor.get(`/v1/conversations/${novak.id}`)).patient;
  for (let nth = 1; nth <= PINS; nth += 1) await okafor.post(`/v1/conversations/${novak.id}/pins`, { patient_id: novak.patient.id, mrn, birth_date, seqs: [], summary: `Blood pressure at home, week ${nth}: as before.` });

  // those for whom nothing has happened
  const { sites } = await teo.get("/v1/sites");
  const made = [
    { kind: "staff", name: "Imani Reyes", title: "RN", login: "imani", roles: ["nurse"], site_ids: [sites[0].id] },
    { kind: "patient", name: "Flora Okoro", login: "flora", mrn: "MRN-10401", birth_date: "1979-04-02", care_team: [], site_ids: [] },
  ].map((one) => ({ ...one, password: PASSWORD }));
  for (const one of made) await teo.post("/v1/people", one);

  return { late, dressing, root, iron, wait, room, group, lunch, direct, unread_direct: unread, covered, labelled, kept, many_pins: novak.id, fever: covered, made, calls, apis: { teo, wen, rosa } };
}
