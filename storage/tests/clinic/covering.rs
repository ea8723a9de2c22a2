//! The clerk of the clinic, who cares for nobody, covers for others: short words for it.

use super::folk::{ADMINISTRATOR, CLERK, NURSE, PHYSICIAN};
use super::{Clinic, from};
use corridor_domain::care::{CareStep, Party};
use corridor_domain::command::{Acting, Command};
use corridor_domain::conversation::History;
use corridor_domain::coverage::NewCoverage;
use corridor_domain::ids::{ConversationId, CoverageId, PersonId};
use corridor_domain::outcome::Answer;
use corridor_domain::private::Private;
use corridor_domain::timer::Timer;

pub const LEAVE: CoverageId = CoverageId(0xC0);
pub const HOUR_MS: u64 = 60 * 60 * 1_000;

/// The clerk covers for the physician, from and until so long from now.
pub fn leave(clinic: &Clinic, id: CoverageId, from_ms: u64, until_ms: u64) -> Command {
    Command::GrantCoverage {
        coverage: Box::new(NewCoverage {
            id,
            covered: PHYSICIAN,
            covering: CLERK,
            from_ms: clinic.now_ms + from_ms,
            until_ms: clinic.now_ms + until_ms,
            reason: Private::from("annual leave"),
        }),
    }
}

pub fn join(conversation: ConversationId) -> Command {
    Command::AddMember {
        conversation,
        person: CLERK,
        history: History::Full,
    }
}

pub fn take(conversation: ConversationId, from: Option<PersonId>) -> Command {
    care(conversation, CareStep::Take { from })
}

pub fn care(conversation: ConversationId, step: CareStep) -> Command {
    Command::Care { conversation, step }
}

pub fn party(clinic: &Clinic, conversation: ConversationId) -> Party {
    let viewer = clinic.reader.person(NURSE).unwrap().unwrap();
    let readable = clinic.reader.readable(&viewer, conversation).unwrap();
    readable.care().unwrap().party(readable.holder.as_ref())
}

pub fn is_member(clinic: &Clinic, conversation: ConversationId, person: PersonId) -> bool {
    let membership = clinic.reader.membership(conversation, person).unwrap();
    membership.is_some_and(|membership| membership.is_current())
}

/// Whoever leads looks what is due. Says how many commands that took.
pub fn fire(clinic: &mut Clinic) -> usize {
    let mut fired = 0;
    loop {
        let due = clinic.reader.timers_due(clinic.now_ms, 64).unwrap();
        let Some(timer) = due.first() else { return fired };
        fired += 1;
        let answer = fire_one(clinic, *timer);
        assert!(matches!(answer, Answer::Done { .. }), "{timer:?}: {answer:?}");
    }
}

pub fn fire_one(clinic: &mut Clinic, timer: Timer) -> Answer {
    clinic.commands += 1;
    let command = Command::FireTimer { timer };
    let envelope = from(Acting::Clock, clinic.commands, command);
    clinic.apply(&[envelope]).remove(0)
}

/// The clerk covers for somebody, from now on for so long.
pub fn covers(clinic: &mut Clinic, id: u128, covered: PersonId, for_ms: u64) {
    let coverage = NewCoverage {
        id: CoverageId(id),
        covered,
        covering: CLERK,
        from_ms: clinic.now_ms,
        until_ms: clinic.now_ms + for_ms,
        reason: Private::from("away"),
    };
    clinic.does(
        ADMINISTRATOR,
        Command::GrantCoverage {
            coverage: Box::new(coverage),
        },
    );
}

pub fn leave_room(conversation: ConversationId) -> Command {
    Command::RemoveMember {
        conversation,
        person: CLERK,
    }
}
