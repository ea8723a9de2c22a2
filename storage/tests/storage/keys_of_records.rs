//! The keys of the state store: which byte is which table, and how ids and numbers stand in them. They are for ever, as records are.

use corridor_domain::ids::{
    CommandId, ConversationId, CoverageId, PersonId, PinId, ScheduledId, SessionId, SiteId, TaskId, TemplateId,
};
use corridor_domain::person::Role;
use corridor_domain::timer::Timer;
use corridor_storage::keys::{self, Key, MetaName, Table};

const PERSON: PersonId = PersonId(0x10);
const OTHER: PersonId = PersonId(0x11);
const COVERAGE: CoverageId = CoverageId(0x11);
const SCHEDULED: ScheduledId = ScheduledId(0x11);
const TASK: TaskId = TaskId(0x11);
const CONVERSATION: ConversationId = ConversationId(0xA0 << 120);

/// Keys of a table with what they must be, and the table after it. A table that is forgotten stops the walk.
fn keys_of(table: Table) -> (Vec<(Key, String)>, Option<Table>) {
    let (person, other) = (format!("{:032x}", 0x10), format!("{:032x}", 0x11));
    let conversation = format!("a0{:030x}", 0);
    let (seq, fingerprint) = ("000000000000012c", "ab".repeat(16));
    match table {
        Table::Meta => (metas(MetaName::Marker), Some(Table::Person)),
        Table::Person => (vec![(keys::person(PERSON), format!("02{person}"))], Some(Table::Login)),
        Table::Login => (
            vec![(keys::login(&[0xab; 16]), format!("03{fingerprint}"))],
            Some(Table::Site),
        ),
        Table::Site => (
            vec![(keys::site(SiteId(0x10)), format!("04{person}"))],
            Some(Table::Session),
        ),
        Table::Session => (
            vec![(keys::session(SessionId(0x10)), format!("05{person}"))],
            Some(Table::PersonSession),
        ),
        Table::PersonSession => (
            vec![(
                keys::person_session(PERSON, SessionId(0x11)),
                format!("06{person}{other}"),
            )],
            Some(Table::Conversation),
        ),
        Table::Conversation => (
            vec![(keys::conversation(CONVERSATION), format!("07{conversation}"))],
            Some(Table::Membership),
        ),
        Table::Membership => (
            vec![(
                keys::membership(CONVERSATION, PERSON),
                format!("08{conversation}{person}"),
            )],
            Some(Table::PersonConversation),
        ),
        Table::PersonConversation => (
            vec![(
                keys::person_conversation(PERSON, CONVERSATION),
                format!("09{person}{conversation}"),
            )],
            Some(Table::PatientConversation),
        ),
        Table::PatientConversation => (
            vec![(
                keys::patient_conversation(PERSON, CONVERSATION),
                format!("0a{person}{conversation}"),
            )],
            Some(Table::DirectPair),
        ),
        Table::DirectPair => (
            vec![(keys::direct_pair(OTHER, PERSON), format!("0b{person}{other}"))],
            Some(Table::ChannelName),
        ),
        Table::ChannelName => (
            vec![(keys::channel_name(&[0xab; 16]), format!("0c{fingerprint}"))],
            Some(Table::Channel),
        ),
        Table::Channel => (
            vec![(keys::channel(CONVERSATION), format!("0d{conversation}"))],
            Some(Table::Event),
        ),
        Table::Event => (
            vec![(keys::event(CONVERSATION, 300), format!("0e{conversation}{seq}"))],
            Some(Table::SharedSeq),
        ),
        Table::SharedSeq => (
            vec![(keys::shared_seq(CONVERSATION, 300), format!("0f{conversation}{seq}"))],
            Some(Table::Version),
        ),
        Table::Version => (
            vec![(
                keys::version(CONVERSATION, 300, 258),
                format!("10{conversation}{seq}00000102"),
            )],
            Some(Table::BreakGlass),
        ),
        Table::BreakGlass => (
            vec![(
                keys::break_glass(PERSON, CONVERSATION),
                format!("11{person}{conversation}"),
            )],
            Some(Table::Proxy),
        ),
        Table::Proxy => (
            vec![(keys::proxy(PERSON, OTHER), format!("12{person}{other}"))],
            Some(Table::Answer),
        ),
        Table::Answer => (
            vec![(keys::answer(PERSON, CommandId(0x11)), format!("13{person}{other}"))],
            Some(Table::Audit),
        ),
        Table::Audit => (vec![(keys::audit(300), format!("14{seq}"))], Some(Table::AuditPerson)),
        Table::AuditPerson => (
            vec![(keys::audit_person(PERSON, 300), format!("15{person}{seq}"))],
            Some(Table::AuditConversation),
        ),
        Table::AuditConversation => (
            vec![(
                keys::audit_conversation(CONVERSATION, 300),
                format!("16{conversation}{seq}"),
            )],
            Some(Table::Care),
        ),
        Table::Care => (
            vec![(keys::care(CONVERSATION), format!("17{conversation}"))],
            Some(Table::Confirmed),
        ),
        Table::Confirmed => (
            vec![(
                keys::confirmed(PERSON, CONVERSATION),
                format!("18{person}{conversation}"),
            )],
            Some(Table::RefusesOnBehalf),
        ),
        Table::RefusesOnBehalf => (
            vec![(keys::refuses_on_behalf(PERSON), format!("19{person}"))],
            Some(Table::Coverage),
        ),
        Table::Coverage => (
            vec![(keys::coverage(COVERAGE), format!("1a{other}"))],
            Some(Table::PersonCoverage),
        ),
        Table::PersonCoverage => (
            vec![(keys::person_coverage(PERSON, COVERAGE), format!("1b{person}{other}"))],
            Some(Table::Timer),
        ),
        Table::Timer => (
            vec![
                (
                    keys::timer(300, Timer::CoverageBegins(COVERAGE)),
                    format!("1c{seq}01{other}"),
                ),
                (
                    keys::timer(300, Timer::CoverageEnds(COVERAGE)),
                    format!("1c{seq}02{other}"),
                ),
                (
                    keys::timer(300, Timer::MessageDue(SCHEDULED)),
                    format!("1c{seq}03{other}"),
                ),
                (
                    keys::timer(300, Timer::Reminder(PERSON, CONVERSATION)),
                    format!("1c{seq}04{person}{conversation}"),
                ),
                (keys::timer(300, Timer::TaskDue(TASK)), format!("1c{seq}05{other}")),
                (
                    keys::timer(300, Timer::ReadBy(CONVERSATION, 300)),
                    format!("1c{seq}06{conversation}{seq}"),
                ),
            ],
            Some(Table::StandIn),
        ),
        Table::StandIn => (
            vec![(
                keys::stand_in(CONVERSATION, PERSON),
                format!("1d{conversation}{person}"),
            )],
            Some(Table::CoverageStandIn),
        ),
        Table::CoverageStandIn => (
            vec![(
                keys::coverage_stand_in(COVERAGE, CONVERSATION),
                format!("1e{other}{conversation}"),
            )],
            Some(Table::Scheduled),
        ),
        Table::Scheduled => (
            vec![(keys::scheduled(SCHEDULED), format!("1f{other}"))],
            Some(Table::PersonScheduled),
        ),
        Table::PersonScheduled => (
            vec![(keys::person_scheduled(PERSON, SCHEDULED), format!("20{person}{other}"))],
            Some(Table::Attention),
        ),
        Table::Attention => (
            vec![(
                keys::attention(PERSON, CONVERSATION),
                format!("21{person}{conversation}"),
            )],
            Some(Table::Settings),
        ),
        Table::Settings => (vec![(keys::settings(), "22".to_owned())], Some(Table::Unavailable)),
        Table::Unavailable => (
            vec![(keys::unavailable(PERSON), format!("23{person}"))],
            Some(Table::Task),
        ),
        of_tasks => keys_of_tasks(of_tasks),
    }
}

fn keys_of_tasks(table: Table) -> (Vec<(Key, String)>, Option<Table>) {
    let (person, other) = (format!("{:032x}", 0x10), format!("{:032x}", 0x11));
    let (conversation, seq) = (format!("a0{:030x}", 0), "000000000000012c");
    let (key, expected, next) = match table {
        Table::Task => (
            keys::task(TASK),
            format!("24{other}"),
            Some(Table::ConversationClosedTask),
        ),
        Table::ConversationClosedTask => (
            keys::conversation_closed_task(CONVERSATION, 300, TASK),
            format!("25{conversation}{seq}{other}"),
            Some(Table::ConversationOpenTask),
        ),
        Table::ConversationOpenTask => (
            keys::conversation_open_task(CONVERSATION, TASK),
            format!("26{conversation}{other}"),
            Some(Table::PersonTask),
        ),
        Table::PersonTask => (
            keys::person_task(PERSON, TASK),
            format!("27{person}{other}"),
            Some(Table::RoleTask),
        ),
        Table::RoleTask => (
            keys::role_task(Role::FrontDesk, TASK),
            format!("2803{other}"),
            Some(Table::ReadBy),
        ),
        Table::ReadBy => (
            keys::read_by(CONVERSATION, 300),
            format!("29{conversation}{seq}"),
            Some(Table::NotRead),
        ),
        Table::NotRead => (
            keys::not_read(CONVERSATION, 300),
            format!("2a{conversation}{seq}"),
            Some(Table::ClosedTask),
        ),
        Table::ClosedTask => (
            keys::closed_task(300, TASK),
            format!("2b{seq}{other}"),
            Some(Table::Pin),
        ),
        Table::Pin => (keys::pin(PinId(0x11)), format!("2c{other}"), Some(Table::PatientPin)),
        Table::PatientPin => (
            keys::patient_pin(PERSON, 300, PinId(0x11)),
            format!("2d{person}{seq}{other}"),
            Some(Table::Restriction),
        ),
        of_restriction => return keys_of_restriction(of_restriction),
    };
    (vec![(key, expected)], next)
}

fn keys_of_restriction(table: Table) -> (Vec<(Key, String)>, Option<Table>) {
    let (person, other) = (format!("{:032x}", 0x10), format!("{:032x}", 0x11));
    let conversation = format!("a0{:030x}", 0);
    let template = TemplateId(0x11);
    match table {
        Table::Restriction => (
            vec![(keys::restriction(CONVERSATION), format!("2e{conversation}"))],
            Some(Table::CoversLabelled),
        ),
        Table::CoversLabelled => (
            vec![(keys::covers_labelled(COVERAGE), format!("2f{other}"))],
            Some(Table::Safeguards),
        ),
        Table::Safeguards => (vec![(keys::safeguards(), "30".to_owned())], Some(Table::Template)),
        Table::Template => (
            vec![(keys::template(template), format!("31{other}"))],
            Some(Table::OwnerTemplate),
        ),
        Table::OwnerTemplate => (
            vec![
                (
                    keys::owner_template(Some(PERSON), template),
                    format!("32{person}{other}"),
                ),
                (keys::owner_template(None, template), format!("32{:032x}{other}", 0)),
            ],
            Some(Table::IdentityCheck),
        ),
        Table::IdentityCheck => (
            vec![(keys::identity_check(CONVERSATION), format!("33{conversation}"))],
            Some(Table::Threads),
        ),
        Table::Threads => (
            vec![(keys::threads(PERSON, CONVERSATION), format!("34{person}{conversation}"))],
            Some(Table::ChartLink),
        ),
        Table::ChartLink => (vec![(keys::chart_link(), "35".to_owned())], Some(Table::Invitation)),
        Table::Invitation => (
            vec![(keys::invitation(PERSON), format!("36{person}"))],
            Some(Table::Policies),
        ),
        Table::Policies => (vec![(keys::policies(), "37".to_owned())], None),
        others => panic!("{others:?} stands above"),
    }
}

/// The single facts from this one on.
fn metas(name: MetaName) -> Vec<(Key, String)> {
    let (number, next) = match name {
        MetaName::Marker => (1, Some(MetaName::Progress)),
        MetaName::Progress => (2, Some(MetaName::WorkspaceName)),
        MetaName::WorkspaceName => (3, Some(MetaName::Level)),
        MetaName::Level => (4, None),
    };
    let this = (keys::meta(name), format!("01{number:02x}"));
    std::iter::once(this)
        .chain(next.map(metas).into_iter().flatten())
        .collect()
}

#[test]
fn the_bytes_of_keys_stay_as_they_are() {
    let (mut table, mut number) = (Some(Table::Meta), 0);
    while let Some(current) = table {
        let (keys, next) = keys_of(current);
        for (key, expected) in keys {
            let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(digits, expected, "{current:?}");
        }
        number += 1;
        assert_eq!(current as u8, number, "no table's byte is left out or used again");
        table = next;
    }
}
