//! Limits of the responsibility for patients, and of looking at their words without belonging to them.
//!
//! Part of `limits.rs`, where they are found.

/// Shortest reason for breaking the glass, in bytes: one word is no reason.
pub const BREAK_GLASS_REASON_SIZE_BYTES_MIN: usize = 10;
/// Longest time the glass stays broken, in minutes.
pub const BREAK_GLASS_MINUTES_MAX: u32 = 8 * 60;
/// How long a hand-over may wait to be accepted, in minutes; what is longer is coverage.
pub const HAND_OVER_MINUTES_MAX: u32 = 24 * 60;
/// How long it waits where nobody says otherwise, in minutes (J04).
pub const HAND_OVER_MINUTES: u32 = 30;
/// How long what was confirmed for somebody else can be sent.
pub const ON_BEHALF_CONFIRMATION_MS: u64 = 2 * 60 * 1_000;
/// Longest coverage by hand.
pub const COVERAGE_MS_MAX: u64 = 92 * 24 * 60 * 60 * 1_000;
/// How far ahead a coverage may begin.
pub const COVERAGE_AHEAD_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1_000;
/// Coverages that one person is part of, on either side, and that are not over.
pub const COVERAGES_PER_PERSON_COUNT_MAX: usize = 16;
/// Conversations that go back with one command when a coverage ends.
pub const COVERAGE_RETURNS_COUNT_MAX: usize = 16;
/// Longest standing guidance, in bytes.
pub const GUIDANCE_SIZE_BYTES_MAX: usize = 2_000;
/// Longest name of a time zone, in bytes.
pub const ZONE_SIZE_BYTES_MAX: usize = 64;
/// Stretches of a week in which a clinic answers.
pub const HOURS_COUNT_MAX: usize = 28;
/// Reasons for which patients write.
pub const REASONS_COUNT_MAX: usize = 30;
/// Longest name of a reason, in bytes.
pub const REASON_NAME_SIZE_BYTES_MAX: usize = 80;
/// How far ahead a message may be scheduled.
pub const SCHEDULED_AHEAD_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1_000;
/// Messages that one person has waiting.
pub const SCHEDULED_PER_PERSON_COUNT_MAX: usize = 100;
/// How far ahead a reminder may be.
pub const REMINDER_AHEAD_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1_000;
/// Open tasks about one conversation.
pub const TASKS_PER_CONVERSATION_COUNT_MAX: usize = 200;
/// Tasks of one answer.
pub const TASKS_LISTED_COUNT_MAX: usize = 200;
/// Tasks that are looked at for one answer.
pub const TASKS_LOOKED_AT_COUNT_MAX: usize = 2_000;
/// Longest line that says what is to be done, in bytes.
pub const TASK_TITLE_SIZE_BYTES_MAX: usize = 500;
/// How far ahead a task may be due, and a message to be read.
pub const TASK_AHEAD_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1_000;
/// Messages of one conversation that must be read by a time, and are not.
pub const READ_BYS_PER_CONVERSATION_COUNT_MAX: usize = 16;
/// The same with those that were not read in time: they wait until they are.
pub const READ_BYS_KEPT_PER_CONVERSATION_COUNT_MAX: usize = 128;
/// Messages of one pin.
pub const PINNED_MESSAGES_COUNT_MAX: usize = 100;
/// Pins of one patient's chart.
pub const PINS_PER_PATIENT_COUNT_MAX: usize = 1_000;
/// Sealed words of one pin, in bytes.
pub const PIN_SIZE_BYTES_MAX: usize = 256 * 1_024;
/// Pins of one answer.
pub const PINS_LISTED_COUNT_MAX: usize = 100;
/// Their records, in bytes: an answer ends behind the first that is above.
pub const PINS_LISTED_SIZE_BYTES_MAX: usize = 2 * 1_024 * 1_024;
/// Longest summary that is pinned, in bytes.
pub const PIN_SUMMARY_SIZE_BYTES_MAX: usize = 8_000;
/// How long another one's reply keeps one from replying without having seen it (J05).
pub const ANOTHER_REPLIED_MS: u64 = 10_000;
/// Events that are looked back for it.
pub const ANOTHER_REPLIED_EVENTS_COUNT_MAX: u64 = 64;
/// How long a reply to a patient can be undone where the clinic does not say otherwise, in seconds.
pub const UNDO_S: u16 = 10;
/// The longest that a clinic can set, in seconds: a patient waits as long.
pub const UNDO_S_MAX: u16 = 60;
/// The highest age from which a clinic lets conversations be confidential, in years: who is of age is their own master.
pub const CONFIDENTIAL_YEARS_MAX: u8 = 18;
/// Longest address of the clinic's own charts, in bytes.
pub const CHART_LINK_SIZE_BYTES_MAX: usize = 500;
/// Templates of one owner, or of the clinic.
pub const TEMPLATES_PER_OWNER_COUNT_MAX: usize = 200;
/// Longest name of a template, in bytes.
pub const TEMPLATE_NAME_SIZE_BYTES_MAX: usize = 80;
/// Longest words of a template, in bytes.
pub const TEMPLATE_BODY_SIZE_BYTES_MAX: usize = 4_000;
/// What is said of a message that names another patient: so many places of it.
pub const OTHERS_NAMED_COUNT_MAX: usize = 5;
/// Events of one conversation that are looked at for one answer of a timeline: messages stand among marks.
pub const TIMELINE_LOOKED_AT_COUNT_MAX: usize = 5_000;
/// Words of one message that are compared with the charts.
pub const WORDS_COMPARED_COUNT_MAX: usize = 4_000;
/// Lines of a patient's timeline in one answer.
pub const TIMELINE_COUNT_MAX: usize = 100;
/// How often the node that leads looks for what is due.
pub const AGENDA_LOOK_INTERVAL_MS: u64 = 250;
/// Rounds of them at one look: what is left then waits for the next.
pub const AGENDA_ROUNDS_COUNT_MAX: usize = 64;
/// Timers that are proposed at once.
pub const AGENDA_TIMERS_COUNT_MAX: usize = 64;
/// Events of the patient's numbering that are looked back to find since when they wait, where a node gathers the queue.
pub const QUEUE_LOOK_BACK_EVENTS_COUNT: u64 = 1_000;
/// How far back first replies are counted.
pub const REPLIES_LOOK_BACK_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
/// First replies of one conversation that are counted, the newest.
pub const REPLIES_PER_CONVERSATION_COUNT_MAX: usize = 64;
/// Conversations of one page of the queue.
pub const QUEUE_PAGE_COUNT_MAX: usize = 100;
