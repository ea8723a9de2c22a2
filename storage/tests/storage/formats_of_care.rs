//! The bytes of what is stored of care: who answers and covers, what waits for its time, what a clinic sets for itself. As `formats.rs`.

use crate::records_pinned::pinned;
use corridor_domain::attention::{Attention, Thread, Threads};
use corridor_domain::care::{Care, Offer, Party, Stage};
use corridor_domain::command::NewMessage;
use corridor_domain::conversation::{Audience, Place};
use corridor_domain::coverage::{Coverage, CoverageStage, Joined, NewCoverage, StandIn, Took};
use corridor_domain::event::Priority;
use corridor_domain::identity_check::IdentityCheck;
use corridor_domain::ids::{ConversationId, CoverageId, PersonId, PinId, ScheduledId, SiteId, TaskId, TemplateId};
use corridor_domain::invitation::Invitation;
use corridor_domain::on_behalf::{Confirmation, Confirmed};
use corridor_domain::person::Role;
use corridor_domain::pin::{Pin, PinnedMessage};
use corridor_domain::private::{Private, Sealed};
use corridor_domain::restriction::{Restriction, Safeguards, Sensitivity};
use corridor_domain::scheduled::{NewScheduled, Scheduled};
use corridor_domain::settings::{Hours, Policies, Reason, Settings, Switches};
use corridor_domain::task::{Cause, Closed, ReadBy, Task};
use corridor_domain::template::Template;

const AT_MS: u64 = 1_800_000_000_000;

#[test]
fn who_answers() {
    let offer = Offer {
        to: PersonId(3),
        by: PersonId(2),
        at_ms: AT_MS,
        expires_at_ms: AT_MS + 7,
    };
    let care = Care {
        conversation: ConversationId(0xA0),
        pool: Role::Nurse,
        holder: Some(PersonId(2)),
        since_ms: AT_MS - 1,
        offer: Some(offer),
        set_stage: Stage::Resolved,
        resolved_shared_number: 300,
        refuses_on_behalf: true,
    };
    pinned(&care, "care");
    let confirmation = Confirmation {
        token: [0xAB; 16],
        body: [0xCD; 16],
    };
    let confirmed = Confirmed {
        person: PersonId(4),
        conversation: ConversationId(0xA0),
        principal: PersonId(2),
        confirmation,
        shared_number: 300,
        expires_at_ms: AT_MS,
    };
    pinned(&confirmed, "confirmed");
}

#[test]
fn who_covers() {
    let coverage = Coverage {
        window: NewCoverage {
            id: CoverageId(0xCE),
            covered: PersonId(2),
            covering: PersonId(3),
            from_ms: AT_MS,
            until_ms: AT_MS + 300,
            reason: Private::from("annual leave"),
        },
        by: PersonId(1),
        at_ms: AT_MS - 1,
        ended_by: Some(PersonId(3)),
        stage: CoverageStage::Running,
    };
    pinned(&coverage, "coverage");
    let stand_in = StandIn {
        conversation: ConversationId(0xA0),
        covering: PersonId(3),
        joined: Some(Joined {
            coverage: CoverageId(0xCE),
            seq: 300,
        }),
        took: Some(Took {
            coverage: CoverageId(0xCF),
            covered: PersonId(2),
        }),
    };
    pinned(&stand_in, "stand-in");
}

#[test]
fn what_people_keep_for_themselves() {
    let message = NewMessage {
        audience: Audience::Team,
        priority: Priority::Urgent,
        content: Sealed(b"sealed body".to_vec()),
        mentions: Vec::new(),
        reply_to: Some(300),
    };
    let scheduled = Scheduled {
        new: NewScheduled {
            id: ScheduledId(0x5C),
            at_ms: AT_MS,
            message,
        },
        conversation: ConversationId(0xA0),
        author: PersonId(2),
        refused: Some(corridor_domain::refusal::Refusal::Archived),
    };
    pinned(&scheduled, "scheduled");
    let attention = Attention {
        person: PersonId(2),
        conversation: ConversationId(0xA0),
        put_away_number: Some(300),
        muted: true,
        unread: true,
        remind_at_ms: Some(AT_MS),
    };
    pinned(&attention, "attention");
}

#[test]
fn what_a_clinic_sets_for_itself() {
    let settings = Settings {
        guidance: Private::from("Emergency? Call 911."),
        hours: vec![Hours {
            day: 4,
            from_minute: 480,
            until_minute: 1_020,
        }],
        zone: Private::from("America/New_York"),
        switches: Switches {
            patients: true,
            team: false,
        },
        reasons: vec![Reason {
            number: 300,
            name: Private::from("Refill"),
            pool: Role::Nurse,
            of_sites: vec![(SiteId(0x51), Role::MedicalAssistant)],
        }],
    };
    pinned(&settings, "settings");
}

#[test]
fn what_is_to_be_done() {
    let task = Task {
        id: TaskId(0x7A),
        conversation: ConversationId(0xA0),
        message: Some(300),
        title: Sealed(b"sealed line".to_vec()),
        cause: Cause::Unread,
        creator: PersonId(2),
        created_at_ms: AT_MS,
        assignee: Party::Pool(Role::Nurse),
        due_ms: Some(AT_MS + 300),
        overdue: true,
        closed: Some(Closed {
            by: PersonId(3),
            at_ms: AT_MS + 301,
            done: true,
        }),
    };
    pinned(&task, "task");
    let read_by = ReadBy {
        conversation: ConversationId(0xA0),
        seq: 300,
        shared_seq: 299,
        author: PersonId(2),
        by_ms: AT_MS,
        missed: true,
    };
    pinned(&read_by, "read-by");
}

#[test]
fn what_keeps_words_from_the_wrong_reader() {
    let restriction = Restriction {
        conversation: ConversationId(0xA0),
        sensitivity: Some(Sensitivity::StateLaw),
        confidential: true,
        was_confidential: true,
    };
    pinned(&restriction, "restriction");
    let safeguards = Safeguards {
        confidential_from_years: Some(12),
        undo_s: 300,
    };
    pinned(&safeguards, "safeguards");
    let check = IdentityCheck {
        conversation: ConversationId(0xA0),
        asked_by: PersonId(2),
        asked_at_ms: AT_MS,
        confirmed: Some((PersonId(0x10), AT_MS + 300)),
    };
    pinned(&check, "identity-check");
}

#[test]
fn who_was_invited() {
    let invitation = Invitation {
        person: PersonId(2),
        code: [0xc0; 16],
        by: PersonId(3),
        expires_at_ms: AT_MS,
    };
    pinned(&invitation, "invitation");
}

#[test]
fn what_may_be_done_with_words() {
    let policies = Policies {
        edit_window_s: 300,
        on_behalf_of_labelled: false,
    };
    pinned(&policies, "policies");
}

#[test]
fn which_threads_are_followed() {
    let said = |seq, follows| Thread { seq, follows };
    let threads = Threads::default().with(said(3, false)).unwrap();
    pinned(&threads.with(said(300, true)).unwrap(), "threads");
}

#[test]
fn what_is_used_again() {
    let template = Template {
        id: TemplateId(0x7E),
        owner: Some(PersonId(2)),
        name: Private::from("Refill ready"),
        body: Private::from("Your refill is ready, {patient.first_name}."),
    };
    pinned(&template, "template");
}

#[test]
fn what_is_in_a_chart() {
    let message = PinnedMessage {
        place: Place {
            seq: 300,
            number: 4,
            shared_seq: 3,
            shared_number: 2,
        },
        at_ms: AT_MS,
        actor: PersonId(2),
        on_behalf_of: Some(PersonId(3)),
        audience: Audience::Team,
        priority: Priority::Stat,
        version: 2,
        content: Sealed(b"sealed body".to_vec()),
    };
    let pin = Pin {
        id: PinId(0x91),
        patient: PersonId(0x10),
        conversation: ConversationId(0xA0),
        by: PersonId(2),
        at_ms: AT_MS,
        revision: 300,
        summary: Sealed(b"sealed summary".to_vec()),
        messages: vec![message],
    };
    pinned(&pin, "pin");
}
