//! The one map of keys. A key is a table's byte and then ids, all of fixed width, big-endian: the order of bytes is the order
//! of ids. Keys carry ids and keyed fingerprints only, never a name or a word.
//!
//! | table | key after the byte | value |
//! |---|---|---|
//! | 01 meta | name (1 byte) | see [`MetaName`] |
//! | 02 person | person | person |
//! | 03 login | fingerprint of the login | person id |
//! | 04 site | site | site |
//! | 05 session | session | session |
//! | 06 session of person | person, session | empty |
//! | 07 conversation | conversation | head |
//! | 08 membership | conversation, person | membership |
//! | 09 conversation of person | person, conversation | empty; current members only |
//! | 0a conversation of patient | patient, conversation | empty |
//! | 0b direct pair | lower person, higher person | conversation id |
//! | 0c channel name | fingerprint of the name | conversation id |
//! | 0d channel | conversation | empty |
//! | 0e event | conversation, seq | event; a message as it stands now |
//! | 0f shared seq | conversation, shared seq | seq |
//! | 10 version | conversation, seq, version | an earlier body |
//! | 11 broken glass | person, conversation | grant |
//! | 12 proxy | patient, proxy | empty |
//! | 13 answer | person, command id | fingerprint and answer |
//! | 14 audit | leaf index | audit record |
//! | 15 audit of person | person, leaf index | empty |
//! | 16 audit of conversation | conversation, leaf index | empty |
//! | 17 care | conversation | the responsibility for a patient conversation; absent where nobody has touched it |
//! | 18 confirmed | person, conversation | what somebody confirmed to send for somebody else |
//! | 19 refuses on behalf | person | empty |
//! | 1a coverage | coverage | coverage |
//! | 1b coverage of person | person, coverage | empty; of both who are part of it, until it is over |
//! | 1c timer | time (8 bytes), kind (1 byte), id | empty |
//! | 1d stand-in | conversation, person | what somebody came to by a coverage |
//! | 1e stand-in of coverage | coverage, conversation | empty |
//! | 1f scheduled | scheduled message | what is to be sent later, or could not be |
//! | 20 scheduled of person | person, scheduled message | empty |
//! | 21 attention | person, conversation | somebody's own view; absent where they changed nothing |
//! | 22 settings | | what the clinic sets for itself; absent before it did |
//! | 23 unavailable | person | empty; takes no new conversations of patients |
//! | 24 task | task | task |
//! | 25 closed task of conversation | conversation, time (8 bytes), task | empty |
//! | 26 open task of conversation | conversation, task | empty |
//! | 27 open task of person | person, task | empty |
//! | 28 open task of role | role (1 byte), task | empty |
//! | 29 read by | conversation, seq | a message that a patient must read by a time, until they have |
//! | 2a not read | conversation, seq | empty; that time has passed |
//! | 2b closed task | time (8 bytes), task | empty |
//! | 2c pin | pin | what was put to a patient's chart |
//! | 2d pin of patient | patient, time (8 bytes), pin | the conversation that it is from |
//! | 2e restriction | conversation | what restricts a patient's conversation; absent where nothing ever did |
//! | 2f covers labelled | coverage | empty; it is of conversations with a label too |
//! | 30 safeguards | | what the clinic does against words that reach the wrong reader; absent before it set them |
//! | 31 template | template | template |
//! | 32 template of owner | person, or sixteen zeros for the clinic, template | empty |
//! | 33 identity check | conversation | the last check of who writes from the patient's account |
//! | 34 threads | person, conversation | which threads somebody said they follow, and which not; absent where they said nothing |
//! | 35 chart link | | where the clinic's own charts are found; absent before it said so |
//! | 36 invitation | person | the code that somebody was given to sign in for the first time; absent where none is open |
//! | 37 policies | | what the clinic allows its people to do with words that were written; absent before it set them |
//!
//! Table bytes are reserved for ever; a table that is given up leaves its byte unused.

mod audit;
mod care;
mod conversations;
mod people;
mod restriction;
mod tasks;

pub use audit::{audit, audit_conversation, audit_person};
pub use care::{
    attention, care, chart_link, confirmed, coverage, coverage_stand_in, coverages_of, due_after, person_coverage,
    person_scheduled, policies, refuses_on_behalf, scheduled, scheduled_of, settings, stand_in, stand_ins_in,
    stand_ins_of, threads, timer, timer_of, unavailable,
};

pub use conversations::{
    channel, channel_name, conversation, conversations_about, conversations_of, direct_pair, event, membership,
    memberships_of, patient_conversation, person_conversation, shared_seq, version, versions_of,
};
pub use people::{invitation, login, person, person_session, session, sessions_of, site};
pub use restriction::{
    covers_labelled, identity_check, owner_template, restriction, safeguards, template, templates_of,
};
pub use tasks::{
    closed_task, closed_tasks_about, conversation_closed_task, conversation_open_task, not_read, not_read_of,
    open_tasks_about, patient_pin, person_task, pin, pins_of, read_by, read_bys_in, role_task, task, tasks_of_person,
    tasks_of_role,
};

use corridor_domain::ids::{CommandId, ConversationId, PersonId};

/// A key of the store.
pub type Key = Vec<u8>;
/// A fingerprint under the workspace's index key.
pub type Fingerprint = [u8; 16];

/// The tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Table {
    /// Single facts.
    Meta = 0x01,
    /// People.
    Person = 0x02,
    /// Who signs in by which name.
    Login = 0x03,
    /// Locations.
    Site = 0x04,
    /// Sign-ins.
    Session = 0x05,
    /// Sign-ins by person.
    PersonSession = 0x06,
    /// Heads of conversations.
    Conversation = 0x07,
    /// Memberships, past ones too.
    Membership = 0x08,
    /// Where somebody is a member now.
    PersonConversation = 0x09,
    /// What is about a patient.
    PatientConversation = 0x0a,
    /// The one direct conversation of two people.
    DirectPair = 0x0b,
    /// Channels by name.
    ChannelName = 0x0c,
    /// All channels.
    Channel = 0x0d,
    /// Events.
    Event = 0x0e,
    /// The patients' numbering.
    SharedSeq = 0x0f,
    /// Earlier versions.
    Version = 0x10,
    /// Broken glasses.
    BreakGlass = 0x11,
    /// Proxies by patient.
    Proxy = 0x12,
    /// Answers to commands.
    Answer = 0x13,
    /// The audit record.
    Audit = 0x14,
    /// The audit record by person.
    AuditPerson = 0x15,
    /// The audit record by conversation.
    AuditConversation = 0x16,
    /// The responsibility for patient conversations.
    Care = 0x17,
    /// What is about to be sent for somebody else.
    Confirmed = 0x18,
    /// For whom nobody replies.
    RefusesOnBehalf = 0x19,
    /// Coverages, past ones too.
    Coverage = 0x1a,
    /// Coverages by person.
    PersonCoverage = 0x1b,
    /// What is waited for, by time.
    Timer = 0x1c,
    /// What somebody came to by a coverage.
    StandIn = 0x1d,
    /// The same by coverage.
    CoverageStandIn = 0x1e,
    /// What is to be sent later.
    Scheduled = 0x1f,
    /// The same by author.
    PersonScheduled = 0x20,
    /// What people keep of conversations for themselves.
    Attention = 0x21,
    /// What the clinic sets for itself.
    Settings = 0x22,
    /// Who takes no new conversations of patients.
    Unavailable = 0x23,
    /// Tasks.
    Task = 0x24,
    /// Closed ones by conversation and time.
    ConversationClosedTask = 0x25,
    /// Open ones by conversation.
    ConversationOpenTask = 0x26,
    /// Open ones by who is to do them.
    PersonTask = 0x27,
    /// Open ones by the role that is to do them.
    RoleTask = 0x28,
    /// What patients must read by a time.
    ReadBy = 0x29,
    /// What they have not.
    NotRead = 0x2a,
    /// Closed tasks by time.
    ClosedTask = 0x2b,
    /// Pins.
    Pin = 0x2c,
    /// Pins by patient and time.
    PatientPin = 0x2d,
    /// What restricts patients' conversations.
    Restriction = 0x2e,
    /// Coverages that are of conversations with a label too.
    CoversLabelled = 0x2f,
    /// What the clinic does against words that reach the wrong reader.
    Safeguards = 0x30,
    /// Words that are used again.
    Template = 0x31,
    /// The same by owner.
    OwnerTemplate = 0x32,
    /// The last check of who writes from a patient's account.
    IdentityCheck = 0x33,
    /// Which threads people follow.
    Threads = 0x34,
    /// Where the clinic's own charts are found.
    ChartLink = 0x35,
    /// Codes by which people sign in for the first time.
    Invitation = 0x36,
    /// What the clinic allows its people to do with words that were written.
    Policies = 0x37,
}

/// Whether what begins with this byte is the past: most of all bytes, written once and not looked at by commands to come.
pub(crate) fn is_past(first: u8) -> bool {
    const PAST: [Table; 6] = [
        Table::Event,
        Table::SharedSeq,
        Table::Version,
        Table::Audit,
        Table::AuditPerson,
        Table::AuditConversation,
    ];
    PAST.iter().any(|table| *table as u8 == first)
}

/// Single facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum MetaName {
    /// The cluster's marker, opaque here.
    Marker = 1,
    /// Counters and the rolling hash.
    Progress = 2,
    /// The clinic's name.
    WorkspaceName = 3,
    /// The highest version of a command that was applied: one byte. Absent: 1.
    Level = 4,
}

fn key(table: Table, parts: &[&[u8]]) -> Key {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    key.push(table as u8);
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

/// The first key of a prefix and the first key behind it.
pub fn range_of(prefix: &[u8]) -> (Key, Key) {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            break;
        }
    }
    (prefix.to_vec(), end)
}

/// The last sixteen bytes of a key: the id that ends it.
pub fn last_id(key: &[u8]) -> Option<[u8; 16]> {
    key.last_chunk::<16>().copied()
}

/// The last eight bytes of a key: the number that ends it.
pub fn last_number(key: &[u8]) -> Option<u64> {
    key.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes))
}

/// Everything of a table.
pub fn table(table: Table) -> Key {
    key(table, &[])
}

/// A single fact.
pub fn meta(name: MetaName) -> Key {
    key(Table::Meta, &[&[name as u8]])
}

/// A broken glass.
pub fn break_glass(person: PersonId, conversation: ConversationId) -> Key {
    key(Table::BreakGlass, &[&person.to_bytes(), &conversation.to_bytes()])
}

/// That somebody acts for a patient.
pub fn proxy(patient: PersonId, proxy: PersonId) -> Key {
    key(Table::Proxy, &[&patient.to_bytes(), &proxy.to_bytes()])
}

/// All who act for a patient.
pub fn proxies_of(patient: PersonId) -> Key {
    key(Table::Proxy, &[&patient.to_bytes()])
}

/// The answer to a command.
pub fn answer(person: PersonId, command: CommandId) -> Key {
    key(Table::Answer, &[&person.to_bytes(), &command.to_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_is_the_order_of_ids() {
        let conversation = ConversationId(7);
        assert!(event(conversation, 1) < event(conversation, 2));
        assert!(event(conversation, 255) < event(conversation, 256));
        assert!(event(conversation, u64::MAX) < event(ConversationId(8), 1));
        assert!(membership(conversation, PersonId(1)) < membership(conversation, PersonId(u128::MAX)));
        assert!(audit(9) < audit(10));
        assert_eq!(
            direct_pair(PersonId(1), PersonId(2)),
            direct_pair(PersonId(2), PersonId(1))
        );
    }

    #[test]
    fn a_range_holds_its_prefix_and_nothing_else() {
        let (from, to) = range_of(&memberships_of(ConversationId(u128::MAX)));
        assert!(from <= membership(ConversationId(u128::MAX), PersonId(u128::MAX)));
        assert!(membership(ConversationId(u128::MAX), PersonId(u128::MAX)) < to);
        assert!(to <= table(Table::PersonConversation));
        assert_eq!(last_number(&event(ConversationId(1), 77)), Some(77));
        assert_eq!(
            last_id(&membership(ConversationId(1), PersonId(5))),
            Some(PersonId(5).to_bytes())
        );
    }
}
