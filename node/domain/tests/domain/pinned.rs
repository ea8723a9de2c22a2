//! Numbers, names and bytes of what is stored for ever: the small enums, conversations' kinds, answers,
//! refusals, actions.
//!
//! A test that fails here says: bytes on disk change. New variants go to the end, with a line of their own here.

use crate::common::pinned::pinned;
use corridor_domain::audit::{Action, Basis};
use corridor_domain::command::Acting;
use corridor_domain::conversation::{Audience, History, Kind, Place, Side, Visibility};
use corridor_domain::event::{Mention, Priority};
use corridor_domain::ids::{ConversationId, PersonId, SessionId, SiteId};
use corridor_domain::outcome::{Answer, Grant};
use corridor_domain::person::{AccountState, PersonKind, Role};
use corridor_domain::refusal::Refusal;

fn place() -> Place {
    Place {
        seq: 300,
        number: 4,
        shared_seq: 3,
        shared_number: 2,
    }
}

fn grant() -> Grant {
    Grant {
        conversation: ConversationId(4),
        side: Side::Team,
        basis: Basis::CareTeam,
        from_seq: 1,
        to_seq: 9,
    }
}

#[test]
fn the_kinds_of_people() {
    pinned(&[
        (PersonKind::Staff, "Staff", "00"),
        (PersonKind::Patient, "Patient", "01"),
        (PersonKind::Proxy, "Proxy", "02"),
        (PersonKind::Partner, "Partner", "03"),
        (PersonKind::Service, "Service", "04"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &PersonKind| match value {
        PersonKind::Staff | PersonKind::Patient | PersonKind::Proxy | PersonKind::Partner | PersonKind::Service => (),
    };
}

#[test]
fn the_roles() {
    pinned(&[
        (Role::Physician, "Physician", "00"),
        (Role::Nurse, "Nurse", "01"),
        (Role::MedicalAssistant, "MedicalAssistant", "02"),
        (Role::FrontDesk, "FrontDesk", "03"),
        (Role::Billing, "Billing", "04"),
        (Role::Administrator, "Administrator", "05"),
        (Role::ComplianceOfficer, "ComplianceOfficer", "06"),
        (Role::OrganizationQueue, "OrganizationQueue", "07"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &Role| match value {
        Role::Physician
        | Role::Nurse
        | Role::MedicalAssistant
        | Role::FrontDesk
        | Role::Billing
        | Role::Administrator
        | Role::ComplianceOfficer
        | Role::OrganizationQueue => (),
    };
}

#[test]
fn the_states_of_an_account() {
    pinned(&[
        (AccountState::Invited, "Invited", "00"),
        (AccountState::Active, "Active", "01"),
        (AccountState::Suspended, "Suspended", "02"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &AccountState| match value {
        AccountState::Invited | AccountState::Active | AccountState::Suspended => (),
    };
}

#[test]
fn the_visibilities_of_a_channel() {
    pinned(&[
        (Visibility::Public, "Public", "00"),
        (Visibility::Private, "Private", "01"),
        (Visibility::Site, "Site", "02"),
        (Visibility::Announcement, "Announcement", "03"),
        (Visibility::Partner, "Partner", "04"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &Visibility| match value {
        Visibility::Public
        | Visibility::Private
        | Visibility::Site
        | Visibility::Announcement
        | Visibility::Partner => (),
    };
}

#[test]
fn the_audiences() {
    pinned(&[(Audience::Everyone, "Everyone", "00"), (Audience::Team, "Team", "01")]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &Audience| match value {
        Audience::Everyone | Audience::Team => (),
    };
}

#[test]
fn the_sides() {
    pinned(&[(Side::Team, "Team", "00"), (Side::Patient, "Patient", "01")]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &Side| match value {
        Side::Team | Side::Patient => (),
    };
}

#[test]
fn the_priorities() {
    pinned(&[
        (Priority::Routine, "Routine", "00"),
        (Priority::Urgent, "Urgent", "01"),
        (Priority::Stat, "Stat", "02"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &Priority| match value {
        Priority::Routine | Priority::Urgent | Priority::Stat => (),
    };
}

#[test]
fn the_bases_of_reading() {
    pinned(&[
        (Basis::Member, "Member", "00"),
        (Basis::CareTeam, "CareTeam", "01"),
        (Basis::OrganizationQueue, "OrganizationQueue", "02"),
        (Basis::BreakGlass, "BreakGlass", "03"),
        (Basis::Coverage, "Coverage", "04"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &Basis| match value {
        Basis::Member | Basis::CareTeam | Basis::OrganizationQueue | Basis::BreakGlass | Basis::Coverage => (),
    };
}

#[test]
fn the_choices_of_history() {
    pinned(&[
        (History::Full, "Full", "00"),
        (History::FromNow, "FromNow", "01"),
        (History::Since { at_ms: 300 }, "Since", "02ac02"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &History| match value {
        History::Full | History::FromNow | History::Since { .. } => (),
    };
}

#[test]
fn the_mentions() {
    pinned(&[
        (
            Mention::Person(PersonId(2)),
            "Person",
            "0000000000000000000000000000000002",
        ),
        (Mention::Role(Role::Nurse), "Role", "0101"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &Mention| match value {
        Mention::Person(_) | Mention::Role(_) => (),
    };
}

#[test]
fn the_authorities() {
    pinned(&[
        (
            Acting::Person {
                person: PersonId(2),
                session: SessionId(3),
            },
            "Person",
            "000000000000000000000000000000000200000000000000000000000000000003",
        ),
        (Acting::Door, "Door", "01"),
        (Acting::Operator, "Operator", "02"),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &Acting| match value {
        Acting::Person { .. } | Acting::Door | Acting::Operator | Acting::Clock => (),
    };
}

#[test]
fn the_kinds_of_conversations() {
    pinned(&[
        (Kind::Direct, "Direct", "00"),
        (Kind::Group, "Group", "01"),
        (
            Kind::Channel {
                visibility: Visibility::Site,
                site: Some(SiteId(5)),
                phi_allowed: true,
            },
            "Channel",
            "0202010000000000000000000000000000000501",
        ),
        (
            Kind::Patient { patient: PersonId(2) },
            "Patient",
            "0300000000000000000000000000000002",
        ),
        (
            Kind::CareRoom {
                patient: PersonId(2),
                beside: ConversationId(4),
            },
            "CareRoom",
            "040000000000000000000000000000000200000000000000000000000000000004",
        ),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &Kind| match value {
        Kind::Direct | Kind::Group | Kind::Channel { .. } | Kind::Patient { .. } | Kind::CareRoom { .. } => (),
    };
}

#[test]
fn the_answers() {
    pinned(&[
        (
            Answer::Refused {
                revision: 300,
                refusal: Refusal::NotFound,
            },
            "Refused",
            "00ac0203",
        ),
        (
            Answer::Done {
                revision: 300,
                at_ms: 5,
                conversation: Some(ConversationId(4)),
                place: place(),
                side: Side::Patient,
                person: Some(PersonId(2)),
                unread: 7,
            },
            "Done",
            "01ac02050100000000000000000000000000000004ac0204030201010000000000000000000000000000000207",
        ),
        (
            Answer::Granted {
                revision: 300,
                grants: vec![grant()],
            },
            "Granted",
            "02ac02010000000000000000000000000000000400010109",
        ),
    ]);
    // A variant that is new in the code stops this from compiling until it stands above.
    let _known = |value: &Answer| match value {
        Answer::Refused { .. } | Answer::Done { .. } | Answer::Granted { .. } => (),
    };
}

#[test]
fn the_actions() {
    let pinned = [
        (Action::FoundWorkspace, "FoundWorkspace", "workspace_founded"),
        (Action::AddSite, "AddSite", "site_added"),
        (Action::AddPerson, "AddPerson", "person_added"),
        (
            Action::ChangeAccountState,
            "ChangeAccountState",
            "account_state_changed",
        ),
        (Action::ChangeRoles, "ChangeRoles", "roles_changed"),
        (Action::ChangeCareTeam, "ChangeCareTeam", "care_team_changed"),
        (Action::ChangeProxyFor, "ChangeProxyFor", "proxy_changed"),
        (Action::SetPassword, "SetPassword", "password_set"),
        (Action::SignIn, "SignIn", "signed_in"),
        (Action::FailSignIn, "FailSignIn", "sign_in_failed"),
        (Action::EndSession, "EndSession", "session_ended"),
        (Action::CreateConversation, "CreateConversation", "conversation_created"),
        (Action::Rename, "Rename", "conversation_renamed"),
        (Action::Archive, "Archive", "conversation_archived"),
        (Action::Reopen, "Reopen", "conversation_reopened"),
        (Action::ChangeOwner, "ChangeOwner", "owner_changed"),
        (Action::AddMember, "AddMember", "member_added"),
        (Action::RemoveMember, "RemoveMember", "member_removed"),
        (Action::Join, "Join", "joined"),
        (Action::Leave, "Leave", "left"),
        (Action::Send, "Send", "message_sent"),
        (Action::SendNote, "SendNote", "note_written"),
        (Action::Edit, "Edit", "message_edited"),
        (Action::Retract, "Retract", "message_retracted"),
        (Action::MarkRead, "MarkRead", "marked_read"),
        (Action::ConfirmDelivery, "ConfirmDelivery", "delivery_confirmed"),
        (Action::Acknowledge, "Acknowledge", "message_acknowledged"),
        (Action::Read, "Read", "content_read"),
        (Action::ReadPatients, "ReadPatients", "patients_read"),
        (Action::ReadPeople, "ReadPeople", "people_read"),
        (Action::ReadAudit, "ReadAudit", "audit_read"),
        (Action::BreakGlass, "BreakGlass", "glass_broken"),
        (Action::Take, "Take", "responsibility_taken"),
        (Action::Assign, "Assign", "responsibility_assigned"),
        (Action::ReturnToPool, "ReturnToPool", "responsibility_returned"),
        (Action::HandOver, "HandOver", "hand_over_offered"),
        (Action::AcceptHandOver, "AcceptHandOver", "hand_over_accepted"),
        (Action::DeclineHandOver, "DeclineHandOver", "hand_over_declined"),
        (Action::WithdrawHandOver, "WithdrawHandOver", "hand_over_withdrawn"),
        (Action::Resolve, "Resolve", "conversation_resolved"),
        (Action::Close, "Close", "conversation_closed"),
        (Action::Open, "Open", "conversation_opened"),
        (Action::ConfirmOnBehalf, "ConfirmOnBehalf", "on_behalf_confirmed"),
        (Action::SendOnBehalf, "SendOnBehalf", "message_sent_on_behalf"),
        (Action::AllowOnBehalf, "AllowOnBehalf", "on_behalf_allowed_here"),
        (Action::ChangeOnBehalf, "ChangeOnBehalf", "on_behalf_changed"),
        (Action::GrantCoverage, "GrantCoverage", "coverage_granted"),
        (Action::EndCoverage, "EndCoverage", "coverage_ended_early"),
        (Action::BeginCoverage, "BeginCoverage", "coverage_began"),
        (Action::FinishCoverage, "FinishCoverage", "coverage_over"),
        (Action::Schedule, "Schedule", "message_scheduled"),
        (Action::Unschedule, "Unschedule", "scheduled_message_removed"),
        (Action::SendScheduled, "SendScheduled", "scheduled_message_due"),
        (Action::ChangeAttention, "ChangeAttention", "own_view_changed"),
        (Action::Remind, "Remind", "reminded"),
        (Action::ChangeSettings, "ChangeSettings", "settings_changed"),
        (Action::ChangeAvailability, "ChangeAvailability", "availability_changed"),
        (Action::ChangeRights, "ChangeRights", "rights_changed"),
        (Action::CreateTask, "CreateTask", "task_created"),
        (Action::ChangeTask, "ChangeTask", "task_changed"),
        (Action::ReadTasks, "ReadTasks", "tasks_read"),
        (Action::TaskDue, "TaskDue", "task_due"),
        (Action::NotReadInTime, "NotReadInTime", "not_read_in_time"),
        (Action::Pin, "Pin", "pinned"),
        (Action::ReadPins, "ReadPins", "pins_read"),
        (Action::Label, "Label", "conversation_labelled"),
        (Action::Unlabel, "Unlabel", "label_removed"),
        (Action::KeepConfidential, "KeepConfidential", "confidentiality_changed"),
        (Action::ChangeSafeguards, "ChangeSafeguards", "safeguards_changed"),
        (Action::ChangeTemplates, "ChangeTemplates", "templates_changed"),
        (Action::MoveMessage, "MoveMessage", "message_moved"),
        (Action::AskIdentity, "AskIdentity", "identity_asked"),
        (Action::ConfirmIdentity, "ConfirmIdentity", "identity_confirmed"),
        (Action::ChangeProfile, "ChangeProfile", "profile_changed"),
        (Action::RenameSite, "RenameSite", "site_renamed"),
        (Action::Invite, "Invite", "invited"),
        (Action::Activate, "Activate", "account_activated"),
    ];
    assert_eq!(Action::ALL.len(), pinned.len());
    for (number, (value, name, code)) in pinned.into_iter().enumerate() {
        assert_eq!(
            (value, format!("{value:?}").as_str(), value.code()),
            (Action::ALL[number], name, code)
        );
        let bytes = postcard::to_stdvec(&value).unwrap();
        assert_eq!(bytes, [u8::try_from(number).unwrap()]);
        assert_eq!(postcard::from_bytes::<Action>(&bytes).unwrap(), value);
    }
}
