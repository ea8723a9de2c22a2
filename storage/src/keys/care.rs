//! Keys of the responsibility for patients, of coverage, and of what waits for its time.

use super::{Key, Table, key};
use corridor_domain::ids::{ConversationId, CoverageId, PersonId, ScheduledId, TaskId};
use corridor_domain::timer::Timer;

/// The responsibility for a patient conversation.
pub fn care(conversation: ConversationId) -> Key {
    key(Table::Care, &[&conversation.to_bytes()])
}

/// What somebody confirmed to send for somebody else.
pub fn confirmed(person: PersonId, conversation: ConversationId) -> Key {
    key(Table::Confirmed, &[&person.to_bytes(), &conversation.to_bytes()])
}

/// That nobody replies for a person.
pub fn refuses_on_behalf(person: PersonId) -> Key {
    key(Table::RefusesOnBehalf, &[&person.to_bytes()])
}

/// A coverage.
pub fn coverage(coverage: CoverageId) -> Key {
    key(Table::Coverage, &[&coverage.to_bytes()])
}

/// That a person is part of a coverage that is not over.
pub fn person_coverage(person: PersonId, coverage: CoverageId) -> Key {
    key(Table::PersonCoverage, &[&person.to_bytes(), &coverage.to_bytes()])
}

/// All coverages of a person that are not over.
pub fn coverages_of(person: PersonId) -> Key {
    key(Table::PersonCoverage, &[&person.to_bytes()])
}

/// What somebody came to in a conversation by a coverage.
pub fn stand_in(conversation: ConversationId, covering: PersonId) -> Key {
    key(Table::StandIn, &[&conversation.to_bytes(), &covering.to_bytes()])
}

/// What anybody came to in a conversation by coverage.
pub fn stand_ins_in(conversation: ConversationId) -> Key {
    key(Table::StandIn, &[&conversation.to_bytes()])
}

/// That somebody stands in by a coverage in a conversation.
pub fn coverage_stand_in(coverage: CoverageId, conversation: ConversationId) -> Key {
    key(
        Table::CoverageStandIn,
        &[&coverage.to_bytes(), &conversation.to_bytes()],
    )
}

/// Where somebody stands in by a coverage.
pub fn stand_ins_of(coverage: CoverageId) -> Key {
    key(Table::CoverageStandIn, &[&coverage.to_bytes()])
}

/// What is to be sent later.
pub fn scheduled(scheduled: ScheduledId) -> Key {
    key(Table::Scheduled, &[&scheduled.to_bytes()])
}

/// That a person has something to be sent later.
pub fn person_scheduled(person: PersonId, scheduled: ScheduledId) -> Key {
    key(Table::PersonScheduled, &[&person.to_bytes(), &scheduled.to_bytes()])
}

/// All that a person has to be sent later.
pub fn scheduled_of(person: PersonId) -> Key {
    key(Table::PersonScheduled, &[&person.to_bytes()])
}

/// Somebody's own view of a conversation.
pub fn attention(person: PersonId, conversation: ConversationId) -> Key {
    key(Table::Attention, &[&person.to_bytes(), &conversation.to_bytes()])
}

/// Which of its threads somebody follows.
pub fn threads(person: PersonId, conversation: ConversationId) -> Key {
    key(Table::Threads, &[&person.to_bytes(), &conversation.to_bytes()])
}

/// What the clinic allows its people to do with words that were written.
pub fn policies() -> Key {
    key(Table::Policies, &[])
}

/// Where the clinic's own charts are found.
pub fn chart_link() -> Key {
    key(Table::ChartLink, &[])
}

/// What the clinic sets for itself.
pub fn settings() -> Key {
    key(Table::Settings, &[])
}

/// That somebody takes no new conversations of patients.
pub fn unavailable(person: PersonId) -> Key {
    key(Table::Unavailable, &[&person.to_bytes()])
}

/// Something that is waited for. The order of keys is the order of times.
pub fn timer(due_ms: u64, timer: Timer) -> Key {
    let due_ms = due_ms.to_be_bytes();
    match timer {
        Timer::CoverageBegins(coverage) => key(Table::Timer, &[&due_ms, &[1], &coverage.to_bytes()]),
        Timer::CoverageEnds(coverage) => key(Table::Timer, &[&due_ms, &[2], &coverage.to_bytes()]),
        Timer::MessageDue(scheduled) => key(Table::Timer, &[&due_ms, &[3], &scheduled.to_bytes()]),
        Timer::Reminder(person, conversation) => key(
            Table::Timer,
            &[&due_ms, &[4], &person.to_bytes(), &conversation.to_bytes()],
        ),
        Timer::TaskDue(task) => key(Table::Timer, &[&due_ms, &[5], &task.to_bytes()]),
        Timer::ReadBy(conversation, seq) => key(
            Table::Timer,
            &[&due_ms, &[6], &conversation.to_bytes(), &seq.to_be_bytes()],
        ),
    }
}

/// The first key of what is due later than that.
pub fn due_after(now_ms: u64) -> Key {
    key(Table::Timer, &[&now_ms.saturating_add(1).to_be_bytes()])
}

/// The reverse of [`timer`].
pub fn timer_of(key: &[u8]) -> Option<(u64, Timer)> {
    let (due_ms, rest) = key.get(1..)?.split_first_chunk::<8>()?;
    let (kind, ids) = rest.split_first()?;
    let (id, behind) = ids.split_first_chunk::<16>()?;
    let timer = match (kind, <[u8; 16]>::try_from(behind)) {
        (1, Err(_)) if behind.is_empty() => Timer::CoverageBegins(CoverageId::from_bytes(*id)),
        (2, Err(_)) if behind.is_empty() => Timer::CoverageEnds(CoverageId::from_bytes(*id)),
        (3, Err(_)) if behind.is_empty() => Timer::MessageDue(ScheduledId::from_bytes(*id)),
        (4, Ok(other)) => Timer::Reminder(PersonId::from_bytes(*id), ConversationId::from_bytes(other)),
        (5, Err(_)) if behind.is_empty() => Timer::TaskDue(TaskId::from_bytes(*id)),
        (6, Err(_)) => Timer::ReadBy(
            ConversationId::from_bytes(*id),
            u64::from_be_bytes(<[u8; 8]>::try_from(behind).ok()?),
        ),
        _ => return None,
    };
    Some((u64::from_be_bytes(*due_ms), timer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_stand_in_the_order_of_their_times() {
        let (one, other) = (CoverageId(u128::MAX), CoverageId(1));
        assert!(timer(255, Timer::CoverageEnds(one)) < timer(256, Timer::CoverageBegins(other)));
        let all = [
            Timer::CoverageBegins(one),
            Timer::CoverageEnds(other),
            Timer::MessageDue(ScheduledId(7)),
            Timer::Reminder(PersonId(8), ConversationId(9)),
            Timer::TaskDue(TaskId(10)),
            Timer::ReadBy(ConversationId(9), u64::MAX),
        ];
        for known in all {
            assert_eq!(timer_of(&timer(77, known)), Some((77, known)));
        }
        assert_eq!(timer_of(&timer(77, Timer::CoverageEnds(one))[..20]), None);
    }
}
